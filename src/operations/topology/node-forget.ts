import { counted } from '../../domain/counted.js';
import { DomainError, idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { manageName, type Node } from '../../domain/node.js';
import { type GlusterVolume, listVolumes } from '../../executors/commands/gluster/gluster-volume.js';
import { hasConnected, isPeerOf } from '../../executors/commands/gluster/peer-names.js';
import { CommandError, TransportError } from '../../executors/executor.js';
import type { ReadTx } from '../../store/store.js';
import {
  ALL_UNDONE,
  type Attempt,
  NOTHING_LEFT,
  type OperationContext,
  type OperationKind,
} from '../engine/operation.js';
import { supersede } from '../engine/transitions/ends.js';
import { dropParkedBricks } from '../volumes/parked-bricks.js';
import { holdingOf } from './holding.js';
import { deviceIdsOf, operationInTheWay, recordsOfDevices } from './lost-devices.js';
import { nodeLane } from './node-add.js';
import { dropNode } from './node-delete.js';
import { neighboursOf, poolViews, refuseLiving } from './node-life.js';
import { detachFromPool, isInPool } from './pool-membership.js';

export interface NodeForgetting {
  readonly id: Id;
  /** See refuseLiving. */
  readonly mayHostAnswer: boolean;
}

interface NodeForgettingPlan {
  readonly mayHostAnswer: boolean;
  /** Manage name of the host that a detach was last sent to; noted before that. */
  readonly sentTo?: string;
}

interface NodeForgettingWork {
  readonly node: Node;
  /** The cluster's other nodes. */
  readonly others: readonly Node[];
  readonly plan: NodeForgettingPlan;
}

/**
 * A node that never returns, and that no volume needs any more, leaves gluster's pool and the books, with its devices
 * and the bricks that only waited to be removed there. It is not asked for anything.
 */
export const nodeForget: OperationKind<NodeForgetting, NodeForgettingWork, void> = {
  type: 'forget-node',
  isCounted: false,

  async build(tx, _operationId, { id, mayHostAnswer }) {
    const node = await tx.nodes.find(id);
    if (!node) throw idNotFound();
    await refuseNeeded(tx, id);
    return {
      actions: [{ change: 'forget-node', id, delta: null }],
      plan: { mayHostAnswer } satisfies NodeForgettingPlan,
      lane: nodeLane(node.clusterId),
    };
  },

  async load(tx, operation) {
    const node = await tx.nodes.find(operation.actions[0]?.id ?? '');
    if (!node) return null;
    const others = (await tx.nodes.listByCluster(node.clusterId)).filter((other) => other.id !== node.id);
    return { node, others, plan: operation.plan as NodeForgettingPlan };
  },

  lane: ({ node }) => nodeLane(node.clusterId),

  /** Where the answer to a detach was lost, and the peer is there still: all is looked at again before the next one. */
  retries: () => 1,

  exec: leaveForGood,

  async finalize(tx, { node }) {
    await refuseNeeded(tx, node.id);
    for (const { id } of await recordsOfDevices(tx, node.id))
      await supersede(tx, id, `node ${node.id} was given up as lost`);
    for (const { id } of await tx.devices.listByNode(node.id)) {
      await dropParkedBricks(tx, id);
      await tx.devices.delete(id);
      await tx.linkFaults.deleteByObject(id);
    }
    await dropNode(tx, node);
    return { location: null };
  },

  leftovers({ plan: { sentTo } }) {
    const hosts = sentTo === undefined ? [] : [sentTo];
    return { mustEnd: hosts, mayStay: [], poolOf: hosts };
  },

  /** Until a detach was sent nothing has happened, and all that speaks for it is looked at again. */
  async direction({ node, others, plan }, context) {
    if (plan.sentTo === undefined) return 'back';
    return (await isInPool(node, others, context)) ? 'back' : 'forward';
  },

  finish: async () => undefined,

  undo: async () => ALL_UNDONE,

  retract: async () => NOTHING_LEFT,
};

/** Refuses a node whose devices hold more than what only waits to be removed there. */
async function refuseNeeded(tx: ReadTx, nodeId: Id): Promise<void> {
  const { inUse, healing } = await holdingOf(tx, await deviceIdsOf(tx, nodeId));
  const needed = inUse.length + healing.length;
  if (needed > 0) throw new DomainError('conflict', `volumes need ${counted(needed, 'brick')} of node ${nodeId} still`);
  const operation = await operationInTheWay(tx, nodeId);
  if (operation)
    throw new DomainError('conflict', `operation ${operation} is about node ${nodeId}; wait until that has ended`);
}

/** gluster itself refuses to detach a peer that volumes have bricks on, unless these volumes have no others. */
async function leaveForGood(
  { node, others, plan }: NodeForgettingWork,
  context: OperationContext,
  { note }: Attempt,
): Promise<void> {
  const naming = others.length === 0 ? [] : await volumesNaming(node, context);
  if (naming.length > 0) {
    const names = naming.map(({ name }) => name).join(', ');
    throw new DomainError(
      'conflict',
      `gluster's ${counted(naming.length, 'volume')} ${names} still ${naming.length === 1 ? 'has' : 'have'} bricks on ` +
        `${node.storageNames.join(', ')}. Replace them, or delete what this server does not know (gluster volume info)`,
    );
  }
  // At the last moment: it may have come back while the others were asked for their volumes.
  await refuseLiving(node, plan.mayHostAnswer, context);
  if (others.length === 0) return;
  await detachFromPool(node, others, context, { isForced: true }, (host) => note({ sentTo: host }));
}

/** Volumes with bricks on the node, as any of the others shows them; one that is in a pool with another must answer. */
export async function volumesNaming(node: Node, context: OperationContext): Promise<readonly GlusterVolume[]> {
  const neighbours = await neighboursOf(node, context);
  const views = await poolViews(node, neighbours, context);
  const isInformed = ({ host, peers }: (typeof views)[number]) =>
    neighbours.length === 1 || hasConnected(peers, host, neighbours);
  const uuids = new Set(
    views.flatMap(({ peers }) => peers.filter((peer) => isPeerOf(node, peer))).map(({ uuid }) => uuid),
  );
  const naming = new Map<string, GlusterVolume>();
  const answered = new Set<string>();
  const ask = async (host: string): Promise<void> => {
    for (const volume of await listVolumes(context.hosts, host))
      if (volume.bricks.some(({ name, hostUuid }) => uuids.has(hostUuid) || isOn(node, name)))
        naming.set(volume.id, volume);
    answered.add(host);
  };
  const asked = await Promise.allSettled(views.map(({ host }) => ask(host)));
  for (const one of asked) {
    const isAway =
      one.status === 'fulfilled' || one.reason instanceof TransportError || one.reason instanceof CommandError;
    if (!isAway) throw one.reason;
  }
  if (!views.some((view) => answered.has(view.host) && isInformed(view)))
    throw new TransportError(
      '',
      `nobody who is connected to another node can tell which volumes have bricks on ${manageName(node)}`,
      false,
    );
  return [...naming.values()];
}

function isOn({ storageNames, manageNames }: Node, brickName: string): boolean {
  const host = brickName.slice(0, brickName.indexOf(':/'));
  return storageNames.includes(host) || manageNames.includes(host);
}
