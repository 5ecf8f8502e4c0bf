import type { BlockVolume } from '../../domain/block-volume.js';
import { type Brick, brickLvName, brickThinPoolName } from '../../domain/brick.js';
import type { Cluster } from '../../domain/cluster.js';
import type { Device } from '../../domain/device.js';
import type { Id } from '../../domain/ids.js';
import type { Node } from '../../domain/node.js';
import type { PendingOperation } from '../../domain/pending-operation.js';
import type { Volume } from '../../domain/volume.js';
import { forEachPage } from '../../store/pages.js';
import type { StoreReader } from '../../store/store.js';
import { inSlices } from '../../timing/turns.js';
import { mountPointOfBrick } from './brick-places.js';

export type KnownBrick = Pick<
  Brick,
  'id' | 'volumeId' | 'nodeId' | 'deviceId' | 'path' | 'lv' | 'thinPool' | 'pendingId'
>;
export type KnownDevice = Pick<Device, 'id' | 'nodeId' | 'name' | 'state'>;
export type KnownVolume = Pick<Volume, 'id' | 'clusterId' | 'name' | 'isBlockHosting' | 'pendingId'>;
export type KnownBlockVolume = Pick<BlockVolume, 'id' | 'clusterId' | 'hostingVolumeId' | 'name' | 'pendingId'>;

type Known = Node | KnownDevice | KnownBrick | KnownVolume | KnownBlockVolume;

/** Small rows, many at a time. */
const ROWS = 250;

/**
 * What the store says is on the hosts, and no more of it than is compared. It is read in pages, so that a record that
 * changes meanwhile is here as it was or as it is. "Settled" is what no operation is about, neither when the reading began
 * nor when it ended.
 */
export class KnownRecords {
  readonly clusters: readonly Cluster[];
  readonly nodes: readonly Node[];
  readonly operations: readonly PendingOperation[];
  /** Nodes are joining or leaving: who belongs to the trusted pool is open. */
  readonly isPoolChanging: boolean;
  readonly devicesByNode = new Map<Id, KnownDevice[]>();
  readonly bricksByNode = new Map<Id, KnownBrick[]>();
  readonly bricksByVolume = new Map<Id, KnownBrick[]>();
  readonly volumesByCluster = new Map<Id, KnownVolume[]>();
  readonly blockVolumesByHosting = new Map<Id, KnownBlockVolume[]>();
  readonly mountPoints = new Set<string>();
  readonly volumeNames = new Set<string>();
  readonly hostNames = new Set<string>();
  readonly #bricksByDevice = new Map<Id, KnownBrick[]>();
  /** Made as they are asked for. */
  readonly #volumesOnDevice = new Map<Id, ReadonlySet<string>>();
  readonly #devices = new Set<Id>();
  readonly #named: ReadonlySet<Id>;
  readonly #byId = new Map<Id, Known>();

  private constructor(
    clusters: readonly Cluster[],
    nodes: readonly Node[],
    began: readonly PendingOperation[],
    ended: readonly PendingOperation[],
  ) {
    this.clusters = clusters;
    this.nodes = nodes;
    this.operations = ended;
    const operations = [...began, ...ended];
    this.#named = new Set(operations.flatMap(({ actions }) => actions.map(({ id }) => id)));
    this.isPoolChanging = operations.some(({ type }) => type === 'add-node' || type === 'delete-node');
    for (const node of nodes) {
      this.#byId.set(node.id, node);
      for (const name of [...node.storageNames, ...node.manageNames]) this.hostNames.add(name);
    }
  }

  static async read(store: StoreReader): Promise<KnownRecords> {
    const began = await store.read((tx) => tx.operations.list());
    const rows = await readRows(store);
    const [clusters, nodes, ended] = await store.read(async (tx) => [
      await tx.clusters.list(),
      await tx.nodes.list(),
      await tx.operations.list(),
    ]);
    const records = new KnownRecords(clusters, nodes, began, ended);
    await inSlices(rows.devices, (device) => records.#addDevice(device));
    await inSlices(rows.volumes, (volume) => records.#addVolume(volume));
    await inSlices(rows.bricks, (brick) => records.#addBrick(brick));
    await inSlices(rows.blockVolumes, (block) => records.#addBlockVolume(block));
    return records;
  }

  /** Whether there is such a record, or an operation names it: nothing with such an id is superfluous. */
  knows(id: Id): boolean {
    return this.#byId.has(id) || this.#named.has(id);
  }

  hasDevice(id: Id): boolean {
    return this.#devices.has(id);
  }

  /** Whether a brick on the device has a logical volume or a thin pool of that name. */
  hasBrickVolume(deviceId: Id, name: string): boolean {
    let names = this.#volumesOnDevice.get(deviceId);
    if (!names) {
      const bricks = this.#bricksByDevice.get(deviceId) ?? [];
      names = new Set(bricks.flatMap((brick) => [brickLvName(brick), brickThinPoolName(brick)]));
      this.#volumesOnDevice.set(deviceId, names);
    }
    return names.has(name);
  }

  /** Bricks of a volume that is being changed may be anywhere between two states. */
  isSettled(id: Id): boolean {
    const record = this.#untouched(id);
    if (!record) return false;
    return !('volumeId' in record) || this.#untouched(record.volumeId) !== null;
  }

  /** '' for what belongs to no cluster that is there. */
  clusterOf(id: Id): Id {
    const record = this.#byId.get(id);
    if (!record) return '';
    if ('clusterId' in record) return record.clusterId;
    const node = this.#byId.get(record.nodeId);
    return node && 'clusterId' in node ? node.clusterId : '';
  }

  #untouched(id: Id): Known | null {
    const record = this.#byId.get(id);
    if (!record || this.#named.has(id)) return null;
    return 'pendingId' in record && record.pendingId ? null : record;
  }

  #addDevice(device: KnownDevice): void {
    this.#byId.set(device.id, device);
    this.#devices.add(device.id);
    push(this.devicesByNode, device.nodeId, device);
  }

  #addVolume(volume: KnownVolume): void {
    this.#byId.set(volume.id, volume);
    this.volumeNames.add(volume.name);
    push(this.volumesByCluster, volume.clusterId, volume);
  }

  #addBrick(brick: KnownBrick): void {
    this.#byId.set(brick.id, brick);
    this.mountPoints.add(mountPointOfBrick(brick));
    push(this.bricksByNode, brick.nodeId, brick);
    push(this.bricksByVolume, brick.volumeId, brick);
    push(this.#bricksByDevice, brick.deviceId, brick);
  }

  #addBlockVolume(block: KnownBlockVolume): void {
    this.#byId.set(block.id, block);
    push(this.blockVolumesByHosting, block.hostingVolumeId, block);
  }
}

interface Rows {
  readonly devices: KnownDevice[];
  readonly volumes: KnownVolume[];
  readonly bricks: KnownBrick[];
  readonly blockVolumes: KnownBlockVolume[];
}

async function readRows(store: StoreReader): Promise<Rows> {
  const rows: Rows = { devices: [], volumes: [], bricks: [], blockVolumes: [] };
  const shared = sharing();
  await forEachPage(
    store,
    (tx, after, limit) => tx.devices.listAfter(after, limit),
    (page) => {
      for (const { id, nodeId, name, state } of page)
        rows.devices.push({ id: shared(id), nodeId: shared(nodeId), name, state });
    },
    ROWS,
  );
  await forEachPage(
    store,
    (tx, after, limit) => tx.volumes.listAfter(after, limit),
    (page) => {
      for (const { id, clusterId, name, isBlockHosting, pendingId } of page)
        rows.volumes.push({ id: shared(id), clusterId: shared(clusterId), name, isBlockHosting, pendingId });
    },
    ROWS,
  );
  await forEachPage(
    store,
    (tx, after, limit) => tx.bricks.listAfter(after, limit),
    (page) => {
      for (const { id, volumeId, nodeId, deviceId, path, lv, thinPool, pendingId } of page) {
        const names = { volumeId: shared(volumeId), nodeId: shared(nodeId), deviceId: shared(deviceId) };
        rows.bricks.push({ id, ...names, path, lv, thinPool, pendingId });
      }
    },
    ROWS,
  );
  await forEachPage(
    store,
    (tx, after, limit) => tx.blockVolumes.listAfter(after, limit),
    (page) => {
      for (const { id, clusterId, hostingVolumeId, name, pendingId } of page)
        rows.blockVolumes.push({ id, clusterId, hostingVolumeId: shared(hostingVolumeId), name, pendingId });
    },
    ROWS,
  );
  return rows;
}

/** One copy of each id: every brick comes with copies of those that it names. */
function sharing(): (id: Id) => Id {
  const ids = new Map<Id, Id>();
  return (id) => {
    const known = ids.get(id);
    if (known !== undefined) return known;
    ids.set(id, id);
    return id;
  };
}

function push<K, V>(lists: Map<K, V[]>, key: K, item: V): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}
