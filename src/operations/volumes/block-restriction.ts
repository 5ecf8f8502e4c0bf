import { DomainError, idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { withoutExact } from '../../domain/size.js';
import { type BlockRestriction, blockInfoFor, type Volume } from '../../domain/volume.js';
import { tell } from '../../events/tell.js';
import type { ReadTx } from '../../store/store.js';
import { ofVolume } from '../engine/event-subjects.js';
import type { Job } from '../engine/job.js';
import { ChangeInProgress, changeInProgress } from './volume-in-change.js';

export interface RestrictionChange {
  readonly volumeId: Id;
  readonly restriction: BlockRestriction;
}

/** Opens or closes a block hosting volume for new block volumes. */
export const blockRestrictionChange: Job<RestrictionChange> = {
  name: 'block-restriction',

  async about(tx, { volumeId }) {
    const volume = await tx.volumes.find(volumeId);
    return volume && ofVolume(volume);
  },

  async check(tx, change) {
    await restrictableVolume(tx, change);
  },

  work: async (change) => async (tx, by) => {
    const { restriction } = change;
    const volume = await restrictableVolume(tx, change);
    await tx.volumes.update({
      ...withoutExact(volume, ['freeGib', 'reservedGib']),
      blockInfo: { ...unlockedInfo(volume, restriction), restriction },
    });
    await tell(tx, 'volume.changed', ofVolume(volume), { requestedBy: by });
    return `/volumes/${volume.id}`;
  },
};

async function restrictableVolume(tx: ReadTx, { volumeId: id, restriction }: RestrictionChange): Promise<Volume> {
  const volume = await tx.volumes.find(id);
  if (!volume || volume.pendingId) throw idNotFound();
  if (!volume.isBlockHosting)
    throw new DomainError(
      'failed',
      `Failed to set block restriction: Block restrictions can only be set on block hosting volumes, and ${id} is none`,
    );
  const busyWith = await changeInProgress(tx, id);
  if (busyWith) throw new ChangeInProgress('failed', `volume ${id} keeps its block restriction now.`, busyWith);
  unlockedInfo(volume, restriction);
  return volume;
}

/** Unlocking a volume that an upgrade locked, by hand or grown meanwhile too, first puts what its reserve lacks aside. */
function unlockedInfo({ sizeGib, blockInfo }: Volume, to: BlockRestriction): Volume['blockInfo'] {
  const missingGib = blockInfoFor(true, sizeGib).reservedGib - blockInfo.reservedGib;
  if (to !== '' || blockInfo.restriction === '' || missingGib <= 0) return blockInfo;
  if (blockInfo.freeGib < missingGib) {
    throw new DomainError(
      'failed',
      `Can not unlock volume. ${missingGib}GiB free space is required, but found ${blockInfo.freeGib}GiB`,
    );
  }
  const { freeGib, reservedGib } = blockInfo;
  return { ...blockInfo, freeGib: freeGib - missingGib, reservedGib: reservedGib + missingGib };
}
