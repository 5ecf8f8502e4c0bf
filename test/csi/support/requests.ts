const GIB = 1024 ** 3;

export const gib = (count: number): string => String(count * GIB);

/** A way in which any volume can be used. */
export const MOUNTED = { mount: { fsType: '', mountFlags: [] }, accessMode: { mode: 'MULTI_NODE_MULTI_WRITER' } };

/** A CreateVolume request that is in order. */
export function createRequest(name: string, overrides: object = {}): object {
  return { name, capacityRange: { requiredBytes: gib(1) }, volumeCapabilities: [MOUNTED], ...overrides };
}

/** An id of our form that no volume has; in a cluster that there is not when none is given. */
export function unknownId(cluster = 'c'.repeat(32)): string {
  return `${cluster}-${'d'.repeat(32)}`;
}
