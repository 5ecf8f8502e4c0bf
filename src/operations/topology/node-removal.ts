import { DomainError, idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { Node } from '../../domain/node.js';
import type { ReadTx } from '../../store/store.js';
import type { SequenceKind } from '../engine/sequence.js';
import { mayReturn } from '../hosts/lost-node.js';
import { mustBeOffline, type Removal } from './device-removal.js';
import { type Emptying, emptyNext, type RemovalPlan, refuseHeld, removalPlan } from './emptying.js';

interface NodeRemovalWork extends Emptying {
  readonly operationId: Id;
  readonly node: Node;
}

/** Takes a node out of use: the bricks of all its devices are moved to other nodes, and its and their states become `failed`. */
export const nodeRemoval: SequenceKind<Removal, NodeRemovalWork> = {
  type: 'remove-node',

  async check(tx, { id }) {
    if (!(await tx.nodes.find(id))) throw idNotFound();
  },

  build: async (_tx, _operationId, { id, mustBeHealed }) => ({
    actions: [{ change: 'remove-node', id, delta: null }],
    plan: { mustBeHealed } satisfies RemovalPlan,
  }),

  async load(tx, operation) {
    const node = await tx.nodes.find(operation.actions[0]?.id ?? '');
    if (!node) return null;
    const deviceIds = (await tx.devices.listByNode(node.id)).map(({ id }) => id);
    return { operationId: operation.id, node, deviceIds, progress: operation.progress, ...removalPlan(operation) };
  },

  async next(work, context) {
    if (await context.store.read((tx) => isRemoved(tx, work.node))) return { do: 'end' };
    await context.store.read((tx) => refuseNodeRemoval(tx, work.node, work.operationId));
    return emptyNext(work, context);
  },

  async finalize(tx, { operationId, node: { id } }) {
    const node = await tx.nodes.find(id);
    if (!node) throw idNotFound();
    if (await isRemoved(tx, node)) return null;
    await refuseNodeRemoval(tx, node, operationId);
    const devices = await tx.devices.listByNode(id);
    await refuseHeld(
      tx,
      devices.map((device) => device.id),
    );
    for (const device of devices) await tx.devices.update({ ...device, state: 'failed' });
    await tx.nodes.update({ ...node, state: 'failed' });
    return null;
  },
};

/** A node that was given up as lost is failed, too, while volumes have bricks on it. */
export async function isRemoved(tx: ReadTx, { id, state }: Node): Promise<boolean> {
  return state === 'failed' && !(await mayReturn(tx, id));
}

/** Refuses a node that may be given new bricks, or that another operation than a removal is changing. */
export async function refuseNodeRemoval(tx: ReadTx, { id, state }: Node, operationId: Id): Promise<void> {
  if (state === 'failed')
    throw new DomainError(
      'failed',
      `node ${id} was given up as lost, and is not removed: volumes have bricks on it still, or it is being given up. Where it lives, ` +
        `heketi-cli node disable ${id} takes it back; where not, heketi-cli node lost ${id} goes on`,
    );
  if (state !== 'offline') throw mustBeOffline('Node', 'node', id);
  const other = (await tx.operations.listByObject(id)).find(
    (operation) => operation.id !== operationId && operation.type !== 'remove-node',
  );
  if (other)
    throw new DomainError('failed', `node ${id} is being changed by operation ${other.id}; wait until that has ended`);
}
