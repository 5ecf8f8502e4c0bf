import type { Device } from '../../domain/device.js';
import type { Id } from '../../domain/ids.js';
import type { Node } from '../../domain/node.js';
import type { DeviceRows, LinkFaultRows, NodeRows, OperationRows, Tx, VolumeRows } from '../store.js';

/**
 * Nodes, devices and visible volumes of each cluster as they were last read or written: every placement and volume
 * info needs all nodes and devices, and nearly always only a few counters have changed. Right only because one process owns the database file,
 * and because everything is forgotten when any unit of work is taken back.
 */
export class ClusterMemory {
  readonly #nodes = new Map<Id, readonly Node[]>();
  readonly #devices = new Map<Id, DeviceList>();
  /** Ids of visible volumes by cluster; '' for all. Pending operations and link faults decide what is visible. */
  readonly #visibleVolumes = new Map<Id, readonly Id[]>();
  readonly #volumeCounts = new Map<Id, number>();

  forget(): void {
    this.#nodes.clear();
    this.#devices.clear();
    this.#visibleVolumes.clear();
    this.#volumeCounts.clear();
  }

  /** The same tables, which look here first. */
  over(tx: Tx): Tx {
    return {
      ...tx,
      nodes: this.#overNodes(tx.nodes),
      devices: this.#overDevices(tx.devices),
      volumes: this.#overVolumes(tx.volumes),
      operations: this.#overOperations(tx.operations),
      linkFaults: this.#overLinkFaults(tx.linkFaults),
    };
  }

  #overVolumes(rows: VolumeRows): VolumeRows {
    const remembered = async (key: Id, read: () => Promise<readonly Id[]>) => {
      const known = this.#visibleVolumes.get(key);
      if (known) return known;
      const ids = await read();
      this.#visibleVolumes.set(key, ids);
      return ids;
    };
    return {
      ...rows,
      listVisibleIds: () => remembered('', () => rows.listVisibleIds()),
      listVisibleIdsByCluster: (clusterId) => remembered(clusterId, () => rows.listVisibleIdsByCluster(clusterId)),
      countByCluster: async (clusterId) => {
        const count = this.#volumeCounts.get(clusterId) ?? (await rows.countByCluster(clusterId));
        this.#volumeCounts.set(clusterId, count);
        return count;
      },
      insert: async (volume) => {
        await this.#changingVisibility(() => rows.insert(volume));
        const count = this.#volumeCounts.get(volume.clusterId);
        if (count !== undefined) this.#volumeCounts.set(volume.clusterId, count + 1);
      },
      delete: (id) => {
        this.#volumeCounts.clear();
        return this.#changingVisibility(() => rows.delete(id));
      },
    };
  }

  #overOperations(rows: OperationRows): OperationRows {
    return {
      ...rows,
      insert: (operation) => this.#changingVisibility(() => rows.insert(operation)),
      update: (operation) => this.#changingVisibility(() => rows.update(operation)),
      delete: (id) => this.#changingVisibility(() => rows.delete(id)),
    };
  }

  #overLinkFaults(rows: LinkFaultRows): LinkFaultRows {
    return {
      ...rows,
      insert: (fault) => this.#changingVisibility(() => rows.insert(fault)),
      deleteByObject: (id) => this.#changingVisibility(() => rows.deleteByObject(id)),
    };
  }

  #changingVisibility(change: () => Promise<void>): Promise<void> {
    this.#visibleVolumes.clear();
    return change();
  }

  #overNodes(rows: NodeRows): NodeRows {
    return {
      ...rows,
      listByCluster: async (clusterId) => {
        const known = this.#nodes.get(clusterId);
        if (known) return known;
        const nodes = await rows.listByCluster(clusterId);
        this.#nodes.set(clusterId, nodes);
        return nodes;
      },
      insert: async (node, options) => {
        this.forget();
        await rows.insert(node, options);
      },
      update: async (node) => {
        this.forget();
        await rows.update(node);
      },
      delete: async (id) => {
        this.forget();
        await rows.delete(id);
      },
    };
  }

  #overDevices(rows: DeviceRows): DeviceRows {
    return {
      ...rows,
      find: async (id) => {
        for (const list of this.#devices.values()) {
          const device = list.find(id);
          if (device) return device;
        }
        return rows.find(id);
      },
      listByCluster: async (clusterId) => {
        const known = this.#devices.get(clusterId);
        if (known) return known.devices;
        const list = new DeviceList(await rows.listByCluster(clusterId));
        this.#devices.set(clusterId, list);
        return list.devices;
      },
      insert: async (device) => {
        this.forget();
        await rows.insert(device);
      },
      update: async (device) => {
        await rows.update(device);
        for (const list of this.#devices.values()) list.replace(device);
      },
      delete: async (id) => {
        this.forget();
        await rows.delete(id);
      },
    };
  }
}

class DeviceList {
  devices: readonly Device[];
  readonly #positions: ReadonlyMap<Id, number>;

  constructor(devices: readonly Device[]) {
    this.devices = devices;
    this.#positions = new Map(devices.map((device, i) => [device.id, i]));
  }

  find(id: Id): Device | undefined {
    return this.devices[this.#positions.get(id) ?? -1];
  }

  /** In a new list: somebody may be going through the old one. */
  replace(device: Device): void {
    const position = this.#positions.get(device.id);
    if (position !== undefined) this.devices = this.devices.with(position, device);
  }
}
