import { DomainError, idNotFound, isUnavailable } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { EntryState, Node } from '../../domain/node.js';
import type { Progress } from '../../domain/pending-operation.js';
import { tell } from '../../events/tell.js';
import type { ReadTx } from '../../store/store.js';
import { ofNode } from '../engine/event-subjects.js';
import type { OperationContext } from '../engine/operation.js';
import { type Next, part, type SequenceKind } from '../engine/sequence.js';
import { emptyNext } from './emptying.js';
import { deviceIdsOf, operationInTheWay, recordsOfDevices } from './lost-devices.js';
import { nodeForget } from './node-forget.js';
import { refuseConnected, refuseLiving } from './node-life.js';

/** Between two looks whether an operation that is in the way has ended. */
const OPERATION_PAUSE_MS = 30_000;

/** A person says that a node never returns. */
export interface NodeLoss {
  readonly id: Id;
  /** See Eviction. */
  readonly mustBeHealed: boolean;
  /** See refuseLiving. */
  readonly mayHostAnswer: boolean;
}

interface NodeLossPlan extends Omit<NodeLoss, 'id'> {
  readonly stateBefore: EntryState;
}

interface NodeLossWork {
  /** Null once it is forgotten. */
  readonly node: Node | null;
  readonly plan: NodeLossPlan;
  readonly progress: Progress | null;
}

/** Something names the node still: it stays, as one that was given up. */
class NodeStays extends DomainError {
  constructor({ id }: Node, reason: string) {
    super('failed', `node ${id} is given up and stays as failed: ${reason}`);
  }
}

/**
 * A node that never returns: its bricks are made anew on other nodes, from their healthy partners, and when all is healed
 * it leaves gluster's pool and the books. It is `failed` from the beginning, so that nothing is placed on it. Nothing is
 * dropped from the books before it is known at the very end that gluster does not name it and that it does not live. One
 * that turns out to live meanwhile is kept, offline.
 */
export const nodeLost: SequenceKind<NodeLoss, NodeLossWork> = {
  type: 'lose-node',

  approach: refuseNotLost,

  async check(tx, { id }) {
    if (!(await tx.nodes.find(id))) throw idNotFound();
    await refuseChanging(tx, id);
  },

  async build(tx, _operationId, { id, ...wanted }) {
    const node = await tx.nodes.find(id);
    if (!node) throw idNotFound();
    await tx.nodes.update({ ...node, state: 'failed' });
    if (node.state !== 'failed') await tell(tx, 'node.state-changed', ofNode(node), { details: { state: 'failed' } });
    return {
      actions: [{ change: 'lose-node', id, delta: null }],
      plan: { ...wanted, stateBefore: node.state } satisfies NodeLossPlan,
    };
  },

  async load(tx, { actions, plan, progress }) {
    return { node: await tx.nodes.find(actions[0]?.id ?? ''), plan: plan as NodeLossPlan, progress };
  },

  async next(work, context) {
    const { node } = work;
    if (!node) return { do: 'end' };
    await refuseConnected(node, context);
    return rebuildNext(node, work, context);
  },

  finalize: async () => null,

  async retract(tx, { node, plan }, reason) {
    const now = node && (await tx.nodes.find(node.id));
    if (!now || reason instanceof NodeStays || plan.stateBefore === 'failed') return;
    await tx.nodes.update({ ...now, state: 'offline' });
    if (now.state !== 'offline') await tell(tx, 'node.state-changed', ofNode(now), { details: { state: 'offline' } });
  },
};

/** Refuses a node that lives, as its host and gluster on the others tell. */
async function refuseNotLost(
  { id, mayHostAnswer }: Pick<NodeLoss, 'id' | 'mayHostAnswer'>,
  context: OperationContext,
): Promise<void> {
  const node = await context.store.read((tx) => tx.nodes.find(id));
  if (!node) throw idNotFound();
  await refuseLiving(node, mayHostAnswer, context);
}

/** All that a loss is refused for before it begins. */
export async function refuseNodeLoss(
  loss: Pick<NodeLoss, 'id' | 'mayHostAnswer'>,
  context: OperationContext,
): Promise<void> {
  await refuseNotLost(loss, context);
  await context.store.read((tx) => refuseChanging(tx, loss.id));
}

/** Refuses a node that another operation is changing, but for what has only waited for it. */
async function refuseChanging(tx: ReadTx, id: Id): Promise<void> {
  const ofDevices = (await recordsOfDevices(tx, id)).filter(
    ({ status, type }) => status === '' || type === 'remove-device',
  );
  const [other] = [...(await tx.operations.listByObject(id)), ...ofDevices];
  if (!other) return;
  const wayOut = ['lose-node', 'remove-node', 'remove-device'].includes(other.type)
    ? `wait until that has ended, or end it with: heketi-cli server operations cancel ${other.id}`
    : 'wait until that has ended';
  throw new DomainError('conflict', `node ${id} is being changed by operation ${other.id} (${other.type}); ${wayOut}`);
}

/** `end` of the emptying: the node is forgotten. What it could not do keeps the node. */
async function rebuildNext(node: Node, { progress, plan }: NodeLossWork, context: OperationContext): Promise<Next> {
  const unforgotten = progress?.refused?.find(({ id }) => id === node.id);
  if (unforgotten) throw new NodeStays(node, unforgotten.reason);
  const deviceIds = await context.store.read((tx) => deviceIdsOf(tx, node.id));
  const next = await emptyNext({ deviceIds, mustBeHealed: plan.mustBeHealed, progress }, context).catch(
    (error: unknown) => {
      throw error instanceof DomainError && !isUnavailable(error) ? new NodeStays(node, error.message) : error;
    },
  );
  if (next.do !== 'end') return next;
  const total = progress?.total ?? 0;
  const operation = await context.store.read((tx) => operationInTheWay(tx, node.id));
  if (operation) {
    const current = `waits for the end of operation ${operation}, which is about a device of the node`;
    return { do: 'wait', forMs: OPERATION_PAUSE_MS, step: { done: total, total, current } };
  }
  const forgetting = { id: node.id, mayHostAnswer: plan.mayHostAnswer };
  return part(nodeForget, forgetting, { done: total, total, current: `forgets node ${node.id}` }, node.id);
}
