import type {
  BlockVolumeEntry,
  BrickEntry,
  ClusterEntry,
  DeviceEntry,
  HeketiDump,
  NodeEntry,
  PendingOperationEntry,
  VolumeEntry,
} from '../../../src/interchange/heketi-dump.js';
import { stringifyJson } from '../../../src/json/stringify-json.js';
import { type BoltEntry, type BoltOptions, writeBolt } from './bolt-writer.js';
import { type GoStruct, type GoValue, writeGob } from './gob-writer.js';
import * as types from './heketi-types.js';

/** A dump as the original's own database file, indexes included. */
export function heketiDatabase(dump: HeketiDump, options?: BoltOptions): Buffer {
  const nodes = Object.entries(dump.nodeentries);
  const indexes = nodes.flatMap(([id, { Info }]): BoltEntry[] => [
    ...(Info.hostnames.manage ?? []).map((name): BoltEntry => [`MANAGE${name}`, Buffer.from(id)]),
    ...(Info.hostnames.storage ?? []).map((name): BoltEntry => [`STORAGE${name}`, Buffer.from(id)]),
  ]);
  const buckets = {
    CLUSTER: entriesOf(dump.clusterentries, types.clusterEntry, cluster),
    NODE: [...entriesOf(dump.nodeentries, types.nodeEntry, node), ...indexes],
    DEVICE: entriesOf(dump.deviceentries, types.deviceEntry, device),
    BRICK: entriesOf(dump.brickentries, types.brickEntry, brick),
    VOLUME: entriesOf(dump.volumeentries, types.volumeEntry, volume),
    BLOCKVOLUME: entriesOf(dump.blockvolumeentries, types.blockVolumeEntry, blockVolume),
    DBATTRIBUTE: entriesOf(dump.dbattributeentries, types.attributeEntry, (entry) => ({ ...entry })),
    PENDING_OPERATIONS: entriesOf(dump.pendingoperations, types.operationEntry, operation),
  };
  return writeBolt(buckets, options);
}

function entriesOf<T>(
  entries: Readonly<Record<string, T>>,
  type: GoStruct,
  toGo: (entry: T) => GoValue,
): readonly BoltEntry[] {
  return Object.entries(entries).map(([id, entry]) => [id, writeGob(type, toGo(entry))]);
}

function cluster({ Info: { id, nodes, volumes, block, file, blockvolumes } }: ClusterEntry): GoValue {
  const flags = { Block: block, File: file };
  return { Info: { Id: id, Nodes: nodes, Volumes: volumes, ClusterFlags: flags, BlockVolumes: blockvolumes } };
}

function node({ State, Info, Devices }: NodeEntry): GoValue {
  const hostnames = { Manage: Info.hostnames.manage, Storage: Info.hostnames.storage };
  const request = { Zone: Info.zone, Hostnames: hostnames, ClusterId: Info.cluster, Tags: Info.tags };
  return { Entry: { State }, Info: { NodeAddRequest: request, Id: Info.id }, Devices };
}

function device({ State, Info, Bricks, NodeId, ExtentSize }: DeviceEntry): GoValue {
  const { total, free, used } = Info.storage;
  return {
    Entry: { State },
    Info: {
      Device: { Name: Info.name, Tags: Info.tags },
      Storage: { Total: total, Free: free, Used: used },
      Id: Info.id,
      Paths: Info.paths,
      PvUUID: Info.pv_uuid,
    },
    Bricks,
    NodeId,
    ExtentSize,
  };
}

function brick({ Info, ...rest }: BrickEntry): GoValue {
  const { id, path, device: deviceId, node: nodeId, volume: volumeId, size } = Info;
  return { ...rest, Info: { Id: id, Path: path, DeviceId: deviceId, NodeId: nodeId, VolumeId: volumeId, Size: size } };
}

function volume({ Info, ...rest }: VolumeEntry): GoValue {
  const { durability, snapshot, mount, blockinfo } = Info;
  const request = {
    Size: Info.size,
    Clusters: Info.clusters,
    Name: Info.name,
    Durability: {
      Type: durability.type,
      Replicate: { Replica: durability.replicate.replica },
      Disperse: { Data: durability.disperse.data, Redundancy: durability.disperse.redundancy },
    },
    Gid: Info.gid,
    Block: Info.block,
    Snapshot: { Enable: snapshot.enable, Factor: Math.fround(Number(stringifyJson(snapshot.factor))) },
  };
  return {
    ...rest,
    Durability: {
      name: '*glusterfs.VolumeReplicaDurability',
      type: types.replicaDurability,
      value: { ReplicaDurability: { Replica: durability.replicate.replica } },
    },
    Info: {
      VolumeCreateRequest: request,
      Id: Info.id,
      Cluster: Info.cluster,
      Mount: {
        GlusterFS: {
          Hosts: mount.glusterfs.hosts,
          MountPoint: mount.glusterfs.device,
          Options: mount.glusterfs.options,
        },
      },
      BlockInfo: {
        FreeSize: blockinfo.freesize,
        ReservedSize: blockinfo.reservedsize,
        BlockVolumes: blockinfo.blockvolume,
        Restriction: blockinfo.restriction,
      },
    },
  };
}

function blockVolume({ Info, Pending }: BlockVolumeEntry): GoValue {
  const { hosts, iqn, lun, username, password } = Info.blockvolume;
  return {
    Info: {
      BlockVolumeCreateRequest: {
        Size: Info.size,
        Clusters: Info.clusters,
        Name: Info.name,
        Hacount: Info.hacount,
        Auth: Info.auth,
      },
      Id: Info.id,
      BlockVolume: { Hosts: hosts, Iqn: iqn, Lun: lun, Username: username, Password: password },
      Cluster: Info.cluster,
      BlockHostingVolume: Info.blockhostingvolume,
      UsableSize: Info.usablesize,
    },
    Pending,
  };
}

function operation({ Id, Timestamp, Type, Actions, Status }: PendingOperationEntry): GoValue {
  const actions = Actions.map(({ Change, Id: changed, Delta }) => ({
    Change,
    Id: changed,
    Delta: Delta === null ? null : { name: 'int', type: 'int', value: Delta },
  }));
  return { PendingOperation: { PendingItem: { Id }, Timestamp, Type, Actions: actions }, Status };
}
