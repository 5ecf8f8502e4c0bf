import { DomainError, idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { Node } from '../../domain/node.js';
import type { ReadTx } from '../../store/store.js';
import type { SequenceKind } from '../engine/sequence.js';
import { mustBeOffline, refuseUsedDevice } from './device-removal.js';

interface NodeRemovalWork {
  readonly operationId: Id;
  readonly node: Node;
}

/** Takes a node out of use with all its devices: their states become `failed`. One that holds bricks is refused. */
export const nodeRemoval: SequenceKind<Id, NodeRemovalWork> = {
  type: 'remove-node',

  async check(tx, id) {
    if (!(await tx.nodes.find(id))) throw idNotFound();
  },

  build: async (_tx, _operationId, id) => ({
    actions: [{ change: 'remove-node', id, delta: null }],
    plan: null,
  }),

  async load(tx, { id: operationId, actions }) {
    const node = await tx.nodes.find(actions[0]?.id ?? '');
    return node && { operationId, node };
  },

  async next({ operationId, node }, context) {
    await context.store.read((tx) => refuseRemoval(tx, node, operationId));
    return { do: 'end' };
  },

  async finalize(tx, { operationId, node: { id } }) {
    const node = await tx.nodes.find(id);
    if (!node) throw idNotFound();
    if (node.state === 'failed') return null;
    await refuseRemoval(tx, node, operationId);
    for (const device of await tx.devices.listByNode(id)) await tx.devices.update({ ...device, state: 'failed' });
    await tx.nodes.update({ ...node, state: 'failed' });
    return null;
  },
};

async function refuseRemoval(tx: ReadTx, { id, state }: Node, operationId: Id): Promise<void> {
  if (state === 'failed') return;
  if (state !== 'offline') throw mustBeOffline('Node', 'node', id);
  const other = (await tx.operations.listByObject(id)).find(
    (operation) => operation.id !== operationId && operation.type !== 'remove-node',
  );
  if (other)
    throw new DomainError('failed', `node ${id} is being changed by operation ${other.id}; wait until that has ended`);
  for (const device of await tx.devices.listByNode(id)) await refuseUsedDevice(tx, device.id);
}
