import type { BlockVolume } from '../domain/block-volume.js';
import type { Brick } from '../domain/brick.js';
import { DEFAULT_EXTENT_KIB, type Device } from '../domain/device.js';
import { DomainError } from '../domain/errors.js';
import type { Id } from '../domain/ids.js';
import type { EntryState, Node } from '../domain/node.js';
import {
  CHANGES,
  type ChangeType,
  NEW_RECORD,
  OPERATION_TYPES,
  type OperationType,
  type PendingOperation,
} from '../domain/pending-operation.js';
import type { ExactIntegers } from '../domain/size.js';
import type { Volume } from '../domain/volume.js';
import { Document } from './document.js';
import type { EntryMap, EntrySource } from './entry-source.js';
import type { Imported } from './imported.js';
import { SUB_TYPES } from './sub-types.js';

const STATES = ['online', 'offline', 'failed', ''] as const;

/** Reads the original's layout. Contradictions between entries are kept; only values of the wrong kind are refused. */
export function readEntries(source: EntrySource): Imported {
  return {
    clusters: each(source, 'clusterentries', (entry, key) => {
      const info = entry.object('Info');
      const entity = { id: info.text('id') || key, allowsBlock: info.flag('block'), allowsFile: info.flag('file') };
      return [
        entity.id,
        {
          entity,
          nodes: info.texts('nodes'),
          volumes: info.texts('volumes'),
          blockVolumes: info.texts('blockvolumes'),
        },
      ];
    }),
    nodes: each(source, 'nodeentries', (entry, key) => {
      const entity = readNode(entry, key);
      return [entity.id, { entity, devices: entry.texts('Devices') }];
    }),
    devices: each(source, 'deviceentries', (entry, key) => {
      const entity = readDevice(entry, key);
      return [entity.id, { entity, bricks: entry.texts('Bricks') }];
    }),
    volumes: each(source, 'volumeentries', (entry, key) => {
      const entity = readVolume(entry, key);
      const blockVolumes = entry.object('Info').object('blockinfo').texts('blockvolume');
      return [entity.id, { entity, bricks: entry.texts('Bricks'), blockVolumes }];
    }),
    bricks: each(source, 'brickentries', (entry, key) => byId(readBrick(entry, key))),
    blockVolumes: each(source, 'blockvolumeentries', (entry, key) => byId(readBlockVolume(entry, key))),
    operations: each(source, 'pendingoperations', (entry, key) => byId(readOperation(entry, key))),
    attributes: each(source, 'dbattributeentries', (entry, key) => [entry.text('Key') || key, entry.text('Value')]),
  };
}

function each<T>(
  source: EntrySource,
  map: EntryMap,
  read: (entry: Document, key: string) => readonly [string, T],
): Map<string, T> {
  const entities = new Map<string, T>();
  for (const [key, value] of source.entries(map)) {
    const [id, entity] = read(new Document(value, `${map}.${key}`), key);
    if (entities.has(id)) {
      throw new DomainError(
        'invalid',
        `The database can't be read: two of ${map} have the id ${id}, one of them under the key ${key}. Decide which one is true and remove the other.`,
      );
    }
    entities.set(id, entity);
  }
  return entities;
}

function byId<T extends { readonly id: Id }>(entity: T): readonly [Id, T] {
  return [entity.id, entity];
}

/** Collects integers of one entity; those that a double can't hold are kept beside it. */
function integers() {
  const exact: Record<string, bigint> = {};
  return {
    read(document: Document, name: string, field: string, kind: 'integer' | 'counter' = 'integer'): number {
      const value = document[kind](name);
      if (typeof value === 'number') return value;
      exact[field] = value;
      return value < 0n ? Number.MIN_SAFE_INTEGER : Number.MAX_SAFE_INTEGER;
    },
    keep(field: string, value: number | bigint): void {
      exact[field] = BigInt(value);
    },
    exact(): { readonly exact?: ExactIntegers } {
      return Object.keys(exact).length === 0 ? {} : { exact };
    },
  };
}

function readNode(entry: Document, key: string): Node {
  const info = entry.object('Info');
  const hostnames = info.object('hostnames');
  const { read, exact } = integers();
  return {
    id: info.text('id') || key,
    clusterId: info.text('cluster'),
    zone: read(info, 'zone', 'zone'),
    state: readState(entry),
    manageNames: hostnames.texts('manage'),
    storageNames: hostnames.texts('storage'),
    tags: info.textMap('tags'),
    ...exact(),
  };
}

/** Databases of the first version have no states. */
function readState(entry: Document): EntryState {
  return entry.choice('State', STATES) || 'online';
}

function readDevice(entry: Document, key: string): Device {
  const info = entry.object('Info');
  const storage = info.object('storage');
  const { read, exact } = integers();
  return {
    id: info.text('id') || key,
    nodeId: entry.text('NodeId'),
    name: info.text('name'),
    state: readState(entry),
    totalKib: read(storage, 'total', 'totalKib', 'counter'),
    freeKib: read(storage, 'free', 'freeKib', 'counter'),
    usedKib: read(storage, 'used', 'usedKib', 'counter'),
    extentKib: read(entry, 'ExtentSize', 'extentKib', 'counter') || DEFAULT_EXTENT_KIB,
    spareMetadataKib: 0,
    tags: info.textMap('tags'),
    paths: info.texts('paths'),
    pvUuid: info.text('pv_uuid'),
    ...exact(),
  };
}

function readBrick(entry: Document, key: string): Brick {
  const info = entry.object('Info');
  const { read, keep, exact } = integers();
  const subTypeNumber = entry.integer('SubType');
  const subType = SUB_TYPES[Number(subTypeNumber)];
  if (subType === undefined) keep('subType', subTypeNumber);
  return {
    id: info.text('id') || key,
    volumeId: info.text('volume'),
    deviceId: info.text('device'),
    nodeId: info.text('node'),
    path: info.text('path'),
    sizeKib: read(info, 'size', 'sizeKib', 'counter'),
    thinPoolKib: read(entry, 'TpSize', 'thinPoolKib', 'counter'),
    poolMetadataKib: read(entry, 'PoolMetadataSize', 'poolMetadataKib', 'counter'),
    thinPool: entry.text('LvmThinPool'),
    lv: entry.text('LvmLv'),
    subType: subType ?? 'unknown',
    pendingId: readPending(entry),
    ...exact(),
  };
}

function readPending(entry: Document): Id | null {
  return entry.object('Pending').text('Id') || null;
}

function readVolume(entry: Document, key: string): Volume {
  const info = entry.object('Info');
  const durability = info.object('durability');
  const disperse = durability.object('disperse');
  const snapshot = info.object('snapshot');
  const mount = info.object('mount').object('glusterfs');
  const blockInfo = info.object('blockinfo');
  const { read, exact } = integers();
  return {
    id: info.text('id') || key,
    clusterId: info.text('cluster'),
    name: info.text('name'),
    sizeGib: read(info, 'size', 'sizeGib'),
    durability: {
      type: durability.choice('type', ['none', 'replicate', 'disperse', '']) || 'none',
      replica: read(durability.object('replicate'), 'replica', 'replica'),
      disperseData: read(disperse, 'data', 'disperseData'),
      disperseRedundancy: read(disperse, 'redundancy', 'disperseRedundancy'),
    },
    gid: read(info, 'gid', 'gid'),
    isBlockHosting: info.flag('block'),
    snapshotEnabled: snapshot.flag('enable'),
    snapshotFactor: snapshot.float('factor'),
    options: entry.optionalTexts('GlusterVolumeOptions'),
    requestedClusters: nullIfEmpty(info.texts('clusters')),
    blockInfo: {
      freeGib: read(blockInfo, 'freesize', 'freeGib'),
      reservedGib: read(blockInfo, 'reservedsize', 'reservedGib'),
      restriction: blockInfo.choice('restriction', ['', 'locked', 'locked-by-update']),
    },
    storedMount: { hosts: mount.texts('hosts'), device: mount.text('device'), options: mount.textMap('options') },
    pendingId: readPending(entry),
    ...exact(),
  };
}

function readBlockVolume(entry: Document, key: string): BlockVolume {
  const info = entry.object('Info');
  const target = info.object('blockvolume');
  const { read, exact } = integers();
  return {
    id: info.text('id') || key,
    clusterId: info.text('cluster'),
    hostingVolumeId: info.text('blockhostingvolume'),
    name: info.text('name'),
    sizeGib: read(info, 'size', 'sizeGib'),
    usableSizeGib: read(info, 'usablesize', 'usableSizeGib'),
    haCount: read(info, 'hacount', 'haCount'),
    hasAuth: info.flag('auth'),
    requestedClusters: nullIfEmpty(info.texts('clusters')),
    hosts: target.texts('hosts'),
    iqn: target.text('iqn'),
    lun: read(target, 'lun', 'lun'),
    username: target.text('username'),
    password: target.text('password'),
    pendingId: readPending(entry),
    ...exact(),
  };
}

const IMPORTED_TYPES = namesByNumber<OperationType>(OPERATION_TYPES);
const IMPORTED_CHANGES = namesByNumber<ChangeType>(CHANGES);

/** Only the original's numbers: what another program means by 100 is not known. */
function namesByNumber<T extends string>(numbers: Readonly<Record<T, number>>): ReadonlyMap<number, T> {
  const names = Object.entries<number>(numbers).map(([name, number]) => [number, name as T] as const);
  return new Map(names.filter(([number]) => number < 100));
}

function readOperation(entry: Document, key: string): PendingOperation {
  const { read, keep, exact } = integers();
  const named = <T extends string>(names: ReadonlyMap<number, T>, number: number | bigint, field: string, no: T): T => {
    const name = names.get(Number(number));
    if (name === undefined) keep(field, number);
    return name ?? no;
  };
  return {
    ...NEW_RECORD,
    id: entry.text('Id') || key,
    type: named(IMPORTED_TYPES, entry.integer('Type'), 'type', 'unknown'),
    status: entry.choice('Status', ['', 'stale', 'failed']),
    createdAt: read(entry, 'Timestamp', 'createdAt'),
    actions: entry.list('Actions').map((action, position) => ({
      change: named(IMPORTED_CHANGES, action.integer('Change'), `change.${position}`, 'unknown'),
      id: action.text('Id'),
      delta: action.optionalFloat('Delta'),
    })),
    origin: 'heketi',
    ...exact(),
  };
}

function nullIfEmpty(list: readonly string[]): readonly string[] | null {
  return list.length === 0 ? null : list;
}
