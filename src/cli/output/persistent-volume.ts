import type { Integer, VolumeInfo } from '../../client/wire.js';

/** A Kubernetes PersistentVolume for a volume, indented, without a final newline. */
export function formatPersistentVolume(volume: VolumeInfo, endpoint: string): string {
  const resource = {
    kind: 'PersistentVolume',
    apiVersion: 'v1',
    metadata: {
      name: `glusterfs-${volume.id.slice(0, 8)}`,
      creationTimestamp: null,
      annotations: { 'pv.beta.kubernetes.io/gid': String(volume.gid) },
    },
    spec: {
      capacity: { storage: formatQuantity(volume.sizeGib) },
      glusterfs: { endpoints: endpoint === '' ? 'TYPE ENDPOINT HERE' : endpoint, path: volume.name },
      accessModes: ['ReadWriteMany'],
      persistentVolumeReclaimPolicy: 'Retain',
    },
    status: {},
  };
  return JSON.stringify(resource, null, 2);
}

/** GiB in the canonical notation of Kubernetes quantities: the largest suffix that needs no fraction. */
export function formatQuantity(sizeGib: Integer): string {
  let amount = BigInt(sizeGib);
  let suffix = 'Gi';
  for (const larger of ['Ti', 'Pi', 'Ei']) {
    if (amount === 0n || amount % 1024n !== 0n) break;
    amount /= 1024n;
    suffix = larger;
  }
  return amount === 0n ? '0' : `${amount}${suffix}`;
}
