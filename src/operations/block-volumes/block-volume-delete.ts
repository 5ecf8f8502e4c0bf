import { DomainError, idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { ReadTx } from '../../store/store.js';
import { ALL_UNDONE, NOTHING_LEFT, type OperationContext, type OperationKind } from '../engine/operation.js';
import { ChangeInProgress } from '../volumes/volume-in-change.js';
import {
  type BlockVolumeWork,
  blockVolumeWork,
  findBlockVolume,
  giveBackBlockSpace,
  refuseForeign,
  removeBlockVolume,
} from './block-volume-work.js';

export const blockVolumeDelete: OperationKind<Id, BlockVolumeWork, void> = {
  type: 'delete-block-volume',
  isCounted: true,

  async check(tx, id) {
    if (!(await tx.blockVolumes.find(id))) throw idNotFound();
  },

  async build(tx, operationId, id) {
    const block = await tx.blockVolumes.find(id);
    if (!block) throw idNotFound();
    const hosting = await tx.volumes.find(block.hostingVolumeId);
    if (!hosting)
      throw new DomainError('failed', `block volume ${id} is on no volume that is known; it was left alone`);
    const busyWith = await blockVolumeInChange(tx, id);
    if (busyWith) {
      throw new ChangeInProgress(
        'failed',
        'Failed to set up block volume delete: The target exists, contains other items, or is in use.',
        busyWith,
      );
    }
    await tx.blockVolumes.update({ ...block, pendingId: operationId });
    return {
      actions: [{ change: 'delete-block-volume', id, delta: null }],
      plan: {},
      lane: hosting.clusterId,
    };
  },

  load: (tx, operation) => blockVolumeWork(tx, operation, 'delete-block-volume'),

  lane: ({ hosting }) => hosting.clusterId,

  /** Where gluster-block can't be asked, or shows somebody else's, nothing is begun. */
  async examine(work, context) {
    const found = await findBlockVolume(work, context);
    if (found) refuseForeign(work, found);
    return work;
  },

  exec: removeBlockVolume,

  async finalize(tx, { block, hosting }) {
    await tx.blockVolumes.delete(block.id);
    await tx.linkFaults.deleteByObject(block.id);
    await giveBackBlockSpace(tx, hosting.id, block.sizeGib);
    return { location: null };
  },

  leftovers: ({ hosts }, after) => ({ mustEnd: after === 'crash' ? [] : hosts, mayStay: [] }),

  /** One that has lost a host already is of no use to anybody: it is not given back. */
  async direction(work, context, { after }) {
    if (after === 'crash') return 'forward';
    return (await isWhole(work, context)) ? 'back' : 'forward';
  },

  finish: removeBlockVolume,

  /** Only reached while the block volume is whole: nothing has changed on the hosts. */
  undo: async () => ALL_UNDONE,

  async retract(tx, { block }) {
    const now = await tx.blockVolumes.find(block.id);
    if (now) await tx.blockVolumes.update({ ...now, pendingId: null });
    return NOTHING_LEFT;
  },
};

async function isWhole(work: BlockVolumeWork, context: OperationContext): Promise<boolean> {
  const found = await findBlockVolume(work, context);
  return found !== null && work.block.hosts.every((host) => found.hosts.includes(host));
}

/** The operation that is making, changing or deleting the block volume, or null. */
export async function blockVolumeInChange(tx: ReadTx, id: Id): Promise<Id | null> {
  const [naming] = await tx.operations.listByObject(id);
  return naming?.id ?? (await tx.blockVolumes.find(id))?.pendingId ?? null;
}
