import { brickPath } from '../../src/domain/brick.js';
import type { Id } from '../../src/domain/ids.js';
import { type Action, CHANGES, type ChangeType, OPERATION_TYPES } from '../../src/domain/pending-operation.js';
import { blockInfoFor, type Volume } from '../../src/domain/volume.js';
import { FORMAT_ATTRIBUTES, GENERATION_ID } from '../../src/store/attributes.js';
import type { Store, Tx } from '../../src/store/store.js';
import { action, blockVolume, brick, device, node, operation, volume } from '../store/records.js';

const MOST_VOLUMES = 6;
const TEXTS = ['', 'a', 'rack:r1', 'ß 漢字 🜍', '<&> "\\\u2028', '__proto__', ' leading'];

/**
 * A sound database with everything that its columns can hold, at random: empty and odd texts, missing lists, counters
 * that no double holds, pending and parked objects, operations of every kind, and those that only this server has.
 */
export class RandomStore {
  readonly #random: () => number;
  readonly #tx: Tx;
  readonly #bricks: { readonly deviceId: Id; readonly nodeId: Id }[] = [];
  #pending: Id[] = [];

  private constructor(tx: Tx, random: () => number) {
    this.#tx = tx;
    this.#random = random;
  }

  static fill(store: Store, random: () => number): Promise<void> {
    return store.write((tx) => new RandomStore(tx, random).#fill());
  }

  async #fill(): Promise<void> {
    for (const key of FORMAT_ATTRIBUTES) await this.#tx.attributes.set(key, 'yes');
    await this.#tx.attributes.set(GENERATION_ID, this.#id());
    this.#pending = this.#some(4, () => this.#id());
    const actions = new Map<Id, Action[]>(this.#pending.map((id) => [id, []]));
    for (const clusterId of this.#some(3, () => this.#id())) {
      await this.#tx.clusters.insert({ id: clusterId, allowsBlock: this.#flip(), allowsFile: this.#flip() });
      await this.#nodes(clusterId);
      for (let n = this.#below(MOST_VOLUMES); n > 0; n--) await this.#volume(clusterId, actions);
      this.#bricks.length = 0;
    }
    for (const [id, changes] of actions) await this.#operation(id, changes);
  }

  async #nodes(clusterId: Id): Promise<void> {
    for (const nodeId of this.#some(3, () => this.#id())) {
      const names = () => this.#some(2, () => `${this.#id()}.example`);
      await this.#tx.nodes.insert(
        node(nodeId, {
          clusterId,
          zone: this.#below(5) + 1,
          state: this.#one(['online', 'offline', 'failed'] as const),
          manageNames: names(),
          storageNames: names(),
          tags: this.#tags(),
        }),
      );
      for (const deviceId of this.#some(3, () => this.#id())) await this.#device(deviceId, nodeId);
    }
  }

  async #device(deviceId: Id, nodeId: Id): Promise<void> {
    this.#bricks.push({ deviceId, nodeId });
    const totalKib = this.#below(2 ** 40);
    const usedKib = this.#below(totalKib + 1);
    await this.#tx.devices.insert(
      device(deviceId, {
        nodeId,
        name: `/dev/${this.#text()}`,
        state: this.#one(['online', 'offline', 'failed'] as const),
        totalKib,
        usedKib,
        freeKib: totalKib - usedKib,
        extentKib: this.#one([4096, 8192]),
        tags: this.#tags(),
        paths: this.#some(2, () => this.#text()),
        pvUuid: this.#one(['', 'rJ0bIG-3XNc']),
        // As counters that wrapped come out of the original's dumps.
        ...(this.#flip() && { usedKib: Number.MAX_SAFE_INTEGER, exact: { usedKib: 2n ** 64n - 1n - BigInt(usedKib) } }),
      }),
    );
  }

  async #volume(clusterId: Id, actions: ReadonlyMap<Id, Action[]>): Promise<void> {
    const id = this.#id();
    const pendingId = this.#mark();
    const isBlockHosting = this.#flip();
    const sizeGib = this.#below(5000) + 1;
    const blocks = isBlockHosting ? this.#some(3, () => this.#id()) : [];
    const { freeGib, reservedGib } = blockInfoFor(isBlockHosting, sizeGib);
    const sizes = blocks.map(() => this.#below(Math.floor(freeGib / blocks.length) + 1));
    const taken = sizes.reduce((sum, size) => sum + size, 0);
    await this.#tx.volumes.insert({
      ...this.#plainVolume(id, clusterId),
      sizeGib,
      isBlockHosting,
      pendingId,
      blockInfo: {
        freeGib: freeGib - taken,
        reservedGib,
        restriction: isBlockHosting ? this.#one(['', 'locked', 'locked-by-update'] as const) : '',
      },
    });
    if (pendingId !== null) actions.get(pendingId)?.push(action('add-volume', id));
    for (const [i, blockId] of blocks.entries()) await this.#blockVolume(blockId, id, clusterId, sizes[i] ?? 0);
    for (const place of this.#bricks) if (this.#flip()) await this.#brick(place, id, pendingId, actions);
  }

  #plainVolume(id: Id, clusterId: Id): Volume {
    const hosts = this.#some(2, () => this.#text());
    return volume(id, {
      clusterId,
      name: `vol_${this.#text()}`,
      durability: {
        type: this.#one(['none', 'replicate', 'disperse'] as const),
        replica: this.#below(4),
        disperseData: this.#below(9),
        disperseRedundancy: this.#below(4),
      },
      gid: this.#one([0, 2000, 2 ** 31 - 1]),
      snapshotEnabled: this.#flip(),
      snapshotFactor: Math.fround(this.#one([1, 1.1, 1.7, 100, 1.25])),
      options: this.#one([null, [], ['', ''], ['user.heketi.arbiter true', this.#text()]]),
      requestedClusters: this.#one([null, [clusterId]]),
      storedMount: { hosts, device: `${hosts[0] ?? ''}:x`, options: this.#tags() },
    });
  }

  async #blockVolume(id: Id, hostingVolumeId: Id, clusterId: Id, sizeGib: number): Promise<void> {
    await this.#tx.blockVolumes.insert(
      blockVolume(id, {
        clusterId,
        hostingVolumeId,
        name: `blockvol_${this.#text()}`,
        sizeGib,
        usableSizeGib: this.#one([0, sizeGib]),
        haCount: this.#below(4),
        hasAuth: this.#flip(),
        requestedClusters: this.#one([null, [clusterId]]),
        hosts: this.#some(3, () => this.#text()),
        iqn: this.#text(),
        lun: this.#below(3),
        username: this.#text(),
        password: this.#text(),
        pendingId: this.#mark(),
      }),
    );
  }

  async #brick(
    { deviceId, nodeId }: { readonly deviceId: Id; readonly nodeId: Id },
    volumeId: Id,
    ownerPending: Id | null,
    actions: ReadonlyMap<Id, Action[]>,
  ): Promise<void> {
    const id = this.#id();
    const pendingId = ownerPending ?? this.#mark();
    const isParked = ownerPending === null && pendingId !== null && this.#flip();
    await this.#tx.bricks.insert([
      brick(id, {
        volumeId: isParked ? '' : volumeId,
        deviceId,
        nodeId,
        path: this.#one(['', brickPath(deviceId, id), `/run/gluster/snaps/${id}/brick1`]),
        sizeKib: this.#below(2 ** 32),
        thinPoolKib: this.#below(2 ** 32),
        poolMetadataKib: this.#below(2 ** 24),
        thinPool: this.#one(['', `tp_${this.#id()}`]),
        lv: this.#one(['', `${id}_0`]),
        subType: this.#one(['unknown', 'normal', 'arbiter'] as const),
        pendingId,
      }),
    ]);
    if (pendingId !== null) actions.get(pendingId)?.push(action(isParked ? 'delete-brick' : 'add-brick', id));
  }

  async #operation(id: Id, actions: readonly Action[]): Promise<void> {
    const types = Object.keys(OPERATION_TYPES).filter((type) => type !== 'unknown') as (keyof typeof OPERATION_TYPES)[];
    // What is marked by an operation of our own kinds could not be led out elsewhere: they mark nothing.
    const fitting = actions.length === 0 ? types : types.filter((type) => OPERATION_TYPES[type] < 100);
    const type = this.#one(fitting);
    const changes = Object.keys(CHANGES).filter((change) => change !== 'unknown') as ChangeType[];
    const named = OPERATION_TYPES[type] < 100 ? changes.filter((change) => CHANGES[change] < 100) : changes;
    const further = this.#some(2, () => action(this.#one(named), this.#id(), this.#one([null, 0, 6])));
    await this.#tx.operations.insert(
      operation(id, [...actions, ...further], {
        type,
        status: this.#one(['', 'stale', 'failed'] as const),
        createdAt: 1_700_000_000 + this.#below(1000),
        plan: this.#one([null, { notes: this.#text() }]),
        origin: this.#one(['request', 'leftover', 'heketi'] as const),
      }),
    );
  }

  #mark(): Id | null {
    return this.#below(3) === 0 && this.#pending.length > 0 ? this.#one(this.#pending) : null;
  }

  #tags(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#some(2, () => [`${this.#one(TEXTS)}k`, this.#text()]));
  }

  #text(): string {
    return this.#one(TEXTS);
  }

  #id(): Id {
    const digits = Array.from({ length: 32 }, () => Math.floor(this.#random() * 16).toString(16));
    return digits.join('');
  }

  #flip(): boolean {
    return this.#random() < 0.5;
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #one<const T>(choices: readonly T[]): T {
    return choices[this.#below(choices.length)] as T;
  }

  /** Up to so many, perhaps none. */
  #some<T>(most: number, make: () => T): T[] {
    return Array.from({ length: this.#below(most + 1) }, make);
  }
}
