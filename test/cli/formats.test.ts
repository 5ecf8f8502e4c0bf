import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { formatClusterInfo, formatClusterRow } from '../../src/cli/output/cluster.js';
import { formatDeviceInfo, formatNodeInfo } from '../../src/cli/output/node.js';
import { formatOperation, formatOperationCounts, formatOperationRow } from '../../src/cli/output/operations.js';
import { formatPersistentVolume, formatQuantity } from '../../src/cli/output/persistent-volume.js';
import { formatTopology, type IncomingCluster } from '../../src/cli/output/topology.js';
import { drawTopology } from '../../src/cli/output/topology-drawing.js';
import {
  formatBlockVolumeInfo,
  formatBlockVolumeRow,
  formatEndpointPatch,
  formatVolumeInfo,
  formatVolumeRow,
} from '../../src/cli/output/volume.js';
import { formatVolumeTable } from '../../src/cli/output/volume-table.js';
import {
  readBlockVolume,
  readCluster,
  readDevice,
  readNode,
  readOperation,
  readVolume,
} from '../../src/client/wire.js';
import type { JsonValue } from '../../src/json/json-value.js';
import {
  BRICK_ID,
  blockVolume,
  brick,
  CLUSTER_ID,
  cluster,
  DEVICE_ID,
  device,
  NODE_ID,
  node,
  VOLUME_ID,
  volume,
} from './support/samples.js';

const volumeOf = (changes: { readonly [member: string]: JsonValue }) => readVolume({ ...volume, ...changes });

describe('clusters', () => {
  it.each([
    [true, true, '[file][block]'],
    [true, false, '[file]'],
    [false, true, '[block]'],
    [false, false, '[]'],
  ])('show file %s and block %s as %s', (file, block, flags) => {
    expect(formatClusterRow(readCluster({ ...cluster, file, block }))).toBe(`Id:${CLUSTER_ID} ${flags}\n`);
  });

  it('without nodes and volumes leave an empty line for each list', () => {
    expect(formatClusterInfo(readCluster({ ...cluster, nodes: [], volumes: [] }))).toBe(
      `Cluster id: ${CLUSTER_ID}\nNodes:\n\nVolumes:\n\nBlock: true\n\nFile: true\n`,
    );
  });

  it('show one id per line', () => {
    expect(formatClusterInfo(readCluster({ ...cluster, nodes: ['a', 'b'] }))).toContain(
      `Nodes:\na\nb\nVolumes:\n${VOLUME_ID}\nBlock`,
    );
  });
});

describe('nodes and devices', () => {
  it('stand in padded columns, trailing blanks included', () => {
    expect(formatNodeInfo(readNode({ ...node, tags: { rack: 'r2' } }))).toBe(
      [
        `Node Id: ${NODE_ID}`,
        'State: online',
        `Cluster Id: ${CLUSTER_ID}`,
        'Zone: 2',
        'Management Hostname: n2',
        'Storage Hostname: 10.0.0.2',
        'Tags:',
        '  rack: r2',
        'Devices:',
        `Id:${DEVICE_ID}   Name:/dev/sdb            State:online    Size (GiB):500     Used (GiB):12      Free (GiB):488     Bricks:1       `,
        '',
      ].join('\n'),
    );
  });

  it('call the state failed removed', () => {
    const failed = { ...device, state: 'failed' };
    expect(formatNodeInfo(readNode({ ...node, state: 'failed', devices: [failed] }))).toMatch(
      /State: removed\n[\s\S]*State:removed /,
    );
    expect(formatDeviceInfo(readDevice(failed))).toContain('State: removed\n');
  });

  it('show what is known of a device', () => {
    const known = { ...device, paths: ['/dev/sdb', '/dev/disk/by-id/x'], pv_uuid: 'Zy1', tags: { tier: 'ssd' } };
    expect(formatDeviceInfo(readDevice(known))).toBe(
      [
        `Device Id: ${DEVICE_ID}`,
        'State: online',
        'Size (GiB): 500',
        'Used (GiB): 12',
        'Free (GiB): 488',
        'Create Path: /dev/sdb',
        'Physical Volume UUID: Zy1',
        'Known Paths: /dev/sdb /dev/disk/by-id/x',
        'Tags:',
        '  tier: ssd',
        'Bricks:',
        `Id:${BRICK_ID}   Size (GiB):100     Path: ${brick.path}`,
        '',
      ].join('\n'),
    );
  });

  it('keep sizes beyond 2^53 exact', () => {
    const storage = { total: 18_446_744_073_709_551_615n, free: 0, used: 9_007_199_254_740_993n };
    const text = formatDeviceInfo(readDevice({ ...device, storage }));
    expect(text).toContain('Size (GiB): 17592186044415\nUsed (GiB): 8589934592\n');
  });

  it('round GiB down', () => {
    const storage = { total: 209_711_104, free: 1_048_575, used: 0 };
    expect(formatDeviceInfo(readDevice({ ...device, storage }))).toContain(
      'Size (GiB): 199\nUsed (GiB): 0\nFree (GiB): 0\n',
    );
  });
});

describe('volumes', () => {
  const head = [
    'Name: v1',
    'Size: 100',
    `Volume Id: ${VOLUME_ID}`,
    `Cluster Id: ${CLUSTER_ID}`,
    'Mount: 10.0.0.2:v1',
    'Mount Options: backup-volfile-servers=10.0.0.1,10.0.0.3',
  ];

  it('end after the replica count', () => {
    expect(formatVolumeInfo(readVolume(volume))).toBe(
      [
        ...head,
        'Block: false',
        'Free Size: 0',
        'Reserved Size: 0',
        'Block Hosting Restriction: (none)',
        'Block Volumes: []',
        'Durability Type: replicate',
        'Distribute Count: 1',
        'Replica Count: 3',
        '',
      ].join('\n'),
    );
  });

  it('with snapshots end with the factor and an empty line', () => {
    expect(formatVolumeInfo(volumeOf({ snapshot: { enable: true, factor: 1.25 } }))).toMatch(
      /Replica Count: 3\nSnapshot Factor: 1\.25\n\n$/,
    );
  });

  it('of disperse durability show both counts, and those without durability none', () => {
    const durability = { type: 'disperse', replicate: {}, disperse: { data: 2, redundancy: 1 } };
    expect(formatVolumeInfo(volumeOf({ durability }))).toMatch(
      /Distribute Count: 1\nDisperse Data Count: 2\nDisperse Redundancy Count: 1\n$/,
    );
    expect(formatVolumeInfo(volumeOf({ durability: { type: 'none' } }))).toMatch(
      /Durability Type: none\nDistribute Count: 3\n$/,
    );
    expect(formatVolumeInfo(volumeOf({ durability: { type: 'replicate' } }))).toContain('Distribute Count: 0\n');
  });

  it.each([
    [undefined, '(none)'],
    ['locked', 'locked'],
    ['locked-by-update', 'locked-by-update'],
    ['sealed', 'unknown'],
  ])('with restriction %s show %s', (restriction, shown) => {
    const blockinfo = {
      freesize: 48,
      reservedsize: 2,
      blockvolume: ['a', 'b'],
      ...(restriction ? { restriction } : {}),
    };
    expect(formatVolumeInfo(volumeOf({ block: true, blockinfo }))).toContain(
      `Block: true\nFree Size: 48\nReserved Size: 2\nBlock Hosting Restriction: ${shown}\nBlock Volumes: [a b]\n`,
    );
  });

  it('set mount options one after the other, sorted by key', () => {
    const mount = { glusterfs: { hosts: [], device: 'h:v', options: { z: '1', a: '2' } } };
    expect(formatVolumeInfo(volumeOf({ mount }))).toContain('Mount Options: a=2z=1\n');
  });

  it('are listed in one line each', () => {
    expect(formatVolumeRow(readVolume(volume))).toBe(`Id:${VOLUME_ID}    Cluster:${CLUSTER_ID}    Name:v1\n`);
    expect(formatVolumeRow(volumeOf({ block: true }))).toMatch(/Name:v1 \[block\]\n$/);
  });

  it('make a table, sorted by name', () => {
    expect(formatVolumeTable([readVolume(volume), volumeOf({ name: 'a-long-name' })], { isWide: false })).toBe(
      `NAME         ID                                SIZE     DURABILITY   BRICKS\na-long-name  ${VOLUME_ID}  100 GiB  replicate 3  3\nv1           ${VOLUME_ID}  100 GiB  replicate 3  3\n`,
    );
    expect(formatVolumeTable([readVolume(volume)], { isWide: true })).toContain('10.0.0.2:v1');
  });

  it('give Kubernetes endpoints one subset per host', () => {
    const mount = { glusterfs: { hosts: ['10.1.1.1', '10.1.1.2'], device: '', options: {} } };
    expect(formatEndpointPatch(volumeOf({ mount }))).toBe(
      '{"subsets": [{"addresses":[{"ip":"10.1.1.1"}],"ports":[{"port":1}]},{"addresses":[{"ip":"10.1.1.2"}],"ports":[{"port":1}]}]}',
    );
  });

  it('become a PersistentVolume', () => {
    expect(formatPersistentVolume(volumeOf({ gid: 2001 }), 'ep')).toBe(`{
  "kind": "PersistentVolume",
  "apiVersion": "v1",
  "metadata": {
    "name": "glusterfs-ffffffff",
    "creationTimestamp": null,
    "annotations": {
      "pv.beta.kubernetes.io/gid": "2001"
    }
  },
  "spec": {
    "capacity": {
      "storage": "100Gi"
    },
    "glusterfs": {
      "endpoints": "ep",
      "path": "v1"
    },
    "accessModes": [
      "ReadWriteMany"
    ],
    "persistentVolumeReclaimPolicy": "Retain"
  },
  "status": {}
}`);
    expect(formatPersistentVolume(readVolume(volume), '')).toContain('"endpoints": "TYPE ENDPOINT HERE"');
  });

  it.each([
    [200, '200Gi'],
    [1024, '1Ti'],
    [1536, '1536Gi'],
    [2_097_152, '2Pi'],
  ])('of %i GiB have the Kubernetes quantity %s', (size, quantity) => {
    expect(formatQuantity(size)).toBe(quantity);
  });
});

it('block volumes show every property, also the empty ones', () => {
  expect(formatBlockVolumeInfo(readBlockVolume(blockVolume))).toBe(
    `Name: blk\nSize: 5\nUsableSize: 5\nVolume Id: ${blockVolume.id}\nCluster Id: ${CLUSTER_ID}\nHosts: [10.0.0.1 10.0.0.2]\nIQN: iqn.2016:x\nLUN: 0\nHacount: 2\nUsername: \nPassword: \nBlock Hosting Volume: ${VOLUME_ID}\n`,
  );
  expect(formatBlockVolumeRow(readBlockVolume(blockVolume))).toBe(
    `Id:${blockVolume.id}    Cluster:${CLUSTER_ID}    Name:blk\n`,
  );
});

async function textOf(clusters: readonly IncomingCluster[]): Promise<string> {
  let text = '';
  for await (const piece of formatTopology(Readable.from(clusters))) text += piece;
  return text;
}

describe('the topology', () => {
  const layout = (changes: { volumes?: JsonValue[]; nodes?: JsonValue[] } = {}) =>
    textOf([
      { cluster, volumes: Readable.from(changes.volumes ?? [volume]), nodes: Readable.from(changes.nodes ?? [node]) },
    ]);

  it('of an empty server is one empty line', async () => {
    expect(await textOf([])).toBe('\n');
  });

  it('has its indents and empty lines where scripts expect them', async () => {
    const tagged = { ...node, tags: { row: '2', rack: 'r2' }, devices: [{ ...device, tags: { b: '1', a: '2' } }] };
    expect(await layout({ volumes: [{ ...volume, bricks: [brick] }], nodes: [tagged] })).toBe(`
Cluster Id: ${CLUSTER_ID}

    File:  true
    Block: true

    Volumes:

\tName: v1
\tSize: 100
\tId: ${VOLUME_ID}
\tCluster Id: ${CLUSTER_ID}
\tMount: 10.0.0.2:v1
\tMount Options: backup-volfile-servers=10.0.0.1,10.0.0.3
\tDurability Type: replicate
\tReplica: 3
\tSnapshot: Disabled

\t\tBricks:
\t\t\tId: ${BRICK_ID}
\t\t\tPath: ${brick.path}
\t\t\tSize (GiB): 100
\t\t\tNode: ${NODE_ID}
\t\t\tDevice: ${DEVICE_ID}



    Nodes:

\tNode Id: ${NODE_ID}
\tState: online
\tCluster Id: ${CLUSTER_ID}
\tZone: 2
\tManagement Hostnames: n2
\tStorage Hostnames: 10.0.0.2
\tTags: rack:r2 row:2

\tDevices:
\t\tId:${DEVICE_ID}   State:online    Size (GiB):500     Used (GiB):12      Free (GiB):488     
\t\t\tTags: a:2 b:1

\t\t\tKnown Paths: /dev/sdb

\t\t\tBricks:
\t\t\t\tId:${BRICK_ID}   Size (GiB):100     Path: ${brick.path}

`);
  });

  it('without volumes has two empty lines behind the heading, between volumes two', async () => {
    expect(await layout({ volumes: [] })).toContain('    Volumes:\n\n\n    Nodes:\n\n');
    expect(await layout({ volumes: [volume, volume] })).toContain(`\t\t\tDevice: ${DEVICE_ID}\n\n\n\tName: v1\n`);
  });

  it('says which durability and snapshots a volume has', async () => {
    const disperse = { type: 'disperse', disperse: { data: 4, redundancy: 2 } };
    expect(await layout({ volumes: [{ ...volume, durability: disperse }] })).toContain(
      '\tDurability Type: disperse\n\tDisperse Data: 4\n\tDisperse Redundancy: 2\n\tSnapshot: Disabled\n',
    );
    expect(
      await layout({ volumes: [{ ...volume, durability: { type: 'none' }, snapshot: { enable: true, factor: 1.5 } }] }),
    ).toContain('\tDurability Type: none\n\tSnapshot: Enabled\n\tSnapshot Factor: 1.50\n');
  });
});

it('the drawing of the topology sorts zones, nodes and devices by name, numbers by value', () => {
  const nodeNamed = (name: string, zone: number) =>
    readNode({ ...node, zone, hostnames: { manage: [name], storage: ['s'] }, devices: [] });
  const devices = ['/dev/sdc', '/dev/sdb'].map((name) => ({ ...device, name }));
  const nodes = [nodeNamed('n10', 10), nodeNamed('n9', 2), nodeNamed('n10a', 2), readNode({ ...node, devices })];
  const text = drawTopology([{ cluster: readCluster(cluster), volumes: [], nodes }], {
    columns: 80,
    isColourful: false,
    holdings: new Map(),
  });
  const order = text.match(/Zone \d+|n\d+\w*(?= \()|\/dev\/\w+/g);
  expect(order).toEqual(['Zone 2', 'n2', '/dev/sdb', '/dev/sdc', 'n9', 'n10a', 'Zone 10', 'n10']);
});

describe('operations', () => {
  const operation = {
    id: 'o1',
    type_name: 'clone-volume',
    status: 'stale',
    sub_status: '',
    changes: [{ id: 'v', description: 'Clone volume from' }],
  };

  it('are counted', () => {
    expect(formatOperationCounts({ total: 3, in_flight: 1, stale: 2, failed: 0, new: 1 })).toBe(
      'Operation Counts:\n  Total: 3\n  In-Flight: 1\n  New: 1\n  Failed: 0\n  Stale: 2\n',
    );
  });

  it('are described, with a blank behind the status', () => {
    expect(formatOperation(readOperation(operation))).toBe(
      '\nId: o1\nType: clone-volume\nStatus: stale \nChanges:\n    Clone volume from: v\n',
    );
  });

  it('are listed; no status means new', () => {
    expect(formatOperationRow(readOperation({ ...operation, status: '', sub_status: 'in-flight' }))).toBe(
      'Id:o1  Type:clone-volume  Status:New in-flight\n',
    );
    expect(formatOperationRow(readOperation(operation))).toBe('Id:o1  Type:clone-volume  Status:stale \n');
  });
});

it('absent members of an answer are zero values', () => {
  expect(() => formatVolumeInfo(readVolume({}))).not.toThrow();
  expect(formatNodeInfo(readNode({ id: 'x' }))).toContain('Management Hostname: \n');
  expect(readVolume({ size: 'ten', bricks: null }).sizeGib).toBe(0);
});
