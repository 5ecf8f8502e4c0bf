import type { Id } from '../../domain/ids.js';
import type { LogicalVolumeRow } from '../../executors/commands/lvm/lvm-report.js';

const GROUP = /^vg_([0-9a-f]{32})$/;

/** How full the fullest thin pool of each device was when its node was last compared with the store. */
export class ThinPoolUse {
  readonly #byNode = new Map<Id, ReadonlyMap<Id, number>>();

  /** Null: the node did not tell, so that nothing is known of it any more. */
  saw(nodeId: Id, volumes: ReadonlyMap<string, LogicalVolumeRow> | null): void {
    const fullest = new Map<Id, number>();
    for (const { vgName, poolUsedRatio } of volumes?.values() ?? []) {
      const deviceId = GROUP.exec(vgName)?.[1];
      if (deviceId === undefined || poolUsedRatio === null) continue;
      fullest.set(deviceId, Math.max(fullest.get(deviceId) ?? 0, poolUsedRatio));
    }
    this.#byNode.set(nodeId, fullest);
  }

  /** From 0 to 1, by device; devices without a pool, or not looked at yet, are missing. */
  byDevice(): ReadonlyMap<Id, number> {
    return new Map([...this.#byNode.values()].flatMap((devices) => [...devices]));
  }
}
