import type { GoStruct, GoType } from './gob-writer.js';

/* The structs of the original's newest version, as its files define them. */

const struct = (name: string, fields: Readonly<Record<string, GoType>>): GoStruct => ({ struct: name, fields });
const texts: GoType = { list: 'string' };
const textMap: GoType = { map: ['string', 'string'] };
const entry = struct('Entry', { State: 'string' });
const pending = struct('PendingItem', { Id: 'string' });

export const clusterEntry = struct('ClusterEntry', {
  Info: struct('ClusterInfoResponse', {
    Id: 'string',
    Nodes: texts,
    Volumes: texts,
    ClusterFlags: struct('ClusterFlags', { Block: 'bool', File: 'bool' }),
    BlockVolumes: texts,
  }),
});

export const nodeEntry = struct('NodeEntry', {
  Entry: entry,
  Info: struct('NodeInfo', {
    NodeAddRequest: struct('NodeAddRequest', {
      Zone: 'int',
      Hostnames: struct('HostAddresses', { Manage: texts, Storage: texts }),
      ClusterId: 'string',
      Tags: textMap,
    }),
    Id: 'string',
  }),
  Devices: texts,
});

export const deviceEntry = struct('DeviceEntry', {
  Entry: entry,
  Info: struct('DeviceInfo', {
    Device: struct('Device', { Name: 'string', Tags: textMap }),
    Storage: struct('StorageSize', { Total: 'uint', Free: 'uint', Used: 'uint' }),
    Id: 'string',
    Paths: texts,
    PvUUID: 'string',
  }),
  Bricks: texts,
  NodeId: 'string',
  ExtentSize: 'uint',
});

export const brickEntry = struct('BrickEntry', {
  Info: struct('BrickInfo', {
    Id: 'string',
    Path: 'string',
    DeviceId: 'string',
    NodeId: 'string',
    VolumeId: 'string',
    Size: 'uint',
  }),
  TpSize: 'uint',
  PoolMetadataSize: 'uint',
  Pending: pending,
  LvmThinPool: 'string',
  LvmLv: 'string',
  SubType: 'int',
});

export const volumeEntry = struct('VolumeEntry', {
  Info: struct('VolumeInfo', {
    VolumeCreateRequest: struct('VolumeCreateRequest', {
      Size: 'int',
      Clusters: texts,
      Name: 'string',
      Durability: struct('VolumeDurabilityInfo', {
        Type: 'string',
        Replicate: struct('ReplicaDurability', { Replica: 'int' }),
        Disperse: struct('DisperseDurability', { Data: 'int', Redundancy: 'int' }),
      }),
      Gid: 'int',
      GlusterVolumeOptions: texts,
      Block: 'bool',
      Snapshot: struct('', { Enable: 'bool', Factor: 'float' }),
    }),
    Id: 'string',
    Cluster: 'string',
    Mount: struct('', { GlusterFS: struct('', { Hosts: texts, MountPoint: 'string', Options: textMap }) }),
    BlockInfo: struct('', { FreeSize: 'int', ReservedSize: 'int', BlockVolumes: texts, Restriction: 'string' }),
  }),
  Bricks: texts,
  Durability: 'interface',
  GlusterVolumeOptions: texts,
  Pending: pending,
});

export const replicaDurability = struct('VolumeReplicaDurability', {
  ReplicaDurability: struct('ReplicaDurability', { Replica: 'int' }),
});

export const blockVolumeEntry = struct('BlockVolumeEntry', {
  Info: struct('BlockVolumeInfo', {
    BlockVolumeCreateRequest: struct('BlockVolumeCreateRequest', {
      Size: 'int',
      Clusters: texts,
      Name: 'string',
      Hacount: 'int',
      Auth: 'bool',
    }),
    Id: 'string',
    BlockVolume: struct('', { Hosts: texts, Iqn: 'string', Lun: 'int', Username: 'string', Password: 'string' }),
    Cluster: 'string',
    BlockHostingVolume: 'string',
    UsableSize: 'int',
  }),
  Pending: pending,
});

export const attributeEntry = struct('DbAttributeEntry', { Key: 'string', Value: 'string' });

export const operationEntry = struct('PendingOperationEntry', {
  PendingOperation: struct('PendingOperation', {
    PendingItem: pending,
    Timestamp: 'int',
    Type: 'int',
    Actions: { list: struct('PendingOperationAction', { Change: 'int', Id: 'string', Delta: 'interface' }) },
  }),
  Status: 'string',
});
