import type { CommandError } from '../../executors/executor.js';
import { failsWith } from '../../executors/failures/failures.js';
import type { FailureKind } from '../../executors/failures/kinds.js';

type Explained = Extract<
  FailureKind,
  | 'glusterd down'
  | 'program missing'
  | `volume ${'absent' | 'not started' | 'definition not given' | 'out of reach' | 'without heal'}`
>;

/** What each refusal of `heal info` comes from, and what to do about it. */
const EXPLANATIONS: { readonly [K in Explained]: (volume: string, host: string) => string } = {
  'glusterd down': (_, host) => `glusterd is down on ${host}; start it (systemctl start glusterd)`,
  'program missing': (_, host) => `${host} lacks the program that reads it (glfsheal, of the package glusterfs-server)`,
  'volume absent': (volume, host) => `glusterd on ${host} has no volume ${volume}; see gluster peer status there`,
  'volume not started': (volume) =>
    `the volume is stopped, or all of its bricks are down; see gluster volume status ${volume}, and gluster volume start ${volume} force`,
  'volume definition not given': (volume, host) =>
    `glusterd on ${host} gives nobody the volume: it is starting or down (systemctl status glusterd), or the volume is stopped (gluster volume start ${volume})`,
  'volume out of reach': (volume, host) =>
    `${host} can't reach the volume: see that its bricks run (gluster volume status ${volume}), and /var/log/glusterfs/glfsheal-${volume}.log there`,
  'volume without heal': (volume) => `volume ${volume} keeps no copies, and nothing is ever healed in it`,
};

/** Why gluster does not tell what waits to be healed in a volume, and what to do: a sentence without its end. */
export function explainUnreadableHeal(error: CommandError, volume: string): string {
  const kinds = Object.keys(EXPLANATIONS) as readonly Explained[];
  const kind = kinds.find((one) => failsWith(error, one));
  const because = kind === undefined ? '' : `: ${EXPLANATIONS[kind](volume, error.host)}`;
  return `gluster does not tell what waits to be healed (${error.message})${because}`;
}
