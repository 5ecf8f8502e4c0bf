import { withoutSlashes } from '../../client/server-address.js';
import { readMountOptions } from '../mount-options.js';
import { CsiError } from '../rpc/csi-error.js';
import type { KnownVolume, KnownVolumes } from './known-volume.js';
import {
  type GlusterfsSource,
  IN_TREE_PROVISIONER,
  type PersistentVolume,
  type PersistentVolumeClaim,
} from './kubernetes-objects.js';
import { mountOptionsOf, PROVISIONED_BY } from './replacement.js';

/** Noted by the in-tree provisioner: the id that it deleted and resized the volume by. */
const VOLUME_ID = 'gluster.kubernetes.io/heketi-volume-id';

/** Of Kubernetes' own controllers, for which a volume that is replaced needs not stay. */
const KNOWN_FINALIZERS: readonly string[] = [
  'kubernetes.io/pv-protection',
  'kubernetes.io/pv-controller',
  'external-provisioner.volume.kubernetes.io/finalizer',
];

/** What is known of a volume of Kubernetes beside itself. */
export interface Surroundings {
  readonly volumes: KnownVolumes;
  /** That its claimRef names; null: none. */
  readonly claim: PersistentVolumeClaim | null;
  /** Of the Endpoints that it names, hosts' names among them; null: there are no such Endpoints. */
  readonly addresses: readonly string[] | null;
  /** As Kubernetes' Endpoints have them; a host's name is looked up. */
  addressesOf(host: string): Promise<readonly string[]>;
}

export type Verdict =
  | { readonly is: 'movable'; readonly volume: KnownVolume; readonly notes: readonly string[] }
  | { readonly is: 'stuck'; readonly why: string };

/** Whether a volume of the in-tree plugin can be made anew as one of the driver, and of which volume of a server it is. */
export async function assess(pv: PersistentVolume, around: Surroundings): Promise<Verdict> {
  const why = whyNot(pv, around);
  if (why !== null) return { is: 'stuck', why };
  const volume = await volumeOf(pv, around);
  if (typeof volume === 'string') return { is: 'stuck', why: volume };
  if (volume.isBlockHost) return { is: 'stuck', why: `volume ${volume.id} hosts block volumes; no pod may mount it` };
  return { is: 'movable', volume, notes: notesOf(pv, volume) };
}

function whyNot(pv: PersistentVolume, { claim }: Surroundings): string | null {
  const { metadata, spec } = pv;
  if (metadata.deletionTimestamp !== undefined) return 'it is being deleted';
  const foreign = foreignFinalizers(pv);
  if (foreign.length > 0) return `it has a finalizer of somebody else: ${foreign.join(', ')}`;
  if (spec.volumeMode === 'Block') return 'volumeMode: Block; volumes of gluster are file systems';
  if (pathOf(pv).includes('/')) {
    return 'its path is a folder within a volume; use the whole volume, and subPath in pods';
  }
  if (isReleased(pv, claim) && spec.persistentVolumeReclaimPolicy !== 'Retain') {
    return 'its claim is gone, and its policy lets somebody delete its volume; set the policy Retain to keep it';
  }
  if (claim && claim.metadata.uid === spec.claimRef?.uid && (claim.spec.volumeName ?? '') !== metadata.name) {
    return `its claim is bound to ${claim.spec.volumeName || 'no volume yet'}`;
  }
  return whyNotMounted(pv);
}

function whyNotMounted(pv: PersistentVolume): string | null {
  try {
    readMountOptions(mountOptionsOf(pv));
    return null;
  } catch (error) {
    if (!(error instanceof CsiError)) throw error;
    return `the driver does not take its mount options (${error.message}); change them in the volume first`;
  }
}

/** Of which nobody here knows what would be left undone without them. */
export function foreignFinalizers({ metadata }: PersistentVolume): readonly string[] {
  return (metadata.finalizers ?? []).filter((finalizer) => !KNOWN_FINALIZERS.includes(finalizer));
}

/** Of the claim that it was bound to, and which is gone, or was made anew. */
export function isReleased({ spec }: PersistentVolume, claim: PersistentVolumeClaim | null): boolean {
  return spec.claimRef?.uid !== undefined && claim?.metadata.uid !== spec.claimRef.uid;
}

/** A text tells why it is not known. */
async function volumeOf(pv: PersistentVolume, around: Surroundings): Promise<KnownVolume | string> {
  const name = pathOf(pv);
  const id = pv.metadata.annotations?.[VOLUME_ID];
  if (id === undefined) return volumeNamed(name, around);
  const volume = around.volumes.find(id);
  if (!volume) return `no server has the volume ${id} that its annotation names`;
  return volume.name === name
    ? volume
    : `its annotation names volume ${id}, called ${volume.name}; its path is ${name}`;
}

/** By its path, where its Endpoints prove whose volume it is: volumes of one name may be in several clusters. */
async function volumeNamed(name: string, around: Surroundings): Promise<KnownVolume | string> {
  const candidates = around.volumes.named(name);
  if (candidates.length === 0) return `no server has a volume called ${name}`;
  if (around.addresses === null) return 'its Endpoints are missing: in which cluster its volume is can not be told';
  const found: KnownVolume[] = [];
  for (const candidate of candidates) if (await isAt(candidate, around)) found.push(candidate);
  const [only, ...others] = found;
  if (only && others.length === 0) return only;
  const shown = around.addresses.join(', ') || 'none';
  return only
    ? `several clusters have a volume called ${name}, and its Endpoints (${shown}) are hosts of more than one`
    : `no cluster with a volume called ${name} has the hosts of its Endpoints (${shown})`;
}

async function isAt({ hosts }: KnownVolume, { addresses, addressesOf }: Surroundings): Promise<boolean> {
  const wanted = new Set(addresses);
  for (const host of hosts) {
    if (wanted.has(host) || (await addressesOf(host)).some((address) => wanted.has(address))) return true;
  }
  return false;
}

function notesOf(pv: PersistentVolume, { sizeGib }: KnownVolume): readonly string[] {
  const { persistentVolumeReclaimPolicy: policy = 'Retain', capacity } = pv.spec;
  const isMade = pv.metadata.annotations?.[PROVISIONED_BY] === IN_TREE_PROVISIONER;
  return [
    ...(policy === 'Recycle' ? ['its policy Recycle becomes Retain: gluster never had a recycler'] : []),
    ...(policy === 'Delete' && !isMade
      ? ['made by hand: with its policy Delete nothing deletes its volume any more when its claim goes']
      : []),
    ...(isSmaller(sizeGib, capacity?.storage) ? [`its volume has ${sizeGib} GiB, less than ${capacity?.storage}`] : []),
  ];
}

const GIB_OF_UNIT = new Map([
  ['Gi', 1],
  ['Ti', 1024],
]);

/** False for a quantity in other units. */
function isSmaller(sizeGib: number, quantity = ''): boolean {
  const [, count = '', unit = ''] = /^(\d+)(Gi|Ti)$/.exec(quantity) ?? [];
  return count !== '' && sizeGib < Number(count) * (GIB_OF_UNIT.get(unit) ?? 0);
}

/** gluster's name of its volume. */
export function pathOf({ spec }: PersistentVolume): string {
  return withoutSlashes((spec.glusterfs?.path ?? '').replace(/^\/+/, ''));
}

/** Where its Endpoints are; null: it does not say. */
export function endpointsOf({ spec }: PersistentVolume): Required<Pick<GlusterfsSource, 'endpoints'>> & {
  readonly namespace: string | null;
} {
  const { endpoints = '', endpointsNamespace } = spec.glusterfs ?? {};
  return { endpoints, namespace: endpointsNamespace ?? spec.claimRef?.namespace ?? null };
}
