import type { Brick } from '../../domain/brick.js';
import type { Id } from '../../domain/ids.js';
import type { DeviceRows, DevicesOfNode } from '../interface/topology.js';
import type { BrickRows } from '../interface/volumes.js';
import { findSorted, isSorted, placeOf, withItem, withoutItem } from './sorted.js';
import { Remembered, type UnitUndo } from './unit-undo.js';

/**
 * The devices of each cluster, by their nodes, as they were last read or written: every placement needs all of them, and
 * nearly always only a few counters have changed. A node's group is another object exactly when something of it, or of the
 * bricks on its devices, has changed.
 */
export class DeviceMemory {
  readonly #undo: UnitUndo;
  /** By cluster; ordered by node id. */
  readonly #clusters: Remembered<readonly DevicesOfNode[]>;

  constructor(undo: UnitUndo) {
    this.#undo = undo;
    this.#clusters = new Remembered(undo);
  }

  /** A node of the cluster has come or gone. */
  forget(clusterId: Id): void {
    this.#clusters.forget(clusterId);
  }

  forgetAll(): void {
    this.#clusters.forgetAll();
  }

  overDevices(rows: DeviceRows): DeviceRows {
    return {
      ...rows,
      listByNodeOfCluster: async (clusterId, withPools) => {
        const known = this.#clusters.get(clusterId);
        if (known && (!withPools || havePools(known))) return known;
        const read = await rows.listByNodeOfCluster(clusterId, withPools);
        const canBeFound = isSorted(read, nodeIdOf) && read.every(({ devices }) => isSorted(devices, idOf));
        return canBeFound ? this.#clusters.load(clusterId, read) : read;
      },
      findGroup: async (nodeId) => this.#groupOf(nodeId) ?? null,
      insert: async (device) => {
        this.#undo.wrote();
        await rows.insert(device);
        this.#changeGroup(device.nodeId, (group) => ({ ...group, devices: withItem(group.devices, device, idOf) }));
      },
      update: async (device) => {
        this.#undo.wrote();
        await rows.update(device);
        this.#changeGroup(device.nodeId, (group) => {
          if (!findSorted(group.devices, device.id, idOf)) return null;
          return { ...group, devices: withItem(group.devices, device, idOf) };
        });
      },
      delete: async (id) => {
        this.#undo.wrote();
        const gone = this.#clusters.isEmpty ? null : await rows.find(id);
        await rows.delete(id);
        if (gone === null) return;
        this.#changeGroup(gone.nodeId, (group) => ({
          ...group,
          devices: withoutItem(group.devices, id, idOf),
          largestPoolMetadata: withPool(group.largestPoolMetadata, id, null),
        }));
      },
    };
  }

  /** Bricks decide what LVM keeps free beside them, and are part of what is told of their node. */
  overBricks(rows: BrickRows, devices: DeviceRows): BrickRows {
    const lookAgain = async (brick: Brick): Promise<void> => {
      const { deviceId } = brick;
      await this.#bricksChanged(brick, devices, () => devices.findLargestPoolMetadata(deviceId));
    };
    const found = async (ids: readonly Id[]): Promise<readonly Brick[]> => {
      const bricks: Brick[] = [];
      for (const id of this.#clusters.isEmpty ? [] : ids) {
        const brick = await rows.find(id);
        if (brick) bricks.push(brick);
      }
      return bricks;
    };
    return {
      ...rows,
      insert: async (added) => {
        this.#undo.wrote();
        await rows.insert(added);
        for (const brick of added) {
          const { poolMetadataKib } = brick;
          await this.#bricksChanged(brick, devices, async (knownKib) => Math.max(knownKib ?? 0, poolMetadataKib));
        }
      },
      update: async (brick) => {
        this.#undo.wrote();
        await rows.update(brick);
        await lookAgain(brick);
      },
      park: async (id, pendingId) => {
        this.#undo.wrote();
        await rows.park(id, pendingId);
        for (const brick of await found([id])) await lookAgain(brick);
      },
      delete: async (ids) => {
        this.#undo.wrote();
        const gone = await found(ids);
        await rows.delete(ids);
        for (const brick of gone) await lookAgain(brick);
      },
    };
  }

  /** `largestKib` is given what is known of the brick's device, and answers what is true now; null: it has no bricks. */
  async #bricksChanged(
    { deviceId, nodeId }: Brick,
    devices: DeviceRows,
    largestKib: (knownKib: number | null) => Promise<number | null>,
  ): Promise<void> {
    if (this.#clusters.isEmpty) return;
    const isThere = findSorted(this.#groupOf(nodeId)?.devices ?? [], deviceId, idOf) !== undefined;
    // An imported brick may name another node than its device does.
    const trueNodeId = isThere ? nodeId : (await devices.find(deviceId))?.nodeId;
    const pools = trueNodeId === undefined ? undefined : this.#groupOf(trueNodeId)?.largestPoolMetadata;
    if (trueNodeId === undefined || pools === undefined) return;
    const knownKib = pools?.get(deviceId) ?? null;
    const nowKib = pools === null ? null : await largestKib(knownKib);
    const largestPoolMetadata = nowKib === knownKib ? pools : withPool(pools, deviceId, nowKib);
    this.#changeGroup(trueNodeId, (group) => ({ ...group, largestPoolMetadata }));
  }

  #groupOf(nodeId: Id): DevicesOfNode | undefined {
    for (const [, groups] of this.#clusters.entries()) {
      const group = findSorted(groups, nodeId, nodeIdOf);
      if (group) return group;
    }
    return undefined;
  }

  /** Nothing, for the node of a cluster that nobody has asked for. `change` answers null where what is known can't be true. */
  #changeGroup(nodeId: Id, change: (group: DevicesOfNode) => DevicesOfNode | null): void {
    for (const [clusterId, groups] of this.#clusters.entries()) {
      const place = placeOf(groups, nodeId, nodeIdOf);
      const group = groups[place];
      if (group?.nodeId !== nodeId) continue;
      const changed = change(group);
      if (changed === null) this.#clusters.forget(clusterId);
      else this.#clusters.change(clusterId, groups.with(place, changed));
      return;
    }
  }
}

const idOf = ({ id }: { readonly id: Id }): Id => id;
const nodeIdOf = ({ nodeId }: DevicesOfNode): Id => nodeId;

function withPool(
  pools: DevicesOfNode['largestPoolMetadata'],
  deviceId: Id,
  largestKib: number | null,
): DevicesOfNode['largestPoolMetadata'] {
  if (pools === null) return null;
  const changed = new Map(pools);
  if (largestKib === null) changed.delete(deviceId);
  else changed.set(deviceId, largestKib);
  return changed;
}

function havePools(groups: readonly DevicesOfNode[]): boolean {
  return groups.every(({ largestPoolMetadata }) => largestPoolMetadata !== null);
}
