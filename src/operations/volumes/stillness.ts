import { lookForTransaction } from '../../executors/commands/gluster/gluster-transaction.js';
import type { GlusterVolume } from '../../executors/commands/gluster/gluster-volume.js';
import { listPeers } from '../../executors/commands/gluster/glusterd.js';
import { TransportError } from '../../executors/executor.js';
import type { OperationContext } from '../engine/operation.js';
import type { SoughtVolume } from '../engine/sought-volume.js';
import { onAnyHost } from '../hosts/cluster-hosts.js';
import { askWhoKnows } from './find-volume.js';

/** What glusterd shows must stay the same for so long; after its lock is free, since that has a time limit of its own. */
const SETTLE_MS = 2_000;
/** Nothing but the list itself tells whether a peer is on its way. */
const PEERS_SETTLE_MS = 10_000;
const LONGEST_PAUSE_MS = 5_000;
/** After that the operation is kept and tried again later. */
const GIVE_UP_AFTER_MS = 5 * 60_000;

/**
 * Resolves when glusterd works on none of the volumes any more. A client that gave up, or was ended, tells nothing of
 * what it had asked for: glusterd goes on with that, and until then no answer of its is to be trusted. Throws
 * TransportError when it does not come to rest in time, or nobody who could know can be asked.
 */
export async function awaitStillness(volumes: readonly SoughtVolume[], context: OperationContext): Promise<void> {
  await Promise.all(
    volumes.map((sought) =>
      untilSettled(SETTLE_MS, context, `gluster still works on volume ${sought.name}`, () => look(sought, context)),
    ),
  );
}

/** The same for who belongs to the pool, as one of these hosts sees it. */
export function awaitStillPeers(hosts: readonly string[], context: OperationContext): Promise<void> {
  if (hosts.length === 0) return Promise.resolve();
  return untilSettled(PEERS_SETTLE_MS, context, `the list of peers on ${hosts.join(', ')} still changes`, async () => {
    const peers = await onAnyHost(hosts, context.health, (host) => listPeers(context.hosts, host));
    return JSON.stringify(peers.map(({ uuid }) => uuid).sort());
  });
}

/** `look` answers null while something goes on, else what is to be seen. */
async function untilSettled(
  settleMs: number,
  { work: { pacing } }: OperationContext,
  complaint: string,
  look: () => Promise<string | null>,
): Promise<void> {
  const startMs = pacing.nowMs();
  let before: string | null = null;
  let pauseMs = SETTLE_MS / 2;
  for (;;) {
    const seen = await look();
    if (seen !== null && seen === before) return;
    if (pacing.nowMs() - startMs >= GIVE_UP_AFTER_MS)
      throw new TransportError(
        '',
        `${complaint}; nothing is decided before it has ended, and this is tried again`,
        false,
      );
    before = seen;
    await pacing.pause(seen === null ? pauseMs : settleMs);
    if (seen === null) pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

async function look(sought: SoughtVolume, context: OperationContext): Promise<string | null> {
  let isBusy = false;
  const seen = await askWhoKnows(sought, context, async (host) => {
    const found = await lookForTransaction(context.hosts, host, sought.name);
    isBusy = found.state === 'busy';
    if (found.state === 'absent') return null;
    return found.state === 'present' ? fingerprint(found.volume) : '';
  });
  return isBusy ? null : (seen ?? 'absent');
}

function fingerprint({ id, status, bricks, options }: GlusterVolume): string {
  return JSON.stringify([id, status, bricks, options]);
}
