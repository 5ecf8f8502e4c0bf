import type { Brick } from '../../domain/brick.js';
import type { Id } from '../../domain/ids.js';
import {
  type BrickUse,
  type HealUse,
  type KnownUse,
  NOT_ASKED,
  useOfVolume,
  type VolumeUse,
} from '../../domain/usage.js';
import type { Volume } from '../../domain/volume.js';

/** What a volume was last worked out to hold. The same object while nothing of it changes but its time. */
export interface KeptVolumeUse {
  readonly id: Id;
  readonly name: string;
  readonly clusterId: Id;
  readonly use: VolumeUse;
}

/**
 * How full bricks were last seen, in the memory of this process: as much as there are bricks and volumes, and nothing of
 * what they were before. A restart forgets it, and the first round makes it again.
 */
export class UsageBooks implements KnownUse {
  readonly #bricks = new Map<Id, BrickUse>();
  readonly #bricksOfNode = new Map<Id, readonly Id[]>();
  readonly #heals = new Map<Id, HealUse>();
  /** When each was asked for what it has to heal: the how manieth question it was. */
  readonly #healTurns = new Map<Id, number>();
  #lastHealTurn = 0;
  readonly #orders = new Map<Id, readonly Id[]>();
  readonly #volumes = new Map<Id, KeptVolumeUse>();
  readonly #devices = new Map<Id, number>();

  brick(id: Id): BrickUse {
    return this.#bricks.get(id) ?? NOT_ASKED;
  }

  heal(volumeId: Id): HealUse | null {
    return this.#heals.get(volumeId) ?? null;
  }

  /** Lower for a volume that was asked for earlier; 0 for one that never was. */
  healTurn(volumeId: Id): number {
    return this.#healTurns.get(volumeId) ?? 0;
  }

  order(volumeId: Id): readonly Id[] | null {
    return this.#orders.get(volumeId) ?? null;
  }

  /** All of a node's bricks: what was known of others of it is forgotten. */
  sawNode(nodeId: Id, uses: ReadonlyMap<Id, BrickUse>): void {
    for (const id of this.#bricksOfNode.get(nodeId) ?? []) this.#bricks.delete(id);
    for (const [id, use] of uses) this.#bricks.set(id, use);
    this.#bricksOfNode.set(nodeId, [...uses.keys()]);
  }

  sawHeal(volumeId: Id, heal: HealUse): void {
    this.#heals.set(volumeId, heal);
    this.#healTurns.set(volumeId, ++this.#lastHealTurn);
  }

  sawOrder(volumeId: Id, brickIds: readonly Id[]): void {
    this.#orders.set(volumeId, brickIds);
  }

  /** KiB of data in a device's thin pools; null: not known. */
  sawDevice(deviceId: Id, usedKib: number | null): void {
    if (usedKib === null) this.#devices.delete(deviceId);
    else this.#devices.set(deviceId, usedKib);
  }

  /** Works out anew what a volume holds. */
  keep({ id, name, clusterId, durability }: Volume, bricks: readonly Brick[]): void {
    const use = useOfVolume({ id, durability }, bricks, this);
    const before = this.#volumes.get(id);
    const isSame = before && before.name === name && figuresOf(before.use) === figuresOf(use);
    if (!isSame) this.#volumes.set(id, { id, name, clusterId, use });
  }

  keepOnly(known: {
    readonly nodes: ReadonlySet<Id>;
    readonly devices: ReadonlySet<Id>;
    readonly volumes: ReadonlySet<Id>;
  }): void {
    for (const id of this.#bricksOfNode.keys())
      if (!known.nodes.has(id)) {
        this.sawNode(id, new Map());
        this.#bricksOfNode.delete(id);
      }
    for (const id of this.#devices.keys()) if (!known.devices.has(id)) this.#devices.delete(id);
    for (const ofVolumes of [this.#heals, this.#healTurns, this.#orders, this.#volumes])
      for (const id of ofVolumes.keys()) if (!known.volumes.has(id)) ofVolumes.delete(id);
  }

  /** By id; volumes of which nothing was worked out yet are missing. */
  byVolume(): ReadonlyMap<Id, KeptVolumeUse> {
    return this.#volumes;
  }

  /** KiB by device; those of which it is not known are missing. */
  byDevice(): ReadonlyMap<Id, number> {
    return this.#devices;
  }
}

function figuresOf({ space, healEntries }: VolumeUse): string {
  return JSON.stringify([space, healEntries]);
}
