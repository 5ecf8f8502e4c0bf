/** A volume as a server, or its database, tells of it. */
export interface KnownVolume {
  readonly cluster: string;
  readonly id: string;
  /** gluster's. */
  readonly name: string;
  readonly sizeGib: number;
  /** It hosts block volumes. */
  readonly isBlockHost: boolean;
  /** Storage addresses of the hosts of its cluster. */
  readonly hosts: readonly string[];
}

/** The volumes that are known, by what PersistentVolumes name them with. */
export class KnownVolumes {
  readonly #byId: ReadonlyMap<string, KnownVolume>;
  readonly #byName: ReadonlyMap<string, readonly KnownVolume[]>;

  constructor(volumes: readonly KnownVolume[]) {
    // Several addresses of one server tell of the same volumes.
    this.#byId = new Map(volumes.map((volume) => [volume.id, volume]));
    const byName = new Map<string, KnownVolume[]>();
    for (const volume of this.#byId.values()) byName.set(volume.name, [...(byName.get(volume.name) ?? []), volume]);
    this.#byName = byName;
  }

  get count(): number {
    return this.#byId.size;
  }

  find(id: string): KnownVolume | null {
    return this.#byId.get(id) ?? null;
  }

  /** Of different clusters, which may have volumes of one name. */
  named(name: string): readonly KnownVolume[] {
    return this.#byName.get(name) ?? [];
  }
}
