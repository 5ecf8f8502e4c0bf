import { alignUp } from '../size.js';

/** The most that a thin pool's metadata may take: 16 GiB. */
const MAX_METADATA_KIB = 16 * 1024 * 1024;
const METADATA_SHARE = 0.005;

/** What a brick takes of its device, KiB: whole extents for the thin pool and for its metadata. */
export interface BrickSpace {
  readonly thinPoolKib: number;
  readonly poolMetadataKib: number;
  readonly totalKib: number;
}

/**
 * spec: pool = size x factor, metadata = 0.5 % of the pool, both rounded up to extents. The factor is a 32-bit float
 * in every client's book-keeping: 1.1 is 1.10000002384, which can take one extent more.
 */
export function brickSpace(sizeKib: number, snapshotFactor: number, extentKib: number): BrickSpace {
  const thinPoolKib = alignUp(Math.trunc(sizeKib * Math.fround(snapshotFactor)), extentKib);
  const poolMetadataKib = alignUp(Math.min(Math.trunc(thinPoolKib * METADATA_SHARE), MAX_METADATA_KIB), extentKib);
  return { thinPoolKib, poolMetadataKib, totalKib: thinPoolKib + poolMetadataKib };
}

/** A device's space as placement sees it. */
export interface FreeSpace {
  readonly freeKib: number;
  readonly largestMetadataKib: number;
}

/**
 * Strictly more free than needed. On real hosts LVM also keeps one spare metadata LV per volume group, as large as
 * its largest pool metadata; that space is not in the books and must stay free.
 */
export function fits(device: FreeSpace, space: BrickSpace, reserveSpareMetadata: boolean): boolean {
  return hasRoom(device.freeKib, device.largestMetadataKib, space, reserveSpareMetadata);
}

/** The same of the sizes of a FreeSpace. */
export function hasRoom(
  freeKib: number,
  largestMetadataKib: number,
  space: BrickSpace,
  reserveSpareMetadata: boolean,
): boolean {
  if (freeKib <= space.totalKib) return false;
  return freeKib - space.totalKib >= spareKib(largestMetadataKib, space, reserveSpareMetadata);
}

/** How many bricks of this space the device could take. */
export function countFitting(device: FreeSpace, space: BrickSpace, reserveSpareMetadata: boolean): number {
  const strictly = Math.ceil(device.freeKib / space.totalKib) - 1;
  const withSpare = Math.floor(
    (device.freeKib - spareKib(device.largestMetadataKib, space, reserveSpareMetadata)) / space.totalKib,
  );
  return Math.max(0, Math.min(strictly, withSpare));
}

function spareKib(largestMetadataKib: number, space: BrickSpace, reserveSpareMetadata: boolean): number {
  return reserveSpareMetadata ? Math.max(largestMetadataKib, space.poolMetadataKib) : 0;
}
