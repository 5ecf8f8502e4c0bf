import type { BlockVolume } from '../domain/block-volume.js';
import type { Brick } from '../domain/brick.js';
import type { Cluster } from '../domain/cluster.js';
import type { Device } from '../domain/device.js';
import { shortestFloat32 } from '../domain/float32.js';
import type { Node } from '../domain/node.js';
import { CHANGES, OPERATION_TYPES, type PendingOperation } from '../domain/pending-operation.js';
import type { ExactIntegers } from '../domain/size.js';
import type { Volume } from '../domain/volume.js';
import type { ReadTx } from '../store/store.js';
import type {
  BlockVolumeEntry,
  BrickEntry,
  ClusterEntry,
  DeviceEntry,
  Entries,
  HeketiDump,
  Integer,
  NodeEntry,
  PendingOperationEntry,
  VolumeEntry,
} from './heketi-dump.js';
import { type ChildLists, readAll } from './links.js';
import { inOnePage, type RecordPages } from './record-pages.js';
import { SUB_TYPES } from './sub-types.js';

/** Numbers from here on are this program's own; the original knows them as 0, `unknown`. */
const FIRST_OWN_NUMBER = 100;

/** The whole database in the original's layout; integers that a double can't hold are bigint. */
export async function dumpDatabase(tx: ReadTx): Promise<HeketiDump> {
  const all = await readAll(tx);
  const parts = dumpParts(inOnePage(all), all.children, await tx.attributes.list());
  return {
    clusterentries: await whole(parts.clusterentries),
    volumeentries: await whole(parts.volumeentries),
    brickentries: await whole(parts.brickentries),
    nodeentries: await whole(parts.nodeentries),
    deviceentries: await whole(parts.deviceentries),
    blockvolumeentries: await whole(parts.blockvolumeentries),
    dbattributeentries: await whole(parts.dbattributeentries),
    pendingoperations: await whole(parts.pendingoperations),
  };
}

/** The entries of one part of a dump, by id, page by page. */
type EntryPages<E> = AsyncIterable<readonly (readonly [id: string, entry: E])[]>;

/** In the order in which they stand in a dump. */
export type DumpParts = { readonly [Part in keyof HeketiDump]: EntryPages<HeketiDump[Part][string]> };

export function dumpParts(
  pages: RecordPages,
  children: ChildLists,
  attributes: ReadonlyMap<string, string>,
): DumpParts {
  return {
    clusterentries: entries(pages.clusters(), (cluster) => clusterEntry(cluster, children)),
    volumeentries: entries(pages.volumes(), (volume) => volumeEntry(volume, children)),
    brickentries: entries(pages.bricks(), brickEntry),
    nodeentries: entries(pages.nodes(), (node) => nodeEntry(node, children)),
    deviceentries: entries(pages.devices(), (device) => deviceEntry(device, children)),
    blockvolumeentries: entries(pages.blockVolumes(), blockVolumeEntry),
    dbattributeentries: entries([[...attributes].map(([id, Value]) => ({ id, Value }))], ({ id: Key, Value }) => ({
      Key,
      Value,
    })),
    pendingoperations: entries(pages.operations(), pendingOperationEntry),
  };
}

async function* entries<T extends { readonly id: string }, E>(
  pages: AsyncIterable<readonly T[]> | readonly (readonly T[])[],
  toEntry: (record: T) => E,
): EntryPages<E> {
  for await (const page of pages) yield page.map((record) => [record.id, toEntry(record)] as const);
}

async function whole<E>(pages: EntryPages<E>): Promise<Entries<E>> {
  const all: (readonly [string, E])[] = [];
  for await (const page of pages) for (const entry of page) all.push(entry);
  return Object.fromEntries(all);
}

/** What `db export` writes: a dump that the original can import and go on with. */
export interface HeketiExport {
  readonly dump: HeketiDump;
  /** Operations of kinds that the original does not have: there is no way to tell it of them. */
  readonly leftOut: readonly PendingOperation[];
}

/**
 * The original would keep records of kinds that it does not know for ever. It has none for such changes either (hosts that
 * join or leave, devices that are added or deleted): an unfinished one is to be done again.
 */
export async function exportForHeketi(tx: ReadTx): Promise<HeketiExport> {
  const { pendingoperations, ...rest } = await dumpDatabase(tx);
  const leftOut = (await tx.operations.list()).filter(({ type }) => OPERATION_TYPES[type] >= FIRST_OWN_NUMBER);
  const gone = new Set(leftOut.map(({ id }) => id));
  const kept = Object.entries(pendingoperations).filter(([id]) => !gone.has(id));
  return { dump: { ...rest, pendingoperations: Object.fromEntries(kept) }, leftOut };
}

function clusterEntry(cluster: Cluster, children: ChildLists): ClusterEntry {
  return {
    Info: {
      id: cluster.id,
      nodes: children.list('cluster-node', cluster.id),
      volumes: children.list('cluster-volume', cluster.id),
      block: cluster.allowsBlock,
      file: cluster.allowsFile,
      blockvolumes: children.list('cluster-block-volume', cluster.id),
    },
  };
}

function nodeEntry(node: Node, children: ChildLists): NodeEntry {
  return {
    State: node.state,
    Info: {
      zone: exactly(node, 'zone', node.zone),
      hostnames: { manage: orNull(node.manageNames), storage: orNull(node.storageNames) },
      cluster: node.clusterId,
      ...(isEmptyMap(node.tags) ? {} : { tags: node.tags }),
      id: node.id,
    },
    Devices: children.list('node-device', node.id),
  };
}

function deviceEntry(device: Device, children: ChildLists): DeviceEntry {
  return {
    State: device.state,
    Info: {
      name: device.name,
      ...(isEmptyMap(device.tags) ? {} : { tags: device.tags }),
      storage: {
        total: exactly(device, 'totalKib', device.totalKib),
        free: exactly(device, 'freeKib', device.freeKib),
        used: exactly(device, 'usedKib', device.usedKib),
      },
      id: device.id,
      ...(device.paths.length === 0 ? {} : { paths: device.paths }),
      ...(device.pvUuid === '' ? {} : { pv_uuid: device.pvUuid }),
    },
    Bricks: children.list('device-brick', device.id),
    NodeId: device.nodeId,
    ExtentSize: exactly(device, 'extentKib', device.extentKib),
  };
}

function brickEntry(brick: Brick): BrickEntry {
  return {
    Info: {
      id: brick.id,
      path: brick.path,
      device: brick.deviceId,
      node: brick.nodeId,
      volume: brick.volumeId,
      size: exactly(brick, 'sizeKib', brick.sizeKib),
    },
    TpSize: exactly(brick, 'thinPoolKib', brick.thinPoolKib),
    PoolMetadataSize: exactly(brick, 'poolMetadataKib', brick.poolMetadataKib),
    Pending: { Id: brick.pendingId ?? '' },
    LvmThinPool: brick.thinPool,
    LvmLv: brick.lv,
    SubType: exactly(brick, 'subType', SUB_TYPES.indexOf(brick.subType)),
  };
}

function volumeEntry(volume: Volume, children: ChildLists): VolumeEntry {
  const { durability, storedMount } = volume;
  return {
    Info: {
      size: exactly(volume, 'sizeGib', volume.sizeGib),
      ...(volume.requestedClusters?.length ? { clusters: volume.requestedClusters } : {}),
      name: volume.name,
      durability: {
        type: durability.type,
        replicate: omitZero('replica', exactly(volume, 'replica', durability.replica)),
        disperse: {
          ...omitZero('data', exactly(volume, 'disperseData', durability.disperseData)),
          ...omitZero('redundancy', exactly(volume, 'disperseRedundancy', durability.disperseRedundancy)),
        },
      },
      ...omitZero('gid', exactly(volume, 'gid', volume.gid)),
      ...(volume.isBlockHosting ? { block: true } : {}),
      snapshot: { enable: volume.snapshotEnabled, factor: shortestFloat32(volume.snapshotFactor) },
      id: volume.id,
      cluster: volume.clusterId,
      mount: {
        glusterfs: {
          hosts: orNull(storedMount.hosts),
          device: storedMount.device,
          options: isEmptyMap(storedMount.options) ? null : storedMount.options,
        },
      },
      blockinfo: blockInfo(volume, children.list('volume-block-volume', volume.id)),
    },
    Bricks: children.list('volume-brick', volume.id),
    GlusterVolumeOptions: volume.options,
    Pending: { Id: volume.pendingId ?? '' },
  };
}

function blockInfo(volume: Volume, blockVolumes: readonly string[]): VolumeEntry['Info']['blockinfo'] {
  const { freeGib, reservedGib, restriction } = volume.blockInfo;
  return {
    ...omitZero('freesize', exactly(volume, 'freeGib', freeGib)),
    ...omitZero('reservedsize', exactly(volume, 'reservedGib', reservedGib)),
    ...(blockVolumes.length === 0 ? {} : { blockvolume: blockVolumes }),
    ...(restriction === '' ? {} : { restriction }),
  };
}

function blockVolumeEntry(volume: BlockVolume): BlockVolumeEntry {
  return {
    Info: {
      size: exactly(volume, 'sizeGib', volume.sizeGib),
      ...(volume.requestedClusters?.length ? { clusters: volume.requestedClusters } : {}),
      name: volume.name,
      ...omitZero('hacount', exactly(volume, 'haCount', volume.haCount)),
      ...(volume.hasAuth ? { auth: true } : {}),
      id: volume.id,
      blockvolume: {
        hosts: orNull(volume.hosts),
        iqn: volume.iqn,
        lun: exactly(volume, 'lun', volume.lun),
        username: volume.username,
        password: volume.password,
      },
      ...(volume.clusterId === '' ? {} : { cluster: volume.clusterId }),
      ...(volume.hostingVolumeId === '' ? {} : { blockhostingvolume: volume.hostingVolumeId }),
      ...omitZero('usablesize', exactly(volume, 'usableSizeGib', volume.usableSizeGib)),
    },
    Pending: { Id: volume.pendingId ?? '' },
  };
}

function pendingOperationEntry(operation: PendingOperation): PendingOperationEntry {
  return {
    Id: operation.id,
    Timestamp: exactly(operation, 'createdAt', operation.createdAt),
    Type: exactly(operation, 'type', knownToTheOriginal(OPERATION_TYPES[operation.type])),
    Actions: operation.actions.map(({ change, id, delta }, position) => ({
      Change: exactly(operation, `change.${position}`, knownToTheOriginal(CHANGES[change])),
      Id: id,
      Delta: delta,
    })),
    Status: operation.status,
  };
}

function knownToTheOriginal(number: number): number {
  return number < FIRST_OWN_NUMBER ? number : 0;
}

function exactly(entity: { readonly exact?: ExactIntegers | undefined }, field: string, value: number): Integer {
  return entity.exact?.[field] ?? value;
}

function omitZero<K extends string>(name: K, value: Integer): Partial<Record<K, Integer>> {
  return value === 0 ? {} : ({ [name]: value } as Record<K, Integer>);
}

function orNull(list: readonly string[]): readonly string[] | null {
  return list.length === 0 ? null : list;
}

function isEmptyMap(map: object): boolean {
  return Object.keys(map).length === 0;
}
