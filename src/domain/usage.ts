import type { Brick } from './brick.js';
import { bricksPerSet, type Durability, disperseCounts } from './durability.js';
import type { Id } from './ids.js';

/** What a file system holds, KiB, as `df` shows it: what is reserved is neither used nor free. */
export interface FileSystemUse {
  readonly totalKib: number;
  readonly usedKib: number;
  readonly freeKib: number;
}

/** How full a thin pool is. Percents are from 0 to 100, with two decimals; null where lvm does not tell. */
export interface PoolUse {
  /** LVM's name of it; clones share the pool of their source. */
  readonly name: string;
  readonly sizeKib: number | null;
  readonly dataPercent: number | null;
  readonly metadataPercent: number | null;
}

/** Of one brick, as its host last told. What is null is not known: it is never told as nothing. */
export interface BrickUse {
  /** When the host was asked, Unix milliseconds; null: it was not. */
  readonly at: number | null;
  readonly fileSystem: FileSystemUse | null;
  readonly pool: PoolUse | null;
  /** Why something is not known; empty when all is. */
  readonly unknown: readonly string[];
}

/** What waits to be healed on each brick of a volume, as gluster last told. */
export interface HealUse {
  readonly at: number;
  /** By brick; null of one that gluster does not tell of, as it is down. */
  readonly entries: ReadonlyMap<Id, number | null>;
  /** Why nothing, or not all, is known; null when all is. */
  readonly reason: string | null;
}

/** What a volume really holds, as its clients see it. */
export interface VolumeUse {
  /** Null: not known. */
  readonly space: FileSystemUse | null;
  /** The most that one of its bricks has to heal; null where that is not known, and of a volume that keeps no copies. */
  readonly healEntries: number | null;
  /** The oldest of the figures it was worked out from, Unix milliseconds; null: there are none. */
  readonly at: number | null;
  readonly unknown: readonly string[];
}

/** What the thin pools of a device really hold. */
export interface DeviceUse {
  /** Data in all of its bricks' thin pools, KiB; null where one of them is not known. */
  readonly usedKib: number | null;
  /** Of the fullest pool, of those that are known. */
  readonly dataPercent: number | null;
  readonly metadataPercent: number | null;
  /** Of bricks that keep copies of data, the sum; null where it is not known of one of them. */
  readonly healEntries: number | null;
  /** The oldest of the figures, Unix milliseconds; null: there are none. */
  readonly at: number | null;
  readonly unknown: readonly string[];
}

export const POOL_PARTS = ['data', 'metadata'] as const;
export type PoolPart = (typeof POOL_PARTS)[number];

/** A part of a thin pool of which an event has told that it fills up, and none yet that it does not any more. */
export interface FillingPool {
  readonly deviceId: Id;
  readonly pool: string;
  readonly part: PoolPart;
  /** Unix milliseconds. */
  readonly since: number;
}

/** From so much on a part of a pool is told to fill up; percent. */
export const FILLING_PERCENT = 80;
/** And below so much it is told not to any more: between the two nothing is told again and again. */
const RELIEVED_PERCENT = 75;

/** Whether what was told of a part of a pool is to be taken back or told now; as it was where nobody knows how full it is. */
export function isFilling(percent: number | null, was: boolean): boolean {
  return percent === null ? was : percent >= (was ? RELIEVED_PERCENT : FILLING_PERCENT);
}

export function percentOf(pool: PoolUse, part: PoolPart): number | null {
  return part === 'data' ? pool.dataPercent : pool.metadataPercent;
}

export const NOT_ASKED: BrickUse = { at: null, fileSystem: null, pool: null, unknown: ['its host was not asked yet'] };

/** Reasons are for people: of very many a few do. */
const REASONS = 5;

/** What is known of bricks and of the healing of a volume. */
export interface KnownUse {
  brick(id: Id): BrickUse;
  heal(volumeId: Id): HealUse | null;
  /** Bricks of a volume in gluster's order, in which those of a set follow one another; null: not known. */
  order(volumeId: Id): readonly Id[] | null;
}

/**
 * What `df` shows on a mount of the volume, worked out from its bricks:
 *
 * - replicate: each set counts as its fullest copy, the one with the least space left. A brick that is being filled by heal
 *   has less on it, and one whose host does not tell is made up for by the others. Arbiters hold no data and are left out.
 * - disperse (k data + m redundancy): each set counts k times what its fullest brick has.
 * - distribute: the sum of all sets.
 *
 * Not known as soon as one set has no brick of which it is known, or where nobody knows which bricks make a set.
 */
export function useOfVolume(
  volume: { readonly id: Id; readonly durability: Durability },
  bricks: readonly Brick[],
  known: KnownUse,
): VolumeUse {
  const { durability } = volume;
  const sets = setsOf(durability, bricks, known.order(volume.id));
  const heal = bricksPerSet(durability) === 1 ? null : known.heal(volume.id);
  const unknown = new Set<string>();
  let space: FileSystemUse | null = sets === null || sets.length === 0 ? null : { totalKib: 0, usedKib: 0, freeKib: 0 };
  if (sets === null) unknown.add('gluster did not tell yet which of its bricks hold the same data');
  const times: number[] = [];
  for (const set of sets ?? []) {
    const uses = set.filter(({ subType }) => subType !== 'arbiter').map(({ id }) => known.brick(id));
    const fullest = fullestOf(uses);
    for (const { at, fileSystem } of uses) if (at !== null && fileSystem !== null) times.push(at);
    if (fullest === null) for (const reason of uses.flatMap((use) => use.unknown)) unknown.add(reason);
    space = fullest && space && added(space, fullest, dataBricks(durability));
  }
  if (heal) times.push(heal.at);
  if (heal !== null && heal.reason !== null) unknown.add(heal.reason);
  return { space, healEntries: heal && mostEntries(heal), at: oldest(times), unknown: [...unknown].slice(0, REASONS) };
}

/** See DeviceUse. `heals`: whether bricks of this volume keep copies of data, by its id. */
export function useOfDevice(bricks: readonly Brick[], known: KnownUse, heals: (volumeId: Id) => boolean): DeviceUse {
  const pools = new Map<string, PoolUse>();
  const unknown = new Set<string>();
  const times: number[] = [];
  let isWhole = true;
  let healEntries: number | null = 0;
  for (const { id, volumeId } of bricks) {
    const { at, pool, unknown: reasons } = known.brick(id);
    for (const reason of reasons) unknown.add(reason);
    if (at !== null && pool !== null) times.push(at);
    if (pool === null || pool.dataPercent === null || pool.sizeKib === null) isWhole = false;
    if (pool !== null) pools.set(pool.name, pool);
    const entries = heals(volumeId) ? (known.heal(volumeId)?.entries.get(id) ?? null) : 0;
    healEntries = healEntries === null || entries === null ? null : healEntries + entries;
  }
  const all = [...pools.values()];
  return {
    usedKib: isWhole ? all.reduce((sum, pool) => sum + usedKibOfPool(pool), 0) : null,
    dataPercent: most(all.map(({ dataPercent }) => dataPercent)),
    metadataPercent: most(all.map(({ metadataPercent }) => metadataPercent)),
    healEntries,
    at: oldest(times),
    unknown: [...unknown].slice(0, REASONS),
  };
}

/** Bricks that hold the same data together; null where the books do not tell, and gluster's order is not about these. */
function setsOf(
  durability: Durability,
  bricks: readonly Brick[],
  order: readonly Id[] | null,
): readonly (readonly Brick[])[] | null {
  const size = bricksPerSet(durability);
  if (size === 1) return bricks.map((brick) => [brick]);
  if (bricks.length === size) return [bricks];
  const byId = new Map(bricks.map((brick) => [brick.id, brick]));
  const ordered = (order ?? []).flatMap((id) => byId.get(id) ?? []);
  if (bricks.length % size !== 0 || ordered.length !== bricks.length || order?.length !== bricks.length) return null;
  return Array.from({ length: ordered.length / size }, (_, i) => ordered.slice(i * size, (i + 1) * size));
}

/** As many bricks' worth of a set is data. */
function dataBricks(durability: Durability): number {
  return durability.type === 'disperse' ? disperseCounts(durability).data : 1;
}

function fullestOf(uses: readonly BrickUse[]): FileSystemUse | null {
  let fullest: FileSystemUse | null = null;
  for (const { fileSystem } of uses)
    if (fileSystem !== null && (fullest === null || fileSystem.freeKib < fullest.freeKib)) fullest = fileSystem;
  return fullest;
}

function added(to: FileSystemUse, { totalKib, usedKib, freeKib }: FileSystemUse, times: number): FileSystemUse {
  return {
    totalKib: to.totalKib + times * totalKib,
    usedKib: to.usedKib + times * usedKib,
    freeKib: to.freeKib + times * freeKib,
  };
}

/** Where it is not known of all bricks, none is not none. */
function mostEntries({ entries }: HealUse): number | null {
  const told = [...entries.values()].filter((count) => count !== null);
  const highest = most(told);
  return highest === 0 && told.length < entries.size ? null : highest;
}

function usedKibOfPool({ sizeKib, dataPercent }: PoolUse): number {
  return Math.round(((sizeKib ?? 0) * (dataPercent ?? 0)) / 100);
}

function most(numbers: readonly (number | null)[]): number | null {
  return numbers.reduce((highest, number) => (number !== null && number > (highest ?? -1) ? number : highest), null);
}

function oldest(times: readonly number[]): number | null {
  return times.length === 0 ? null : times.reduce((first, time) => Math.min(first, time));
}
