import { ALL_UNDONE, type ImportedKind, NOTHING_LEFT } from '../engine/operation.js';
import {
  type BlockVolumeWork,
  blockVolumeWork,
  bookBlockSpace,
  findBlockVolume,
  removeBlockVolume,
} from './block-volume-work.js';

/** A delete that was begun is finished: nobody can tell how far gluster-block got with it. */
export const blockVolumeDelete: ImportedKind<BlockVolumeWork, void> = {
  type: 'delete-block-volume',

  load: (tx, operation) => blockVolumeWork(tx, operation, 'delete-block-volume'),

  lane: ({ hosting }) => hosting.clusterId,

  leftovers: ({ hosts }, after) => ({ mustEnd: after === 'crash' ? [] : hosts, mayStay: [] }),

  async finalize(tx, { block, hosting }) {
    await tx.blockVolumes.delete(block.id);
    await tx.linkFaults.deleteByObject(block.id);
    await bookBlockSpace(tx, hosting.id, block.sizeGib);
    return { location: null };
  },

  async direction(work, context, { after }) {
    if (after === 'crash') return 'forward';
    return (await findBlockVolume(work, context)) ? 'back' : 'forward';
  },

  finish: removeBlockVolume,

  /** Only reached while the block volume is still there: nothing has changed on the hosts. */
  undo: async () => ALL_UNDONE,

  async retract(tx, { block }) {
    const now = await tx.blockVolumes.find(block.id);
    if (now) await tx.blockVolumes.update({ ...now, pendingId: null });
    return NOTHING_LEFT;
  },
};
