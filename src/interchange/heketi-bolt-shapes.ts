import {
  anyNumber,
  flag,
  float,
  integer,
  list,
  type Shape,
  type StructShape,
  struct,
  text,
  textMap,
} from '../gob/shape.js';

/* What the original stores of each kind, by its names in Go, and what each is called in an export. */

const texts = list(text);
const state: readonly [null, Shape] = [null, struct({ State: text })];
const pending = struct({ Id: text });

export const clusterShape = struct({
  Info: struct({
    Id: ['id', text],
    Nodes: ['nodes', texts],
    Volumes: ['volumes', texts],
    ClusterFlags: [null, struct({ Block: ['block', flag], File: ['file', flag] })],
    BlockVolumes: ['blockvolumes', texts],
  }),
});

export const nodeShape = struct({
  Entry: state,
  Info: struct({
    NodeAddRequest: [
      null,
      struct({
        Zone: ['zone', integer],
        Hostnames: ['hostnames', struct({ Manage: ['manage', texts], Storage: ['storage', texts] })],
        ClusterId: ['cluster', text],
        Tags: ['tags', textMap],
      }),
    ],
    Id: ['id', text],
  }),
  Devices: texts,
});

export const deviceShape = struct({
  Entry: state,
  Info: struct({
    Device: [null, struct({ Name: ['name', text], Tags: ['tags', textMap] })],
    Storage: ['storage', struct({ Total: ['total', integer], Free: ['free', integer], Used: ['used', integer] })],
    Id: ['id', text],
    Paths: ['paths', texts],
    PvUUID: ['pv_uuid', text],
  }),
  Bricks: texts,
  NodeId: text,
  ExtentSize: integer,
});

export const brickShape = struct({
  Info: struct({
    Id: ['id', text],
    Path: ['path', text],
    DeviceId: ['device', text],
    NodeId: ['node', text],
    VolumeId: ['volume', text],
    Size: ['size', integer],
  }),
  TpSize: integer,
  PoolMetadataSize: integer,
  Pending: pending,
  LvmThinPool: text,
  LvmLv: text,
  SubType: integer,
});

const durability = struct({
  Type: ['type', text],
  Replicate: ['replicate', struct({ Replica: ['replica', integer] })],
  Disperse: ['disperse', struct({ Data: ['data', integer], Redundancy: ['redundancy', integer] })],
});

const volumeRequest = struct({
  Size: ['size', integer],
  Clusters: ['clusters', texts],
  Name: ['name', text],
  Durability: ['durability', durability],
  Gid: ['gid', integer],
  Block: ['block', flag],
  Snapshot: ['snapshot', struct({ Enable: ['enable', flag], Factor: ['factor', float] })],
});

const mount = struct({
  GlusterFS: [
    'glusterfs',
    struct({ Hosts: ['hosts', texts], MountPoint: ['device', text], Options: ['options', textMap] }),
  ],
});

/** The volume's `Durability` of its own only repeats what `Info` says. */
export const volumeShape = struct({
  Info: struct({
    VolumeCreateRequest: [null, volumeRequest],
    Id: ['id', text],
    Cluster: ['cluster', text],
    Mount: ['mount', mount],
    BlockInfo: [
      'blockinfo',
      struct({
        FreeSize: ['freesize', integer],
        ReservedSize: ['reservedsize', integer],
        BlockVolumes: ['blockvolume', texts],
        Restriction: ['restriction', text],
      }),
    ],
  }),
  Bricks: texts,
  GlusterVolumeOptions: texts,
  Pending: pending,
});

export const blockVolumeShape = struct({
  Info: struct({
    BlockVolumeCreateRequest: [
      null,
      struct({
        Size: ['size', integer],
        Clusters: ['clusters', texts],
        Name: ['name', text],
        Hacount: ['hacount', integer],
        Auth: ['auth', flag],
      }),
    ],
    Id: ['id', text],
    BlockVolume: [
      'blockvolume',
      struct({
        Hosts: ['hosts', texts],
        Iqn: ['iqn', text],
        Lun: ['lun', integer],
        Username: ['username', text],
        Password: ['password', text],
      }),
    ],
    Cluster: ['cluster', text],
    BlockHostingVolume: ['blockhostingvolume', text],
    UsableSize: ['usablesize', integer],
  }),
  Pending: pending,
});

export const attributeShape = struct({ Key: text, Value: text });

export const operationShape: StructShape = struct({
  PendingOperation: [
    null,
    struct({
      PendingItem: [null, struct({ Id: text })],
      Timestamp: integer,
      Type: integer,
      Actions: list(struct({ Change: integer, Id: text, Delta: anyNumber })),
    }),
  ],
  Status: text,
});
