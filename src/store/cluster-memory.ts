import type { Device } from '../domain/device.js';
import type { Id } from '../domain/ids.js';
import type { Node } from '../domain/node.js';
import type { DeviceRows, NodeRows, Tx } from './store.js';

/**
 * Nodes and devices of each cluster as they were last read or written: every placement and volume info needs all of
 * them, and nearly always only a few counters have changed. Right only because one process owns the database file,
 * and because everything is forgotten when any unit of work is taken back.
 */
export class ClusterMemory {
  readonly #nodes = new Map<Id, readonly Node[]>();
  readonly #devices = new Map<Id, DeviceList>();

  forget(): void {
    this.#nodes.clear();
    this.#devices.clear();
  }

  /** The same tables, which look here first. */
  over(tx: Tx): Tx {
    return { ...tx, nodes: this.#overNodes(tx.nodes), devices: this.#overDevices(tx.devices) };
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
