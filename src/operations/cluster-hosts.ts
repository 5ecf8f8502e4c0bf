import { DomainError } from '../domain/errors.js';
import type { Id } from '../domain/ids.js';
import { manageName, type Node, storageName } from '../domain/node.js';
import { CommandError, TransportError } from '../executors/executor.js';
import type { Tx } from '../store/store.js';
import type { NodeHealth } from './ports.js';

/** First storage name of each node in node-id order: what clients mount. */
export async function storageNamesOf(tx: Tx, clusterId: Id): Promise<readonly string[]> {
  return (await tx.nodes.listByCluster(clusterId)).map(storageName);
}

/** First manage name of each node in node-id order: where commands for the cluster may run. */
export async function manageNamesOf(tx: Tx, clusterId: Id): Promise<readonly string[]> {
  return (await tx.nodes.listByCluster(clusterId)).map(manageName);
}

/** Node records by id, for finding the host of a brick. */
export function byId(nodes: readonly Node[]): ReadonlyMap<Id, Node> {
  return new Map(nodes.map((node) => [node.id, node]));
}

/**
 * Runs gluster work on the first host that answers, those last seen healthy first. A host that refuses ends the
 * search, since another would say the same; one that can't be reached before anything ran is passed over.
 */
export async function onAnyHost<T>(
  names: readonly string[],
  health: NodeHealth,
  work: (host: string) => Promise<T>,
): Promise<T> {
  const hosts = [...names.filter((name) => health.isUp(name)), ...names.filter((name) => !health.isUp(name))];
  if (hosts.length === 0)
    throw new DomainError('failed', 'the cluster has no node on which gluster commands could run');
  const failures: string[] = [];
  let last: unknown;
  for (const host of hosts) {
    try {
      return await work(host);
    } catch (error) {
      if (!isPassedOver(error)) throw error;
      last = error;
      failures.push(`${host}: ${(error as Error).message}`);
    }
  }
  if (failures.length === 1) throw last;
  throw new TransportError(
    hosts[0] ?? '',
    `none of ${hosts.length} hosts could run the command:\n${failures.join('\n')}`,
    false,
    { cause: last },
  );
}

function isPassedOver(error: unknown): boolean {
  if (error instanceof TransportError) return !error.mayHaveRun;
  return error instanceof CommandError && /Connection failed|glusterd.*not running/i.test(error.message);
}
