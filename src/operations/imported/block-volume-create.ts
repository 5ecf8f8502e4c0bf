import { isStarted } from '../../executors/commands/gluster/gluster-volume.js';
import { ALL_UNDONE, type GivenUpKind, NOTHING_LEFT, type OperationContext } from '../engine/operation.js';
import { isStoppedByUs, type UnusedVolume } from '../volumes/delete-unused.js';
import { findVolume } from '../volumes/find-volume.js';
import { soughtVolume, volumeWork } from '../volumes/volume-bricks.js';
import { volumeCreate } from '../volumes/volume-create.js';
import { type BlockVolumeWork, blockVolumeWork, bookBlockSpace, removeBlockVolume } from './block-volume-work.js';

interface BlockVolumeCreateWork extends BlockVolumeWork {
  /** The hosting volume when it is made by the same operation; null when it was there before. */
  readonly newHosting: UnusedVolume | null;
  /** Another block volume has the same name on the same volume, so gluster's one is not this operation's. */
  readonly isNameShared: boolean;
}

/**
 * Taken back, never finished: a client that saw the server die has no answer, and asks again. Records of the
 * original, the only ones there are, leave no other way: it keeps what gluster-block answered in memory.
 */
export const blockVolumeCreate: GivenUpKind<BlockVolumeCreateWork> = {
  type: 'create-block-volume',

  async load(tx, operation) {
    const work = await blockVolumeWork(tx, operation, 'add-block-volume');
    if (!work) return null;
    const { block, hosting } = work;
    const makesHosting = operation.actions.some(({ change }) => change === 'add-volume');
    const volume = makesHosting ? await volumeWork(tx, operation, hosting, 'add-brick') : null;
    if (makesHosting && !volume) return null;
    const newHosting = volume && { ...volume, isStoppedByUs: isStoppedByUs(operation) };
    const neighbours = await tx.blockVolumes.listByHostingVolume(hosting.id);
    const isNameShared = neighbours.some(({ id, name }) => id !== block.id && name === block.name);
    return { ...work, newHosting, isNameShared };
  },

  lane: ({ hosting }) => hosting.clusterId,

  leftovers: ({ hosts, newHosting }) => ({
    mustEnd: hosts,
    mayStay: [],
    volumes: newHosting ? [soughtVolume(newHosting.volume, newHosting.bricks)] : [],
  }),

  async undo(work, context, attempt) {
    if (!work.isNameShared && (await mayHoldBlocks(work, context))) await removeBlockVolume(work, context);
    if (!work.newHosting) return ALL_UNDONE;
    return volumeCreate.undo({ ...work.newHosting, isImported: true }, context, attempt);
  },

  async retract(tx, { block, hosting, newHosting }, undone) {
    await tx.blockVolumes.delete(block.id);
    await tx.linkFaults.deleteByObject(block.id);
    if (newHosting) return volumeCreate.retract(tx, { ...newHosting, isImported: true }, undone);
    await bookBlockSpace(tx, hosting.id, block.sizeGib);
    return NOTHING_LEFT;
  },
};

/** gluster-block refuses to look into a hosting volume that was not started yet. */
async function mayHoldBlocks({ newHosting }: BlockVolumeCreateWork, context: OperationContext): Promise<boolean> {
  if (!newHosting) return true;
  const found = await findVolume(soughtVolume(newHosting.volume, newHosting.bricks), context);
  return found !== null && isStarted(found);
}
