import { DomainError } from '../../domain/errors.js';
import { manageName } from '../../domain/node.js';
import { CommandError, TransportError } from '../../executors/executor.js';
import { awaitStillness, awaitStillPeers } from '../volumes/stillness.js';
import { type Leftovers, NeverBegun, type OperationContext } from './operation.js';

/** Why hosts can't be asked, by manage name. */
export type UnsettledHosts = ReadonlyMap<string, TransportError>;

/**
 * Waits until nothing that an interrupted attempt has begun runs any more. Answers the hosts that can't be asked and need
 * not be: nodes that were given up (state failed), and what is no node any more. `cause`: why the attempt failed, null when its process is gone.
 */
export async function awaitLeftovers(
  { mustEnd, mayStay, volumes = [], poolOf = [] }: Leftovers,
  cause: unknown,
  context: OperationContext,
): Promise<UnsettledHosts> {
  const unsettled = new Map<string, TransportError>();
  const wait = async (host: string): Promise<void> => {
    try {
      await context.hosts.executor.awaitLeftovers(host);
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      unsettled.set(host, error);
    }
  };
  await Promise.all([...new Set([...mustEnd, ...mayStay])].map(wait));
  const needed = mustEnd.filter((host) => unsettled.has(host));
  if (needed.length > 0) {
    const nodes = await context.store.read((tx) => tx.nodes.list());
    const expected = new Set(nodes.filter(({ state }) => state !== 'failed').map(manageName));
    for (const host of needed) if (expected.has(host)) throw unsettled.get(host);
  }
  if (mayGoOn(cause)) {
    await awaitStillness(volumes, context);
    await awaitStillPeers(poolOf, context);
  }
  return unsettled;
}

/** After a refusal there is nothing that gluster still works on; after a lost answer, or a lost process, there may be. */
function mayGoOn(cause: unknown): boolean {
  if (cause instanceof TransportError) return cause.mayHaveRun;
  return !(cause instanceof CommandError || cause instanceof DomainError || cause instanceof NeverBegun);
}
