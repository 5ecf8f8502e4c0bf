import { DomainError } from '../domain/errors.js';
import type { Id } from '../domain/ids.js';
import { type BlockInfo, usableForBlockGib, type Volume } from '../domain/volume.js';
import { FORMAT_ATTRIBUTES, GENERATION_ID } from '../store/attributes.js';
import type { Imported } from './imported.js';

const CLUSTER_FLAGS = 'DB_CLUSTER_HAS_FILE_BLOCK_FLAG';
const PENDING_OPERATIONS = 'DB_HAS_PENDING_OPS_BUCKET';

/**
 * Does what the original does to an older database when it is started with it, in the original's order, and gives the
 * database a new generation id: it is another database from now on.
 */
export function upgrade(imported: Imported, generationId: Id): void {
  refuseNewerVersions(imported);
  if (imported.attributes.get(CLUSTER_FLAGS) !== 'yes') allowEverything(imported);
  giveBricksTheirVolume(imported);
  for (const key of FORMAT_ATTRIBUTES) if (!imported.attributes.has(key)) imported.attributes.set(key, 'yes');
  imported.attributes.set(CLUSTER_FLAGS, 'yes');
  imported.attributes.set(PENDING_OPERATIONS, 'yes');
  imported.attributes.set(GENERATION_ID, generationId);
  const growing = growingBlockVolumes(imported);
  for (const { entity } of [...imported.volumes.values()]) {
    if (entity.isBlockHosting) balanceBooks(imported, entity, growing);
  }
}

function refuseNewerVersions(imported: Imported): void {
  const known: readonly string[] = [...FORMAT_ATTRIBUTES, GENERATION_ID];
  const strange = [...imported.attributes.keys()].filter((key) => !known.includes(key));
  if (strange.length === 0) return;
  throw new DomainError(
    'invalid',
    `The database has the attribute ${strange.join(', ')}: it was written by a version newer than this one knows.`,
  );
}

/** Before 6.0 there were no block volumes, and so no flags. */
function allowEverything(imported: Imported): void {
  for (const [id, listing] of imported.clusters) {
    imported.clusters.set(id, { ...listing, entity: { ...listing.entity, allowsBlock: true, allowsFile: true } });
  }
}

/** Before 5.0 bricks did not name their volume. A volume's first brick that does ends the search. */
function giveBricksTheirVolume(imported: Imported): void {
  for (const { entity, bricks } of imported.volumes.values()) {
    for (const brickId of bricks) {
      const brick = imported.bricks.get(brickId);
      if (brick === undefined) continue;
      if (brick.volumeId !== '') break;
      imported.bricks.set(brickId, { ...brick, volumeId: entity.id });
    }
  }
}

function growingBlockVolumes({ operations }: Imported): ReadonlySet<Id> {
  const actions = [...operations.values()].flatMap((operation) => operation.actions);
  return new Set(actions.filter(({ change }) => change === 'expand-block-volume').map(({ id }) => id));
}

function balanceBooks(imported: Imported, volume: Volume, growing: ReadonlySet<Id>): void {
  const hosted = imported.volumes.get(volume.id)?.blockVolumes ?? [];
  const blockVolumes = hosted.map((id) => imported.blockVolumes.get(id));
  // A missing block volume leaves nothing to count with; the check reports it.
  if (blockVolumes.includes(undefined) || volume.exact !== undefined) return;
  const sum = blockVolumes.reduce((gib, blockVolume) => gib + (blockVolume?.sizeGib ?? 0), 0);
  // Free space is booked before a block volume grows: such books are sound.
  const isGrowing = hosted.some((id) => growing.has(id));
  let info = volume.blockInfo;
  if (volume.pendingId === null && !isGrowing) info = withFreeSpaceCounted(info, volume.sizeGib, sum);
  info = withReserve(info, volume.sizeGib, sum);
  if (info === volume.blockInfo) return;
  const listing = imported.volumes.get(volume.id);
  if (listing) imported.volumes.set(volume.id, { ...listing, entity: { ...volume, blockInfo: info } });
}

function withFreeSpaceCounted(info: BlockInfo, sizeGib: number, hostedGib: number): BlockInfo {
  if (isBalanced(info, sizeGib, hostedGib)) return info;
  const freeGib = sizeGib - info.reservedGib - hostedGib;
  if (freeGib < 0 || freeGib > sizeGib) return info;
  return { ...info, freeGib, restriction: 'locked-by-update' };
}

/** Before 8.0 nothing was reserved for gluster-block itself. */
function withReserve(info: BlockInfo, sizeGib: number, hostedGib: number): BlockInfo {
  if (info.reservedGib > 0 || info.restriction === 'locked-by-update') return info;
  if (!isBalanced(info, sizeGib, hostedGib)) return info;
  const reservedGib = sizeGib - usableForBlockGib(sizeGib);
  if (info.freeGib < reservedGib) return { ...info, restriction: 'locked-by-update' };
  return { ...info, freeGib: info.freeGib - reservedGib, reservedGib };
}

function isBalanced(info: BlockInfo, sizeGib: number, hostedGib: number): boolean {
  return sizeGib === hostedGib + info.freeGib + info.reservedGib;
}
