import { randomUUID } from 'node:crypto';
import { brickMountPoint } from '../../domain/brick.js';
import { volumeGroupName } from '../../domain/device.js';
import { type Durability, disperseCounts, replicaCount } from '../../domain/durability.js';
import { setOptions } from './gluster/gluster-volume-options.js';
import { defaultOptions } from './gluster/gluster-volumes.js';
import { addGroup } from './lvm/lvm-groups.js';
import { addPool, addThinVolume } from './lvm/lvm-volumes.js';
import type { SimulatedWorld } from './simulated-world.js';
import { FileSystem, normalPath } from './world/file-system.js';
import { newHealState } from './world/heal-state.js';
import { type Layout, type SimulatedHost, type SimulatedVolume, setSize } from './world/simulated-host.js';
import { mapperPath, newLvmUuid } from './world/storage.js';

/** What a store knows of its hosts. Objects of pending operations are included: they are taken as present. */
export interface RecordedPool {
  readonly nodes: readonly { readonly manageName: string; readonly storageName: string; readonly clusterId: string }[];
  readonly devices: readonly {
    readonly deviceId: string;
    readonly path: string;
    readonly manageName: string;
    readonly totalKib: number;
    /** '' or missing when unknown. */
    readonly pvUuid?: string;
  }[];
  readonly bricks: readonly RecordedBrick[];
  readonly volumes: readonly {
    readonly name: string;
    readonly volumeId: string;
    readonly durability: Durability;
    readonly isArbiter?: boolean;
    /** In gluster's order. */
    readonly bricks: readonly { readonly storageName: string; readonly path: string }[];
    readonly options: readonly string[];
  }[];
  readonly blockVolumes?: readonly {
    readonly hostingVolume: string;
    /** A storage name of a host in the pool of the hosting volume. */
    readonly storageName: string;
    readonly name: string;
    /** Of gluster-block; '' when unknown. */
    readonly gbid: string;
    readonly password: string;
    readonly haCount: number;
    readonly hosts: readonly string[];
    readonly sizeGib: number;
  }[];
}

export interface RecordedBrick {
  readonly deviceId: string;
  readonly brickId: string;
  readonly path: string;
  readonly lv: string;
  readonly thinPool: string;
  readonly sizeKib: number;
  readonly thinPoolKib: number;
  readonly poolMetadataKib: number;
  readonly subType: string;
  readonly gid: number;
  readonly manageName: string;
  readonly storageName: string;
}

const EXTENT_KIB = 4096;
const CHUNK_KIB = 256;
const DEFAULT_MOUNT_OPTIONS = 'rw,inode64,noatime,nouuid';

/**
 * Makes the hosts as the records say. Imported records may contradict each other (a brick without its device, two
 * volumes of one name): then the first wins, what is missing is made, and nothing is refused.
 */
export function seedFromRecords(world: SimulatedWorld, records: RecordedPool): void {
  const clusters = new Map<string, SimulatedHost>();
  for (const { manageName, storageName, clusterId } of records.nodes) {
    world.linkNames(manageName, storageName);
    const host = world.hostByManageName(manageName);
    const first = clusters.get(clusterId);
    if (host && first) world.joinPool(host, first);
    else if (host) clusters.set(clusterId, host);
  }
  for (const device of records.devices) {
    const host = hostNamed(world, device.manageName, '');
    const disk = host.findDisk(device.path) ?? host.addDisk(device.path, device.totalKib);
    const group = groupOf(host, device.deviceId, device.totalKib);
    disk.pv ??= { uuid: device.pvUuid || (world.isLenient ? '' : newLvmUuid()), startKib: 0, group };
    if (!group.disks.includes(disk)) group.disks.push(disk);
  }
  const marks = new Map<string, string>();
  for (const volume of records.volumes) seedVolume(world, volume, marks);
  for (const brick of records.bricks) seedBrick(world, brick, marks);
  for (const { hostingVolume, storageName, name, gbid, ...block } of records.blockVolumes ?? []) {
    const blocks = hostNamed(world, '', storageName).pool.volumes.get(hostingVolume)?.blocks;
    if (blocks && !blocks.has(name))
      blocks.set(name, { ...block, gbid: gbid || randomUUID(), resizeFailed: new Map() });
  }
}

function seedVolume(world: SimulatedWorld, record: RecordedPool['volumes'][number], marks: Map<string, string>): void {
  const [first] = record.bricks;
  const host = first && hostNamed(world, '', first.storageName);
  if (!host || host.pool.volumes.has(record.name)) return;
  const layout = layoutOf(record.durability, record.isArbiter ?? false);
  const size = setSize(layout);
  const snapshotId = /^\/(?:var\/)?run\/gluster\/snaps\/([0-9a-f]{32})\//.exec(first.path)?.[1];
  const id = snapshotId?.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') ?? randomUUID();
  const volume: SimulatedVolume = {
    ...layout,
    name: record.name,
    id,
    status: 1,
    bricks: record.bricks.map(({ storageName, path }, i) => ({
      host: storageName,
      path,
      node: hostNamed(world, '', storageName),
      isArbiter: layout.arbiter > 0 && i % size === size - 1,
    })),
    options: defaultOptions(layout.type),
    healEntries: 0,
    heal: newHealState(),
    snapshots: new Set(),
    isClone: snapshotId !== undefined,
    blocks: new Map(),
    clients: new Map(),
    blockDaemons: new Map(),
  };
  for (const option of [...record.options, `user.heketi.id ${record.volumeId}`]) {
    const [key = '', ...value] = option.trim().split(/\s/);
    if (key) setOptions(volume, [key, value.join(' ')], true);
  }
  host.pool.volumes.set(volume.name, volume);
  for (const brick of volume.bricks) {
    brick.node.addBrick(brick.path, volume);
    marks.set(`${brick.host}:${brick.path}`, id);
  }
}

function layoutOf(durability: Durability, isArbiter: boolean): Layout {
  const plain: Layout = { type: 'Distribute', replica: 1, arbiter: 0, disperse: 0, redundancy: 0 };
  // gluster makes a plain volume of `replica 1`.
  if (durability.type === 'replicate' && replicaCount(durability) === 1) return plain;
  if (durability.type === 'replicate')
    return { ...plain, type: 'Replicate', replica: replicaCount(durability), arbiter: isArbiter ? 1 : 0 };
  if (durability.type !== 'disperse') return plain;
  const { data, redundancy } = disperseCounts(durability);
  return { ...plain, type: 'Disperse', disperse: data + redundancy, redundancy };
}

function seedBrick(world: SimulatedWorld, brick: RecordedBrick, marks: ReadonlyMap<string, string>): void {
  const host = hostNamed(world, brick.manageName, brick.storageName);
  const group = groupOf(host, brick.deviceId, world.deviceSizeKib);
  const extentsOf = (kib: number) => Math.max(1, Math.ceil(kib / group.extentKib));
  const poolName = brick.thinPool || `tp_${brick.brickId}`;
  const name = brick.lv || `brick_${brick.brickId}`;
  const found = group.volumes.get(poolName);
  if (found?.kind === 'thin' || group.volumes.has(name) || name === poolName) return;
  const pool =
    found ?? addPool(host, group, poolName, extentsOf(brick.thinPoolKib), extentsOf(brick.poolMetadataKib), CHUNK_KIB);
  const spare = Math.max(group.spareExtents, pool.metadataExtents);
  if (!world.isLenient) group.usedExtents += spare - group.spareExtents;
  if (!world.isLenient) group.spareExtents = spare;
  const volume = addThinVolume(host, pool, name, extentsOf(brick.sizeKib));
  const fileSystem = new FileSystem(
    'xfs',
    brick.subType === 'arbiter' ? '-i maxpct=100 -n size=8192' : '-i size=512 -n size=8192',
  );
  volume.fileSystem = fileSystem;
  mountBrick(host, brick, mapperPath(volume), marks);
}

function mountBrick(
  host: SimulatedHost,
  brick: RecordedBrick,
  source: string,
  marks: ReadonlyMap<string, string>,
): void {
  const path = normalPath(brick.path || `${brickMountPoint(brick.deviceId, brick.brickId)}/brick`);
  const target = path.replace(/\/brick$/, '');
  const device = host.findLogicalVolume(source);
  if (!device?.fileSystem || !target.startsWith('/') || host.mounts.has(target)) return;
  host.makeDirectories(target);
  const isSnapshot = target.startsWith('/run/gluster/');
  const options = isSnapshot ? 'rw,nouuid' : DEFAULT_MOUNT_OPTIONS;
  host.mount({ source, target, options, device, fileSystem: device.fileSystem });
  if (!isSnapshot) host.file('/etc/fstab').append(`${source} ${target} xfs ${options} 1 2`);
  host.makeDirectories(path);
  const directory = host.directory(path);
  if (!directory) return;
  directory.volumeMark = marks.get(`${brick.storageName}:${brick.path}`) ?? null;
  if (brick.gid !== 0) {
    directory.group = String(brick.gid);
    directory.mode = '2775';
  }
}

function groupOf(host: SimulatedHost, deviceId: string, totalKib: number) {
  const name = volumeGroupName(deviceId);
  return host.groups.get(name) ?? addGroup(host, name, EXTENT_KIB, Math.floor(totalKib / EXTENT_KIB));
}

function hostNamed(world: SimulatedWorld, manage: string, storage: string): SimulatedHost {
  const found = (manage && world.hostByManageName(manage)) || (storage && world.hostByStorageName(storage));
  return found || world.addHost(manage, storage);
}
