import type { Durability } from './durability.js';
import type { Id } from './ids.js';
import type { ExactIntegers } from './size.js';

export type BlockRestriction = '' | 'locked' | 'locked-by-update';

/** What a block hosting volume has left; GiB. size = free + reserved + sum of the hosted block volumes. */
export interface BlockInfo {
  readonly freeGib: number;
  readonly reservedGib: number;
  readonly restriction: BlockRestriction;
}

export interface Volume {
  readonly id: Id;
  readonly clusterId: Id;
  readonly name: string;
  readonly sizeGib: number;
  readonly durability: Durability;
  /** 0: none. */
  readonly gid: number;
  readonly isBlockHosting: boolean;
  readonly snapshotEnabled: boolean;
  /** A 32-bit float (Math.fround); 1 when snapshots are not enabled. */
  readonly snapshotFactor: number;
  /** The effective list: configured options around the requested ones; null in old data; may hold ''. */
  readonly options: readonly string[] | null;
  /** As requested, null when not given; kept for the dump only. */
  readonly requestedClusters: readonly Id[] | null;
  readonly blockInfo: BlockInfo;
  /** Mount information as it was at creation; kept for the dump. Reads compute it from the cluster's nodes. */
  readonly storedMount: StoredMount;
  /** The pending operation that creates, deletes or clones it, or null when settled. */
  readonly pendingId: Id | null;
  /** Missing where nothing is known of it; it is noted by itself, and never written with the rest. */
  readonly origin?: VolumeOrigin;
  readonly exact?: ExactIntegers | undefined;
}

export interface StoredMount {
  readonly hosts: readonly string[];
  readonly device: string;
  readonly options: Readonly<Record<string, string>>;
}

const NO_BLOCK_INFO: BlockInfo = { freeGib: 0, reservedGib: 0, restriction: '' };

/** Space for block volumes on a hosting volume: 98 %, the rest is reserved for gluster-block's own files. */
export function blockInfoFor(isBlockHosting: boolean, sizeGib: number): BlockInfo {
  if (!isBlockHosting) return NO_BLOCK_INFO;
  const freeGib = usableForBlockGib(sizeGib);
  return { freeGib, reservedGib: sizeGib - freeGib, restriction: '' };
}

export function usableForBlockGib(sizeGib: number): number {
  return Math.floor((sizeGib * 98) / 100);
}

/** `storageNames`: the first storage name of every node of the cluster, in node-id order. */
export function mountFor(volumeName: string, storageNames: readonly string[]): StoredMount {
  return {
    hosts: storageNames,
    device: `${storageNames[0] ?? ''}:${volumeName}`,
    options: { 'backup-volfile-servers': storageNames.slice(1).join(',') },
  };
}

/** What made a volume; it never changes. */
export interface VolumeOrigin {
  /** What the client that ordered it calls it; null when it said nothing. No two volumes have the same. */
  readonly clientName: string | null;
  /** The volume that this one is a clone of, which may be gone; null for any other. */
  readonly clonedFrom: Id | null;
}

/** A volume that is complete, and of which no client is known to have learnt: nobody fetched the result of its creation. */
export interface UnclaimedVolume {
  readonly id: Id;
  readonly clusterId: Id;
  readonly name: string;
  readonly sizeGib: number;
  /** Unix milliseconds. */
  readonly since: number;
}

/** Clients ask for results every second or so: after this time nobody is on the way any more. */
const ON_THE_WAY_MS = 60_000;

/** Whether nobody is to be expected any more to fetch the result. */
export function isLeftBehind({ since }: UnclaimedVolume, now: number): boolean {
  return since <= now - ON_THE_WAY_MS;
}
