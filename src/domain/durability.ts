export type DurabilityType = 'none' | 'replicate' | 'disperse';

/**
 * A volume's redundancy as it was asked for. Both sub-objects may be filled, whatever the type: clients get back
 * what they sent; only the one named by `type` counts. 0 means "not given" (replica 2, disperse 4+2).
 */
export interface Durability {
  readonly type: DurabilityType;
  readonly replica: number;
  readonly disperseData: number;
  readonly disperseRedundancy: number;
}

export const DEFAULT_REPLICA = 2;
export const DEFAULT_DISPERSE_DATA = 4;
export const DEFAULT_DISPERSE_REDUNDANCY = 2;

export function replicaCount(d: Durability): number {
  return d.replica || DEFAULT_REPLICA;
}

export function disperseCounts(d: Durability): { readonly data: number; readonly redundancy: number } {
  return {
    data: d.disperseData || DEFAULT_DISPERSE_DATA,
    redundancy: d.disperseRedundancy || DEFAULT_DISPERSE_REDUNDANCY,
  };
}

/** Bricks that hold the same data together (replicas or fragments): gluster's subvolume. */
export function bricksPerSet(d: Durability): number {
  if (d.type === 'replicate') return replicaCount(d);
  if (d.type === 'disperse') {
    const { data, redundancy } = disperseCounts(d);
    return data + redundancy;
  }
  return 1;
}
