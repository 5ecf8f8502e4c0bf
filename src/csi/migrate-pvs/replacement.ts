import { contextOf, idOf } from '../controller/csi-volume.js';
import type { KnownVolume } from './known-volume.js';
import {
  type ClaimRef,
  IN_TREE_PROVISIONER,
  type Metadata,
  type PersistentVolume,
  type StorageClass,
} from './kubernetes-objects.js';

export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
/** The older way to say mountOptions, which the kubelet reads of in-tree volumes only. */
const MOUNT_OPTIONS = 'volume.beta.kubernetes.io/mount-options';
/** Tells of another object than the one that it is put on: `kubectl apply` would change it back. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

export function mountOptionsOf({ metadata, spec }: PersistentVolume): readonly string[] {
  const noted = metadata.annotations?.[MOUNT_OPTIONS] ?? '';
  return [...(spec.mountOptions ?? []), ...noted.split(',').filter((option) => option !== '')];
}

/**
 * The volume of the driver in place of `pv`. All else stays: labels, annotations (the kubelet gives pods the group that
 * `pv.beta.kubernetes.io/gid` notes, whatever mounts the volume), claim, class, capacity, access modes, node affinity. Its
 * policy is Retain, until it is proved to be bound.
 */
export function csiVolume(pv: PersistentVolume, volume: KnownVolume, driver: string): PersistentVolume {
  const { glusterfs, claimRef, mountOptions: _folded, ...spec } = pv.spec;
  const options = mountOptionsOf(pv);
  const metadata = bareMetadata(pv.metadata, MOUNT_OPTIONS, LAST_APPLIED);
  const isMade = metadata.annotations?.[PROVISIONED_BY] === IN_TREE_PROVISIONER;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: isMade ? { ...metadata, annotations: { ...metadata.annotations, [PROVISIONED_BY]: driver } } : metadata,
    spec: {
      ...spec,
      ...(claimRef && { claimRef: bareClaimRef(claimRef) }),
      ...(options.length > 0 && { mountOptions: options }),
      persistentVolumeReclaimPolicy: 'Retain',
      csi: {
        driver,
        volumeHandle: idOf(volume),
        volumeAttributes: contextOf({ name: volume.name, mountHosts: volume.hosts }),
        ...(glusterfs?.readOnly === true && { readOnly: true }),
      },
    },
  };
}

/**
 * The in-tree volume that there was, as it has to be now: what may have changed since then (its claim, its size, its labels)
 * is as in `now`.
 */
export function inTreeVolume(before: PersistentVolume, now: PersistentVolume): PersistentVolume {
  const { claimRef, capacity } = now.spec;
  const { claimRef: _old, ...spec } = before.spec;
  const { labels, ...metadata } = bareMetadata(before.metadata);
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { ...metadata, ...(now.metadata.labels && { labels: now.metadata.labels }) },
    spec: {
      ...spec,
      ...(capacity && { capacity }),
      ...(claimRef && { claimRef: bareClaimRef(claimRef) }),
      persistentVolumeReclaimPolicy: 'Retain',
    },
  };
}

/** A class of the same name and with the same parameters, for another provisioner. */
export function classFor(provisioner: string, { metadata, ...rest }: StorageClass): StorageClass {
  return {
    ...rest,
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: bareMetadata(metadata, LAST_APPLIED),
    provisioner,
  };
}

/** What belongs to the object, and not to its place in the API server; without these annotations. */
function bareMetadata(
  { name, labels, annotations, ownerReferences }: Metadata,
  ...dropped: readonly string[]
): Metadata {
  const kept = annotations && Object.entries(annotations).filter(([annotation]) => !dropped.includes(annotation));
  return {
    name,
    ...(labels && { labels }),
    ...(kept && { annotations: Object.fromEntries(kept) }),
    ...(ownerReferences && { ownerReferences }),
  };
}

/** Bound by the claim's uid; the version of the claim is not looked at by anybody, and out of date. */
function bareClaimRef({ namespace, name, uid }: ClaimRef): ClaimRef {
  return {
    kind: 'PersistentVolumeClaim',
    apiVersion: 'v1',
    namespace,
    name,
    ...(uid !== undefined && { uid }),
  } as ClaimRef;
}
