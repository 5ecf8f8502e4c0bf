import { afterEach, beforeEach, expect, it } from 'vitest';
import { KubernetesServer } from '../../../support/kubernetes-server/kubernetes-server.js';
import type { LocalRuntime } from '../../../support/kubernetes-server/local-runtime.js';
import { OPCODES, type WireClient } from '../../../support/kubernetes-server/wire-client.js';
import { until } from '../../../support/simcluster.js';
import { clientNodeEvents } from './client-node-events.js';
import { execOver, execPath } from './exec-client.js';
import { type RecordedWire, recorded, serverFrames } from './recorded.js';

const NODE = '10.20.0.11';

/** Commands that ran while something happened, and what was heard of those that print nothing. */
interface Trouble {
  readonly scenario: string;
  readonly wireSilent: RecordedWire;
  readonly clientNodeSilent: { readonly events: readonly (readonly [number, string, unknown?])[] };
}

type Act = (server: KubernetesServer) => void;

const TROUBLES: readonly (readonly [string, string, Act])[] = [
  [
    '08-pod-deleted.json',
    'pod deleted with gracePeriodSeconds=0 while four commands run',
    ({ pods }) => pods.forceDelete(NODE),
  ],
  [
    '08-pod-deleted.json',
    'pod deleted (its own grace period, 2 s) while four commands run',
    ({ pods }) => {
      pods.beginDeletion(NODE, 2);
      pods.stop(NODE);
    },
  ],
  [
    '08-pod-deleted.json',
    'main process of the container killed (container restarts within the same pod) while four commands run',
    ({ pods }) => pods.restartContainers(NODE),
  ],
  [
    '08-pod-deleted.json',
    'pod whose process 1 ignores SIGTERM, grace period 6 s, deleted while four commands run',
    ({ pods }) => {
      pods.beginDeletion(NODE, 6);
      pods.finishDeletion(NODE);
    },
  ],
  [
    '09-kubelet.json',
    'kubelet killed with SIGKILL while four commands run (a supervisor starts it again after 1 s)',
    ({ execs }) => execs.kubelets.kill(NODE),
  ],
  [
    '10-containerd.json',
    'containerd killed with SIGKILL while four commands run',
    ({ execs }) => execs.kubelets.killRuntime(NODE),
  ],
  ['12-apiserver.json', 'API server killed with SIGKILL while four commands run', (server) => void server.kill()],
];

let server: KubernetesServer;
let home: LocalRuntime;
beforeEach(async () => {
  server = await KubernetesServer.up();
  home = server.pods.add(NODE).runtimeOf('glusterfs') as LocalRuntime;
});
afterEach(() => server.down());

it.each(TROUBLES)('the stand-in behaves as in %s: %s', async (file, name, act) => {
  const scenario = recorded<Trouble>(file).find((one) => one.scenario === name);
  if (!scenario) throw new Error('nothing was recorded');
  const silent = (mark: string) => ['bash', '-c', `touch ${mark}; sleep 600`];
  const client = execOver(server, { argv: silent('first') });
  const { name: pod } = server.pods.on(NODE).identity;
  const events = clientNodeEvents(server.url, execPath(pod, silent('second')), server.token);
  await until(() => home.has('first') && home.has('second'));
  act(server);
  await client.ended();
  expect(lastWords(client)).toEqual(recordedLastWords(scenario.wireSilent));
  const expected = scenario.clientNodeSilent.events.map(([, ...event]) => event);
  expect(withoutArguments(JSON.stringify(await events))).toBe(withoutArguments(JSON.stringify(expected)));
});

/** The status, and how the connection was closed; nothing for a bare FIN. */
function lastWords({ frames }: WireClient): readonly string[] {
  return frames
    .filter(({ opcode, payload }) => opcode === OPCODES.close || payload[0] === 3)
    .map(({ opcode, payload }) =>
      opcode === OPCODES.close ? `close ${payload.readUInt16BE(0)}` : withoutArguments(payload.toString('utf8', 1)),
    );
}

function recordedLastWords(wire: RecordedWire): readonly string[] {
  return serverFrames(wire)
    .filter(([, , opcode, , channel]) => opcode === OPCODES.close || channel === 3)
    .map(([, , opcode, , , , payload]) =>
      opcode === OPCODES.close ? `close ${(payload as { code: number }).code}` : withoutArguments(String(payload)),
    );
}

function withoutArguments(text: string): string {
  return text.replace(/(error executing command )\[.*?\](, exit code)/gs, '$1[...]$2');
}
