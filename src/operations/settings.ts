import type { BrickLimits, ZoneChecking } from '../domain/allocator/types.js';

/** What of the configuration decides about operations. */
export interface OperationSettings {
  readonly limits: BrickLimits;
  readonly maxVolumesPerCluster: number;
  readonly averageFileKib: number;
  readonly zoneChecking: ZoneChecking;
  /** Comma lists, '' for none. */
  readonly preRequestOptions: string;
  readonly postRequestOptions: string;
  readonly blockHostingOptions: string;
  /** Whether hosting volumes are made for block volumes that no other takes, and how large. */
  readonly autoCreateBlockHosting: boolean;
  readonly blockHostingSizeGib: number;
  /** Further tries of a volume create after the first one failed on the hosts. */
  readonly volumeCreateRetries: number;
  /** Null: requests wait in order instead of being refused. */
  readonly maxInflight: number | null;
  /** How many operations run at a time in one cluster; others wait in order. */
  readonly operationsPerCluster: number;
  /** How many bricks of a removal may wait for the heal of their sets before the next one is moved. */
  readonly healsPerRemoval: number;
  /** A heal that takes longer is not waited for any more: a removal goes on without it, and ends as failed. */
  readonly healLimitMs: number;
  /** False for simulated hosts that answer as the original's: names of any length, arbiters in sets of any size. */
  readonly hasGlusterLimits: boolean;
  /** See PlacementRequest. */
  readonly reserveSpareMetadata: boolean;
}
