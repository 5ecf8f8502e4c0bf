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
  /** Further tries of a volume create after the first one failed on the hosts. */
  readonly volumeCreateRetries: number;
  /** Null: requests wait in order instead of being refused. */
  readonly maxInflight: number | null;
  /** How many operations run at a time in one cluster; others wait in order. */
  readonly operationsPerCluster: number;
  /** False for simulated hosts that answer as the original's: names of any length, arbiters in sets of any size. */
  readonly hasGlusterLimits: boolean;
  /** See PlacementRequest. */
  readonly reserveSpareMetadata: boolean;
}
