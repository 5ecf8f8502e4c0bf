import type { KindRules, ObjectStore, StoredObject } from './object-store.js';

const VOLUMES = 'persistentvolumes';
const CLAIMS = 'persistentvolumeclaims';
const PROTECTION = 'kubernetes.io/pv-protection';
const RECLAIM = 'external-provisioner.volume.kubernetes.io/finalizer';
const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';

interface ClaimRef {
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
}

/** What the API server itself does with volumes. */
export const VOLUME_RULES: KindRules = {
  admit: (sent) => ({
    ...sent,
    metadata: { ...sent.metadata, finalizers: [...new Set([...(sent.metadata.finalizers ?? []), PROTECTION])] },
    status: { phase: 'Pending' },
  }),
  whyNotCreated({ spec = {} }) {
    const sources = ['csi', 'glusterfs', 'hostPath'].filter((source) => spec[source] !== undefined);
    if (sources.length !== 1) return 'spec: Required value: must specify a volume type';
    return spec['capacity'] === undefined ? 'spec.capacity: Required value' : null;
  },
  whyNotChanged(before, after) {
    const source = ({ spec = {} }: StoredObject) => JSON.stringify([spec['csi'], spec['glusterfs']]);
    return source(before) === source(after)
      ? null
      : 'spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation';
  },
};

/**
 * The controllers that look after volumes: binding, protection, and those that delete what is behind a volume whose claim
 * is gone. They see changes when `sync` is called; `lag` tells how many requests they are behind.
 */
export class VolumeControllers {
  lag = 0;
  /** The in-tree plugin, which deletes volumes up to 1.25. */
  hasPlugin = true;
  /** They do nothing until this is false again. */
  isDown = false;
  /** What was behind volumes, and is gone: the handles and paths of those that were deleted for their policy. */
  readonly deleted: string[] = [];
  /** Claims that lost their volume, each time. */
  readonly lost: string[] = [];
  readonly #objects: ObjectStore;
  readonly #driver: string;
  #behind = 0;
  #seen = 0;

  constructor(objects: ObjectStore, driver: string) {
    this.#objects = objects;
    this.#driver = driver;
  }

  /** After a request. */
  notice(): void {
    if (this.isDown || this.#behind++ < this.lag) return;
    this.#behind = 0;
    if (this.#objects.changes !== this.#seen) this.sync();
  }

  sync(): void {
    for (const claim of this.#objects.list(CLAIMS)) this.#syncClaim(claim);
    for (const volume of this.#objects.list(VOLUMES)) this.#syncVolume(volume);
    for (const volume of this.#objects.list(VOLUMES)) this.#protect(volume);
    this.#seen = this.#objects.changes;
  }

  #syncClaim(claim: StoredObject): void {
    const name = claim.spec?.['volumeName'] as string | undefined;
    if (claim.metadata.annotations?.[BIND_COMPLETED] === undefined) {
      const volume = this.#reservedFor(claim);
      if (volume) this.#bind(claim, volume);
      return;
    }
    const volume = name === undefined ? null : this.#objects.find(VOLUMES, name);
    const ref = volume ? refOf(volume) : undefined;
    if (!volume || (ref?.uid !== undefined && ref.uid !== claim.metadata.uid)) {
      if (claim.status?.['phase'] === 'Lost') return;
      this.lost.push(`${claim.metadata.namespace}/${claim.metadata.name}`);
      this.#objects.put(CLAIMS, { ...claim, status: { phase: 'Lost' } });
      return;
    }
    this.#bind(claim, volume);
  }

  /** A volume that names the claim, without its uid. */
  #reservedFor({ metadata }: StoredObject): StoredObject | null {
    const isFor = (ref?: ClaimRef) =>
      ref?.uid === undefined && ref?.namespace === metadata.namespace && ref?.name === metadata.name;
    return this.#objects.list(VOLUMES).find((volume) => isFor(refOf(volume))) ?? null;
  }

  #bind(claim: StoredObject, volume: StoredObject): void {
    const { namespace, name, uid } = claim.metadata;
    if (refOf(volume)?.uid !== uid || phaseOf(volume) !== 'Bound') {
      const spec = { ...volume.spec, claimRef: { ...refOf(volume), namespace, name, uid } };
      this.#objects.put(VOLUMES, { ...volume, spec, status: { phase: 'Bound' } });
    }
    const status = { phase: 'Bound', accessModes: volume.spec?.['accessModes'], capacity: volume.spec?.['capacity'] };
    if (JSON.stringify(claim.status) === JSON.stringify(status)) return;
    const annotations = { ...claim.metadata.annotations, [BIND_COMPLETED]: 'yes' };
    const spec = { ...claim.spec, volumeName: volume.metadata.name };
    this.#objects.put(CLAIMS, { ...claim, metadata: { ...claim.metadata, annotations }, spec, status });
  }

  #syncVolume(volume: StoredObject): void {
    const ref = refOf(volume);
    if (ref?.uid === undefined) {
      this.#setPhase(volume, 'Available');
      return;
    }
    const claim = this.#objects.find(CLAIMS, ref.name, ref.namespace);
    if (claim?.metadata.uid === ref.uid) {
      if (claim.spec?.['volumeName'] === volume.metadata.name) this.#setPhase(volume, 'Bound');
      return;
    }
    this.#setPhase(volume, 'Released');
    if (volume.spec?.['persistentVolumeReclaimPolicy'] !== 'Delete' || !this.#isDeletable(volume)) return;
    this.deleted.push(behind(volume));
    this.#objects.remove(VOLUMES, volume.metadata.name);
  }

  /** By the in-tree plugin, or by the provisioner of the driver that made it. */
  #isDeletable({ metadata, spec = {} }: StoredObject): boolean {
    return (
      (this.hasPlugin && spec['glusterfs'] !== undefined) || metadata.annotations?.[PROVISIONED_BY] === this.#driver
    );
  }

  #protect(volume: StoredObject): void {
    const { finalizers = [], deletionTimestamp, annotations } = volume.metadata;
    const isRemoved = deletionTimestamp !== undefined && phaseOf(volume) !== 'Bound';
    const wantsReclaim =
      annotations?.[PROVISIONED_BY] === this.#driver && volume.spec?.['persistentVolumeReclaimPolicy'] === 'Delete';
    const wanted = new Set(finalizers);
    if (isRemoved) wanted.delete(PROTECTION);
    if (wantsReclaim && deletionTimestamp === undefined) wanted.add(RECLAIM);
    if (!wantsReclaim) wanted.delete(RECLAIM);
    if (wanted.size === finalizers.length && finalizers.every((finalizer) => wanted.has(finalizer))) return;
    const changed = { ...volume, metadata: { ...volume.metadata, finalizers: [...wanted] } };
    if (deletionTimestamp !== undefined && wanted.size === 0) this.#objects.remove(VOLUMES, volume.metadata.name);
    else this.#objects.put(VOLUMES, changed);
  }

  #setPhase(volume: StoredObject, phase: string): void {
    if (phaseOf(volume) !== phase) this.#objects.put(VOLUMES, { ...volume, status: { phase } });
  }
}

function refOf({ spec = {} }: StoredObject): ClaimRef | undefined {
  return spec['claimRef'] as ClaimRef | undefined;
}

function phaseOf({ status = {} }: StoredObject): unknown {
  return status['phase'];
}

function behind({ spec = {} }: StoredObject): string {
  const { csi, glusterfs } = spec as { csi?: { volumeHandle: string }; glusterfs?: { path: string } };
  return csi?.volumeHandle ?? glusterfs?.path ?? '';
}
