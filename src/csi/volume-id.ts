const FORM = /^([0-9a-f]{32})-([0-9a-f]{32})$/;

/**
 * What orchestrators know a volume by: the ids of its cluster and of itself on the server. A server is found by the
 * cluster, so the id stays right when the server moves to another address.
 */
export interface VolumeId {
  readonly cluster: string;
  readonly volume: string;
}

export function formatVolumeId({ cluster, volume }: VolumeId): string {
  return `${cluster}-${volume}`;
}

/** Null: no id of ours, so no volume has it. */
export function parseVolumeId(text: string): VolumeId | null {
  const [, cluster, volume] = FORM.exec(text) ?? [];
  return cluster === undefined || volume === undefined ? null : { cluster, volume };
}
