import { DomainError } from '../../domain/errors.js';
import { withoutExact } from '../../domain/size.js';
import type { BlockVolumeInfo } from '../../executors/commands/gluster/gluster-block.js';
import type { Tx } from '../../store/store.js';
import { ALL_UNDONE, type ImportedKind, NOTHING_LEFT, type OperationContext } from '../engine/operation.js';
import {
  type BlockVolumeWork,
  balanceBlockSpace,
  blockVolumeWork,
  bookBlockSpace,
  findBlockVolume,
} from './block-volume-work.js';

interface BlockVolumeExpandWork extends BlockVolumeWork {
  /** The new total, whose difference to the recorded size is taken from the hosting volume already. */
  readonly wantedGib: number;
}

/** Settled by the size that gluster-block shows, so that the hosting volume's books are right either way. */
export const blockVolumeExpand: ImportedKind<BlockVolumeExpandWork, BlockVolumeInfo> = {
  type: 'expand-block-volume',

  async load(tx, operation) {
    const wantedGib = operation.actions.find(({ change }) => change === 'expand-block-volume')?.delta;
    const work = await blockVolumeWork(tx, operation, 'expand-block-volume');
    // Without the wanted size nobody knows how much was taken from the hosting volume.
    if (!work || wantedGib === null || wantedGib === undefined) return null;
    return { ...work, wantedGib };
  },

  lane: ({ hosting }) => hosting.clusterId,

  leftovers: ({ hosts }) => ({ mustEnd: hosts, mayStay: [] }),

  async finalize(tx, { operationId, block, hosting, wantedGib }, { usableSizeGib }) {
    await resize(tx, block.id, wantedGib, usableSizeGib || wantedGib);
    await balanceBlockSpace(tx, hosting.id, operationId);
    return { location: `/blockvolumes/${block.id}` };
  },

  async direction(work, context) {
    return (await realSize(work, context)).sizeGib === work.wantedGib ? 'forward' : 'back';
  },

  /** It has its new size: nothing is missing but the books. */
  finish: realSize,

  async undo(work, context) {
    return { ...ALL_UNDONE, sizeGib: (await realSize(work, context)).sizeGib };
  },

  async retract(tx, { operationId, block, hosting, wantedGib }, { sizeGib }) {
    if (sizeGib === undefined) throw new Error(`the size of block volume ${block.id} was not asked for`);
    if (sizeGib !== block.sizeGib) await resize(tx, block.id, sizeGib, sizeGib);
    if (!(await balanceBlockSpace(tx, hosting.id, operationId)))
      await bookBlockSpace(tx, hosting.id, wantedGib - sizeGib);
    return NOTHING_LEFT;
  },
};

async function realSize(work: BlockVolumeExpandWork, context: OperationContext): Promise<BlockVolumeInfo> {
  const found = await findBlockVolume(work, context);
  if (found) return found;
  throw new DomainError(
    'failed',
    `gluster-block has no block volume ${work.hosting.name}/${work.block.name}, so its size is unknown`,
  );
}

async function resize(tx: Tx, id: string, sizeGib: number, usableSizeGib: number): Promise<void> {
  const now = await tx.blockVolumes.find(id);
  if (now) await tx.blockVolumes.update({ ...withoutExact(now, ['sizeGib', 'usableSizeGib']), sizeGib, usableSizeGib });
}
