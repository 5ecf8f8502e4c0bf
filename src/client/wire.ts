import { isJsonObject, JsonFloat, type JsonValue } from '../json/json-value.js';

/*
 * The server's JSON as the client reads it: absent members are the zero value of their type and
 * unknown ones are ignored, so that an older or newer server can be talked to.
 */

/** Integers beyond 2^53, which an imported database may hold, stay exact. */
export type Integer = number | bigint;

export type Tags = ReadonlyMap<string, string>;

export interface ClusterInfo {
  readonly id: string;
  readonly nodes: readonly string[];
  readonly volumes: readonly string[];
  readonly blockVolumes: readonly string[];
  readonly file: boolean;
  readonly block: boolean;
}

export interface BrickInfo {
  readonly id: string;
  readonly path: string;
  readonly device: string;
  readonly node: string;
  readonly volume: string;
  readonly sizeKib: Integer;
}

export interface DeviceInfo {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly tags: Tags;
  readonly totalKib: Integer;
  readonly freeKib: Integer;
  readonly usedKib: Integer;
  readonly paths: readonly string[];
  readonly pvUuid: string;
  readonly bricks: readonly BrickInfo[];
}

export interface NodeInfo {
  readonly id: string;
  readonly state: string;
  readonly cluster: string;
  readonly zone: Integer;
  readonly manage: readonly string[];
  readonly storage: readonly string[];
  readonly tags: Tags;
  readonly devices: readonly DeviceInfo[];
}

export interface VolumeInfo {
  readonly id: string;
  readonly name: string;
  readonly cluster: string;
  readonly sizeGib: Integer;
  readonly gid: Integer;
  readonly durability: string;
  readonly replica: Integer;
  readonly disperseData: Integer;
  readonly redundancy: Integer;
  readonly options: readonly string[];
  readonly block: boolean;
  readonly snapshot: boolean;
  readonly snapshotFactor: number;
  readonly mountHosts: readonly string[];
  readonly mountDevice: string;
  readonly mountOptions: Tags;
  readonly freeSizeGib: Integer;
  readonly reservedSizeGib: Integer;
  readonly blockVolumes: readonly string[];
  readonly restriction: string;
  readonly bricks: readonly BrickInfo[];
  /** What its client calls it; '' when it said nothing. */
  readonly clientName: string;
  /** Of a clone: the volume that it was made from; otherwise ''. */
  readonly clonedFrom: string;
}

export interface BlockVolumeInfo {
  readonly id: string;
  readonly name: string;
  readonly cluster: string;
  readonly sizeGib: Integer;
  readonly usableSizeGib: Integer;
  readonly hosts: readonly string[];
  readonly iqn: string;
  readonly lun: Integer;
  readonly hacount: Integer;
  readonly username: string;
  readonly password: string;
  readonly hostingVolume: string;
}

export interface OperationProgress {
  readonly done: Integer;
  /** Null while it is not known. */
  readonly total: Integer | null;
  readonly current: string;
  /** Why the last part failed; '' when it did not. */
  readonly failure: string;
  readonly isCancelled: boolean;
  /** Bricks that were replaced, with the entries that their sets have to heal still; null: nobody can tell. */
  readonly healing: readonly { readonly id: string; readonly volume: string; readonly entries: Integer | null }[];
  /** Bricks that were passed over. */
  readonly refused: readonly { readonly id: string; readonly reason: string }[];
}

export interface OperationInfo {
  readonly id: string;
  readonly type: string;
  readonly status: string;
  readonly subStatus: string;
  /** Of an operation of a restored database: when the copy was made; otherwise empty. */
  readonly copiedAt: string;
  /** Null for work without parts. */
  readonly progress: OperationProgress | null;
  readonly changes: readonly { readonly id: string; readonly description: string }[];
}

export function memberOf(json: JsonValue | undefined, name: string): JsonValue | undefined {
  return json !== undefined && isJsonObject(json) && Object.hasOwn(json, name) ? json[name] : undefined;
}

export function readText(json: JsonValue | undefined): string {
  return typeof json === 'string' ? json : '';
}

export function readInteger(json: JsonValue | undefined): Integer {
  if (typeof json === 'number' || typeof json === 'bigint') return json;
  return json instanceof JsonFloat ? Math.trunc(json.value) : 0;
}

export function readNumber(json: JsonValue | undefined): number {
  return json instanceof JsonFloat ? json.value : Number(readInteger(json));
}

export function readList(json: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(json) ? json : [];
}

export function readTexts(json: JsonValue | undefined): readonly string[] {
  return readList(json).filter((item) => typeof item === 'string');
}

export function readTags(json: JsonValue | undefined): Tags {
  if (json === undefined || !isJsonObject(json)) return new Map();
  return new Map(Object.entries(json).map(([name, value]) => [name, readText(value)]));
}

export function readCluster(json: JsonValue): ClusterInfo {
  return {
    id: readText(memberOf(json, 'id')),
    nodes: readTexts(memberOf(json, 'nodes')),
    volumes: readTexts(memberOf(json, 'volumes')),
    blockVolumes: readTexts(memberOf(json, 'blockvolumes')),
    file: memberOf(json, 'file') === true,
    block: memberOf(json, 'block') === true,
  };
}

function readBrick(json: JsonValue): BrickInfo {
  return {
    id: readText(memberOf(json, 'id')),
    path: readText(memberOf(json, 'path')),
    device: readText(memberOf(json, 'device')),
    node: readText(memberOf(json, 'node')),
    volume: readText(memberOf(json, 'volume')),
    sizeKib: readInteger(memberOf(json, 'size')),
  };
}

export function readDevice(json: JsonValue): DeviceInfo {
  const storage = memberOf(json, 'storage');
  return {
    id: readText(memberOf(json, 'id')),
    name: readText(memberOf(json, 'name')),
    state: readText(memberOf(json, 'state')),
    tags: readTags(memberOf(json, 'tags')),
    totalKib: readInteger(memberOf(storage, 'total')),
    freeKib: readInteger(memberOf(storage, 'free')),
    usedKib: readInteger(memberOf(storage, 'used')),
    paths: readTexts(memberOf(json, 'paths')),
    pvUuid: readText(memberOf(json, 'pv_uuid')),
    bricks: readList(memberOf(json, 'bricks')).map(readBrick),
  };
}

export function readNode(json: JsonValue): NodeInfo {
  const hostnames = memberOf(json, 'hostnames');
  return {
    id: readText(memberOf(json, 'id')),
    state: readText(memberOf(json, 'state')),
    cluster: readText(memberOf(json, 'cluster')),
    zone: readInteger(memberOf(json, 'zone')),
    manage: readTexts(memberOf(hostnames, 'manage')),
    storage: readTexts(memberOf(hostnames, 'storage')),
    tags: readTags(memberOf(json, 'tags')),
    devices: readList(memberOf(json, 'devices')).map(readDevice),
  };
}

export function readVolume(json: JsonValue): VolumeInfo {
  const durability = memberOf(json, 'durability');
  const disperse = memberOf(durability, 'disperse');
  const snapshot = memberOf(json, 'snapshot');
  const mount = memberOf(memberOf(json, 'mount'), 'glusterfs');
  const blockInfo = memberOf(json, 'blockinfo');
  return {
    id: readText(memberOf(json, 'id')),
    name: readText(memberOf(json, 'name')),
    cluster: readText(memberOf(json, 'cluster')),
    sizeGib: readInteger(memberOf(json, 'size')),
    gid: readInteger(memberOf(json, 'gid')),
    durability: readText(memberOf(durability, 'type')),
    replica: readInteger(memberOf(memberOf(durability, 'replicate'), 'replica')),
    disperseData: readInteger(memberOf(disperse, 'data')),
    redundancy: readInteger(memberOf(disperse, 'redundancy')),
    options: readTexts(memberOf(json, 'glustervolumeoptions')),
    block: memberOf(json, 'block') === true,
    snapshot: memberOf(snapshot, 'enable') === true,
    snapshotFactor: readNumber(memberOf(snapshot, 'factor')),
    mountHosts: readTexts(memberOf(mount, 'hosts')),
    mountDevice: readText(memberOf(mount, 'device')),
    mountOptions: readTags(memberOf(mount, 'options')),
    freeSizeGib: readInteger(memberOf(blockInfo, 'freesize')),
    reservedSizeGib: readInteger(memberOf(blockInfo, 'reservedsize')),
    blockVolumes: readTexts(memberOf(blockInfo, 'blockvolume')),
    restriction: readText(memberOf(blockInfo, 'restriction')),
    bricks: readList(memberOf(json, 'bricks')).map(readBrick),
    clientName: readText(memberOf(json, 'client_name')),
    clonedFrom: readText(memberOf(json, 'cloned_from')),
  };
}

export function readBlockVolume(json: JsonValue): BlockVolumeInfo {
  const block = memberOf(json, 'blockvolume');
  return {
    id: readText(memberOf(json, 'id')),
    name: readText(memberOf(json, 'name')),
    cluster: readText(memberOf(json, 'cluster')),
    sizeGib: readInteger(memberOf(json, 'size')),
    usableSizeGib: readInteger(memberOf(json, 'usablesize')),
    hosts: readTexts(memberOf(block, 'hosts')),
    iqn: readText(memberOf(block, 'iqn')),
    lun: readInteger(memberOf(block, 'lun')),
    hacount: readInteger(memberOf(json, 'hacount')),
    username: readText(memberOf(block, 'username')),
    password: readText(memberOf(block, 'password')),
    hostingVolume: readText(memberOf(json, 'blockhostingvolume')),
  };
}

function readProgress(json: JsonValue | undefined): OperationProgress | null {
  if (json === undefined || !isJsonObject(json)) return null;
  const total = memberOf(json, 'total');
  return {
    done: readInteger(memberOf(json, 'done')),
    total: total === undefined ? null : readInteger(total),
    current: readText(memberOf(json, 'current')),
    failure: readText(memberOf(json, 'failure')),
    isCancelled: memberOf(json, 'cancelled') === true,
    healing: readList(memberOf(json, 'healing')).map((set) => {
      const entries = memberOf(set, 'entries');
      return {
        id: readText(memberOf(set, 'id')),
        volume: readText(memberOf(set, 'volume')),
        entries: entries === undefined ? null : readInteger(entries),
      };
    }),
    refused: readList(memberOf(json, 'refused')).map((part) => ({
      id: readText(memberOf(part, 'id')),
      reason: readText(memberOf(part, 'reason')),
    })),
  };
}

export function readOperation(json: JsonValue): OperationInfo {
  return {
    id: readText(memberOf(json, 'id')),
    type: readText(memberOf(json, 'type_name')),
    status: readText(memberOf(json, 'status')),
    subStatus: readText(memberOf(json, 'sub_status')),
    copiedAt: readText(memberOf(json, 'copied_at')),
    progress: readProgress(memberOf(json, 'progress')),
    changes: readList(memberOf(json, 'changes')).map((change) => ({
      id: readText(memberOf(change, 'id')),
      description: readText(memberOf(change, 'description')),
    })),
  };
}
