import type { BlockVolume } from './block-volume.js';
import { DomainError } from './errors.js';
import type { Id } from './ids.js';
import { withoutExact } from './size.js';
import { blockInfoFor, type Volume } from './volume.js';

/*
 * The books of block hosting volumes, GiB: size = free + reserved + sum of the sizes of its block volumes. Space is taken
 * when a change is accepted, and given back when it was taken back.
 */

/** Null where the counters of an imported volume can't be trusted, since no double holds them. */
export function freeForBlocksGib({ blockInfo, exact }: Volume): number | null {
  return exact && ('freeGib' in exact || 'sizeGib' in exact) ? null : blockInfo.freeGib;
}

/** Throws `no_space` where the volume has less. */
export function takeForBlocks(hosting: Volume, gib: number): Volume {
  const freeGib = freeForBlocksGib(hosting) ?? 0;
  if (gib > freeGib) {
    throw new DomainError(
      'no_space',
      `No space: block hosting volume ${hosting.name} has ${freeGib} GiB free, and ${gib} GiB are needed`,
    );
  }
  return withFree(hosting, freeGib - gib);
}

/** Imported books may not balance: free space is kept between 0 and what the volume has beside its reserve. */
export function giveBackFromBlocks(hosting: Volume, gib: number): Volume {
  const { freeGib, reservedGib } = hosting.blockInfo;
  return withFree(hosting, Math.max(0, Math.min(freeGib + gib, hosting.sizeGib - reservedGib)));
}

/** With what its block volumes leave, by their sizes; null when these do not fit, so that such books can't be mended. */
export function withFreeCounted(hosting: Volume, takenGib: number): Volume | null {
  const freeGib = hosting.sizeGib - hosting.blockInfo.reservedGib - takenGib;
  return freeGib < 0 ? null : withFree(hosting, freeGib);
}

/** Of what is added, the same part is reserved as of a new volume. */
export function growHosting(hosting: Volume, addGib: number): Volume {
  const added = blockInfoFor(hosting.isBlockHosting, addGib);
  return {
    ...withoutExact(hosting, ['sizeGib', 'freeGib', 'reservedGib']),
    sizeGib: hosting.sizeGib + addGib,
    blockInfo: {
      ...hosting.blockInfo,
      freeGib: hosting.blockInfo.freeGib + added.freeGib,
      reservedGib: hosting.blockInfo.reservedGib + added.reservedGib,
    },
  };
}

function withFree(hosting: Volume, freeGib: number): Volume {
  return { ...withoutExact(hosting, ['freeGib']), blockInfo: { ...hosting.blockInfo, freeGib } };
}

/** A block hosting volume with the block volumes on it, those that are being made or unmade included. */
export interface HostingCandidate {
  readonly volume: Volume;
  readonly blocks: readonly Pick<BlockVolume, 'name'>[];
}

/** Why a block hosting volume can't take a block volume. */
export interface HostingRefusal {
  readonly volumeId: Id;
  readonly name: string;
  readonly freeGib: number;
  readonly text: string;
}

export interface HostingChoice {
  readonly chosen: Volume | null;
  /** Of the others, when none was chosen. */
  readonly refusals: readonly HostingRefusal[];
  /** The largest block volume of this name that any of them could take now; 0 when none. */
  readonly largestGib: number;
}

/** The candidate with the most free space of those that can take the block volume: neighbours share their bricks' speed. */
export function chooseHosting(
  candidates: readonly HostingCandidate[],
  wanted: { readonly name: string; readonly sizeGib: number },
): HostingChoice {
  const open = candidates.filter((candidate) => closedReason(candidate, wanted.name) === null);
  const frees = open.map(({ volume }) => freeForBlocksGib(volume) ?? 0);
  const largestGib = Math.max(0, ...frees);
  const chosen = largestGib >= wanted.sizeGib ? (open[frees.indexOf(largestGib)]?.volume ?? null) : null;
  if (chosen) return { chosen, refusals: [], largestGib };
  const refusals = candidates.map((candidate) => {
    const { id, name, sizeGib } = candidate.volume;
    const freeGib = freeForBlocksGib(candidate.volume) ?? 0;
    const text = closedReason(candidate, wanted.name) ?? `${freeGib} of its ${sizeGib} GiB are free`;
    return { volumeId: id, name, freeGib, text };
  });
  return { chosen: null, refusals, largestGib };
}

/** Why it takes no block volume of this name, whatever its size. */
function closedReason({ volume, blocks }: HostingCandidate, name: string): string | null {
  const { id, pendingId, blockInfo } = volume;
  const unlock = `heketi-cli volume set-block-hosting-restriction unlocked ${id}`;
  if (pendingId !== null) return `operation ${pendingId} is making or deleting it`;
  if (blockInfo.restriction === 'locked') return `it is locked for new block volumes (${unlock})`;
  if (blockInfo.restriction === 'locked-by-update')
    return `an update of the database has locked it, since its reserve was missing or its books did not balance (${unlock})`;
  if (blocks.some((block) => block.name === name)) return `it holds a block volume named ${name} already`;
  return null;
}

/** One line for each. */
export function hostingRefusalsText(refusals: readonly HostingRefusal[]): string {
  return refusals.map(({ name, volumeId, text }) => `Block hosting volume ${name} (${volumeId}): ${text}`).join('\n');
}

/** How many hosts serve a block volume: those asked for, or all where none or more than there are were asked for. */
export function exportCount(haCount: number, hosts: number): number {
  return haCount >= 1 && haCount <= hosts ? haCount : hosts;
}
