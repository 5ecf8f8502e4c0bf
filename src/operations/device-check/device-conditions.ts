import type { DeviceCondition } from '../../domain/device.js';
import type { Id } from '../../domain/ids.js';

/** What is known of a device; the reason is '' for a device that is well. */
export interface SeenDevice {
  readonly condition: DeviceCondition;
  readonly reason: string;
  /** Bricks that gluster shows as down, by id. */
  readonly bricksDown: readonly Id[];
  /** What else a person may want to know of its volume group. */
  readonly notes: readonly string[];
  /** ISO 8601, UTC; null: its host was not asked yet. */
  readonly checkedAt: string | null;
}

const NOT_ASKED: SeenDevice = {
  condition: 'unknown',
  reason: 'its host was not asked yet',
  bricksDown: [],
  notes: [],
  checkedAt: null,
};

/**
 * How devices were last seen, in the memory of this process. A host that can't be asked makes its devices unknown, and
 * neither well nor broken: whoever places bricks goes by what was last known for sure.
 */
export class DeviceConditions {
  readonly #seen = new Map<Id, SeenDevice>();
  readonly #troubles = new Map<Id, string>();
  /** What was last told of them; null: they have changed since. */
  #toldTroubles: ReadonlyMap<Id, string> | null = null;

  /** Answers what was known before when that was something else. */
  saw(deviceId: Id, now: SeenDevice): SeenDevice | null {
    const before = this.of(deviceId);
    this.#seen.set(deviceId, now);
    const troubleBefore = this.#troubles.get(deviceId);
    if (now.condition === 'broken' || now.condition === 'doubtful') this.#troubles.set(deviceId, now.reason);
    else if (now.condition !== 'unknown') this.#troubles.delete(deviceId);
    if (this.#troubles.get(deviceId) !== troubleBefore) this.#toldTroubles = null;
    return before.condition === now.condition && before.reason === now.reason ? null : before;
  }

  of(deviceId: Id): SeenDevice {
    return this.#seen.get(deviceId) ?? NOT_ASKED;
  }

  /** Why no brick is to be placed on devices: those against which something is known. The same object until that changes. */
  troubles(): ReadonlyMap<Id, string> {
    this.#toldTroubles ??= new Map(this.#troubles);
    return this.#toldTroubles;
  }

  keepOnly(deviceIds: ReadonlySet<Id>): void {
    for (const known of [this.#seen, this.#troubles])
      for (const id of known.keys()) if (!deviceIds.has(id)) known.delete(id);
    this.#toldTroubles = null;
  }

  byDevice(): ReadonlyMap<Id, DeviceCondition> {
    return new Map([...this.#seen].map(([id, { condition }]) => [id, condition]));
  }
}
