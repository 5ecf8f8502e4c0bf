import { DomainError } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { manageName, type Node, storageName } from '../../domain/node.js';
import { isGlusterdUp, probePeer } from '../../executors/commands/gluster/glusterd.js';
import type { ReadTx } from '../../store/store.js';
import { ALL_UNDONE, NOTHING_LEFT, type OperationContext, type OperationKind } from '../engine/operation.js';
import type { NodeRequest } from '../ports/requests.js';
import { detachFromPool, poolMember } from './pool-membership.js';

/** The node that is being added; no row holds it before its host is a peer. */
export type NodeAddPlan = Omit<Node, 'exact'> & { readonly exactZone?: string };

interface NodeAddWork {
  readonly node: NodeAddPlan;
  /** The cluster's nodes; one of them probes the new peer. */
  readonly others: readonly Node[];
  /** Those that are online. */
  readonly peers: readonly Node[];
  /** Another node record has the new node's storage name, so its peer must not be detached. */
  readonly isNameShared: boolean;
}

/** A node with the id it is to have. */
export interface NodeOrder extends NodeRequest {
  readonly nodeId: Id;
}

export const nodeAdd: OperationKind<NodeOrder, NodeAddWork, void> = {
  type: 'add-node',
  isCounted: false,

  async approach(order, context) {
    await context.store.read((tx) => checkNodeAdd(tx, order));
    await context.hosts.executor.checkName?.(order.manageNames[0] ?? '');
    await checkGlusterd(context, order);
    return order;
  },

  async build(tx, _operationId, { nodeId, exactZone, ...request }) {
    await checkNodeAdd(tx, request);
    const plan: NodeAddPlan = {
      ...request,
      id: nodeId,
      state: 'online',
      ...(exactZone === undefined ? {} : { exactZone: exactZone.toString() }),
    };
    return { actions: [{ change: 'add-node', id: nodeId, delta: null }], plan, lane: nodeLane(request.clusterId) };
  },

  async load(tx, operation) {
    const node = operation.plan as NodeAddPlan;
    const others = await tx.nodes.listByCluster(node.clusterId);
    const peers = others.filter((peer) => peer.state === 'online');
    const isNameShared = (await tx.nodes.findByStorageName(storageName(node))) !== null;
    return { node, others, peers, isNameShared };
  },

  lane: ({ node }) => nodeLane(node.clusterId),

  exec: joinPool,

  async finalize(tx, { node: { exactZone, ...node } }) {
    if (!(await tx.clusters.find(node.clusterId)))
      throw new DomainError('conflict', `cluster ${node.clusterId} was deleted meanwhile`);
    await tx.nodes.insert(exactZone === undefined ? node : { ...node, exact: { zone: BigInt(exactZone) } });
    return { location: `/nodes/${node.id}` };
  },

  /** Probing twice does no harm; only before a detach must no probe be on its way. */
  leftovers: ({ peers }, after) => {
    const hosts = after === 'crash' ? [] : peers.map(manageName);
    return { mustEnd: hosts, mayStay: [], poolOf: hosts };
  },

  /** Probing a known peer again changes nothing, so after a crash the node is simply added. */
  async direction(_work, _context, { after }) {
    return after === 'crash' ? 'forward' : 'back';
  },

  finish: joinPool,

  async undo({ node, peers, isNameShared }, context) {
    if (peers.length === 0 || isNameShared) return ALL_UNDONE;
    await detachFromPool(node, peers, context);
    return ALL_UNDONE;
  },

  retract: async () => NOTHING_LEFT,
};

/** The first node of a cluster is a pool of its own. */
async function joinPool({ node, others }: NodeAddWork, context: OperationContext): Promise<void> {
  await context.hosts.executor.linkNames?.(manageName(node), storageName(node));
  if (others.length === 0) return;
  await probePeer(context.hosts, await poolMember(others, context), storageName(node));
}

/** Refuses an unknown cluster and names that another node has. */
async function checkNodeAdd(tx: ReadTx, request: NodeRequest): Promise<void> {
  if (!(await tx.clusters.find(request.clusterId))) throw new DomainError('not_found', 'Cluster id does not exist');
  for (const [names, find] of [
    [request.manageNames, (name: string) => tx.nodes.findByManageName(name)],
    [request.storageNames, (name: string) => tx.nodes.findByStorageName(name)],
  ] as const) {
    for (const name of names) {
      const known = await find(name);
      if (known) throw taken(name, `already used by node with id ${known.id}`);
    }
  }
  for (const operation of await tx.operations.listByType('add-node')) {
    const adding = operation.plan as NodeAddPlan;
    const name =
      request.manageNames.find((n) => adding.manageNames.includes(n)) ??
      request.storageNames.find((n) => adding.storageNames.includes(n));
    if (name) throw taken(name, `belongs to a node that is being added by operation ${operation.id}`);
  }
}

function taken(name: string, why: string): DomainError {
  return new DomainError('conflict', `Hostname ${name} ${why}; every manage and storage name may be used once`);
}

/** Before the request is accepted: a peer probe needs a running glusterd to run from. */
async function checkGlusterd(context: OperationContext, request: NodeRequest): Promise<void> {
  const nodes = await context.store.read((tx) => tx.nodes.listByCluster(request.clusterId));
  if (nodes.length === 0) {
    if (await isGlusterdUp(context.hosts, request.manageNames[0] ?? '')) return;
    throw new DomainError(
      'invalid',
      `New Node doesn't have glusterd running: start it on ${request.manageNames[0]} and try again`,
    );
  }
  for (const node of nodes) {
    if (node.state === 'online' && (await isGlusterdUp(context.hosts, manageName(node)))) return;
  }
  throw new DomainError(
    'invalid',
    'None of the nodes in cluster has glusterd running: start it on one of them and try again',
  );
}

/** Nodes join and leave beside the volumes of their cluster, which may take long. */
export function nodeLane(clusterId: Id): string {
  return `nodes/${clusterId}`;
}
