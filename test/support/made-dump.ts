import { newId } from '../../src/domain/ids.js';
import { KIB_PER_GIB } from '../../src/domain/size.js';
import type {
  BrickEntry,
  ClusterEntry,
  DeviceEntry,
  HeketiDump,
  NodeEntry,
  VolumeEntry,
} from '../../src/interchange/heketi-dump.js';

const REPLICA = 3;
const SIZE_GIB = 10;
const METADATA_KIB = 53_248;
const DEVICE_KIB = 100_000 * KIB_PER_GIB;
const ZONES = 3;
const HOSTS_PER_NET = 250;

/** How much there is of everything. */
export interface PoolShape {
  readonly volumes: number;
  readonly volumesPerCluster: number;
  /** Of each cluster. */
  readonly nodes: number;
  readonly devicesPerNode: number;
}

type Open<T> = { -readonly [K in keyof T]: T[K] extends Readonly<Record<string, infer E>> ? Record<string, E> : never };

/** A whole database of the original's, with every volume of three bricks on three nodes in turn. */
export function makeDump(shape: PoolShape): HeketiDump {
  const dump: Open<HeketiDump> = {
    clusterentries: {},
    volumeentries: {},
    brickentries: {},
    nodeentries: {},
    deviceentries: {},
    blockvolumeentries: {},
    dbattributeentries: {},
    pendingoperations: {},
  };
  const { volumes, volumesPerCluster } = shape;
  for (let made = 0, number = 0; made === 0 || made < volumes; made += volumesPerCluster, number++) {
    addCluster(dump, shape, Math.min(volumesPerCluster, volumes - made), number);
  }
  for (const key of ['DB_CLUSTER_HAS_FILE_BLOCK_FLAG', 'DB_HAS_PENDING_OPS_BUCKET', 'DB_BRICK_HAS_SUBTYPE_FIELD'])
    dump.dbattributeentries[key] = { Key: key, Value: 'yes' };
  return dump;
}

function addCluster(dump: Open<HeketiDump>, shape: PoolShape, volumes: number, number: number): void {
  const id = newId();
  const host = (n: number) => `10.${number}.${Math.floor(n / HOSTS_PER_NET)}.${n % HOSTS_PER_NET}`;
  const nodes = Array.from({ length: shape.nodes }, (_, n) => addNode(dump, id, host(n), n, shape.devicesPerNode));
  const hosts = nodes.map(({ host }) => host);
  const ids = Array.from({ length: volumes }, (_, v) => addVolume(dump, id, nodes, hosts, v));
  const cluster: ClusterEntry = {
    Info: {
      id,
      nodes: nodes.map(({ id }) => id).sort(),
      volumes: ids.sort(),
      block: true,
      file: true,
      blockvolumes: [],
    },
  };
  dump.clusterentries[id] = cluster;
  for (const { devices } of nodes) for (const device of devices) device.Bricks.sort();
}

interface BenchNode {
  readonly id: string;
  readonly host: string;
  readonly devices: {
    readonly id: string;
    readonly Bricks: string[];
    readonly storage: { free: number; used: number };
  }[];
}

function addNode(
  dump: Open<HeketiDump>,
  cluster: string,
  host: string,
  number: number,
  devicesPerNode: number,
): BenchNode {
  const id = newId();
  const devices = Array.from({ length: devicesPerNode }, (_, d) => {
    const deviceId = newId();
    const storage = { total: DEVICE_KIB, free: DEVICE_KIB, used: 0 };
    const Bricks: string[] = [];
    const name = `/dev/disk/by-id/scsi-3600508b1001c${d}`;
    const entry: DeviceEntry = {
      State: 'online',
      Info: { name, storage, id: deviceId, paths: [name], pv_uuid: deviceId },
      Bricks,
      NodeId: id,
      ExtentSize: 4096,
    };
    dump.deviceentries[deviceId] = entry;
    return { id: deviceId, Bricks, storage };
  });
  const entry: NodeEntry = {
    State: 'online',
    Info: { zone: 1 + (number % ZONES), hostnames: { manage: [`node-${host}`], storage: [host] }, cluster, id },
    Devices: devices.map(({ id }) => id).sort(),
  };
  dump.nodeentries[id] = entry;
  return { id, host, devices };
}

function addVolume(
  dump: Open<HeketiDump>,
  cluster: string,
  nodes: readonly BenchNode[],
  hosts: readonly string[],
  number: number,
): string {
  const id = newId();
  const Bricks = Array.from({ length: REPLICA }, (_, b) => {
    const node = nodes[(number + b) % nodes.length] as BenchNode;
    return addBrick(dump, id, node, Math.floor(number / nodes.length) % node.devices.length);
  });
  const [first = '', ...others] = hosts;
  const entry: VolumeEntry = {
    Info: {
      size: SIZE_GIB,
      name: `vol_${id}`,
      durability: { type: 'replicate', replicate: { replica: REPLICA }, disperse: {} },
      gid: 2000 + number,
      snapshot: { enable: true, factor: 1 },
      id,
      cluster,
      mount: {
        glusterfs: { hosts, device: `${first}:vol_${id}`, options: { 'backup-volfile-servers': others.join(',') } },
      },
      blockinfo: {},
    },
    Bricks: Bricks.sort(),
    GlusterVolumeOptions: ['', 'performance.readdir-ahead off', ''],
    Pending: { Id: '' },
  };
  dump.volumeentries[id] = entry;
  return id;
}

function addBrick(dump: Open<HeketiDump>, volume: string, node: BenchNode, deviceNumber: number): string {
  const id = newId();
  const device = node.devices[deviceNumber] as BenchNode['devices'][number];
  const size = SIZE_GIB * KIB_PER_GIB;
  device.Bricks.push(id);
  device.storage.used += size + METADATA_KIB;
  device.storage.free -= size + METADATA_KIB;
  const entry: BrickEntry = {
    Info: {
      id,
      path: `/var/lib/heketi/mounts/vg_${device.id}/brick_${id}/brick`,
      device: device.id,
      node: node.id,
      volume,
      size,
    },
    TpSize: size,
    PoolMetadataSize: METADATA_KIB,
    Pending: { Id: '' },
    LvmThinPool: `tp_${id}`,
    LvmLv: '',
    SubType: 1,
  };
  dump.brickentries[id] = entry;
  return id;
}
