import { exportCount } from '../../domain/block-hosting.js';
import { DomainError } from '../../domain/errors.js';
import { type Id, newId } from '../../domain/ids.js';
import { manageName, type Node, storageName } from '../../domain/node.js';
import { isGlusterdUp } from '../../executors/commands/gluster/glusterd.js';
import type { ReadTx } from '../../store/store.js';
import type { OperationContext } from '../engine/operation.js';
import { spreadOver } from '../hosts/cluster-hosts.js';

/** Nodes of the cluster that can serve block volumes: all as they are now, but for those that were given up. */
export async function exportingNodes(tx: ReadTx, clusterId: Id): Promise<readonly Node[]> {
  return (await tx.nodes.listByCluster(clusterId)).filter(({ state }) => state !== 'failed');
}

/**
 * Storage names of the hosts that are to serve a block volume, of those whose glusterd answers: where one is down,
 * gluster-block would fail halfway. Of more hosts than are wanted any come first: block volumes spread over all of them, and
 * a further try meets others. Throws DomainError where too few answer.
 */
export async function chooseExportHosts(
  haCount: number,
  clusterId: Id,
  context: OperationContext,
): Promise<readonly string[]> {
  const nodes = await context.store.read((tx) => exportingNodes(tx, clusterId));
  const wanted = exportCount(haCount, nodes.length);
  const chosen: Node[] = [];
  const down: string[] = [];
  for (const node of wanted === nodes.length ? nodes : spreadOver(nodes, newId())) {
    if (chosen.length === wanted) break;
    if (await isGlusterdUp(context.hosts, manageName(node))) chosen.push(node);
    else down.push(manageName(node));
  }
  if (chosen.length === wanted) return chosen.map(storageName);
  throw new DomainError(
    'failed',
    `insufficient block hosts online: ${wanted} were asked for, and glusterd answers on ${chosen.length} of ${nodes.length} (not on ${down.join(', ')})`,
  );
}
