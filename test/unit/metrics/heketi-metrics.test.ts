import { describe, expect, it } from 'vitest';
import type { BlockVolume } from '../../../src/domain/block-volume.js';
import type { Cluster } from '../../../src/domain/cluster.js';
import type { Device } from '../../../src/domain/device.js';
import type { Id } from '../../../src/domain/ids.js';
import type { Node } from '../../../src/domain/node.js';
import { createMetrics } from '../../../src/metrics/registry.js';
import type { Store, Tx } from '../../../src/store/store.js';
import { exposed, NO_USAGE } from '../../support/exposed.js';

interface Pool {
  clusters?: Cluster[];
  nodes?: Node[];
  devices?: Device[];
  bricks?: Map<Id, number>;
  volumes?: Map<Id, Id[]>;
  blockVolumes?: Map<Id, BlockVolume['id'][]>;
  operations?: { total: number; new: number; stale: number; failed: number };
}

/** Only what metrics read; anything else they would touch is missing and fails the test. */
function storeWith(pool: () => Pool): Store {
  const read = async <T>(work: (tx: Tx) => Promise<T>): Promise<T> => {
    const now = pool();
    const tx = {
      clusters: { list: async () => now.clusters ?? [] },
      nodes: { listByCluster: async (id: Id) => nodesOf(now, id) },
      devices: {
        listByNodeOfCluster: async (id: Id) =>
          nodesOf(now, id).map((node) => ({
            nodeId: node.id,
            devices: (now.devices ?? []).filter(({ nodeId }) => nodeId === node.id),
            largestPoolMetadata: null,
          })),
      },
      bricks: { countByDevice: async () => now.bricks ?? new Map() },
      volumes: { listVisibleIdsByCluster: async (id: Id) => now.volumes?.get(id) ?? [] },
      blockVolumes: { listVisibleIdsByCluster: async (id: Id) => now.blockVolumes?.get(id) ?? [] },
      operations: { counts: async () => now.operations ?? { total: 0, new: 0, stale: 0, failed: 0 } },
    };
    return work(tx as unknown as Tx);
  };
  return { read } as unknown as Store;
}

const nodesOf = ({ nodes }: Pool, id: Id): Node[] => (nodes ?? []).filter(({ clusterId }) => clusterId === id);

async function heketiLines(store: Store, inFlight = 0): Promise<string[]> {
  const body = await exposed(createMetrics(), {
    store,
    inFlight: () => inFlight,
    nodeStates: () => new Map(),
    thinPools: () => new Map(),
    deviceConditions: () => new Map(),
    usage: NO_USAGE,
    droppedLogLines: () => 0,
  });
  return body
    .split('\n')
    .filter((line) => line.startsWith('# TYPE heketi_') || line.startsWith('heketi_'))
    .sort();
}

const cluster = (id: Id): Cluster => ({ id, allowsBlock: true, allowsFile: true });

const node = (id: Id, clusterId: Id): Node => ({
  id,
  clusterId,
  zone: 1,
  state: 'online',
  manageNames: [`${id}.manage`, 'second'],
  storageNames: [`${id}.storage`],
  tags: {},
});

const device = (id: Id, nodeId: Id, more: Partial<Device> = {}): Device => ({
  id,
  nodeId,
  name: '/dev/sdb',
  state: 'online',
  totalKib: 524288000,
  freeKib: 418906112,
  usedKib: 105381888,
  extentKib: 4096,
  spareMetadataKib: 0,
  tags: {},
  paths: [],
  pvUuid: '',
  ...more,
});

describe("Heketi's metrics", () => {
  it('of an empty server are those without labels', async () => {
    expect(await heketiLines(storeWith(() => ({})))).toEqual([
      '# TYPE heketi_cluster_count gauge',
      '# TYPE heketi_operations_failed_count gauge',
      '# TYPE heketi_operations_inFlight_count gauge',
      '# TYPE heketi_operations_new_count gauge',
      '# TYPE heketi_operations_stale_count gauge',
      '# TYPE heketi_operations_total_count gauge',
      '# TYPE heketi_up gauge',
      'heketi_cluster_count 0',
      'heketi_operations_failed_count 0',
      'heketi_operations_inFlight_count 0',
      'heketi_operations_new_count 0',
      'heketi_operations_stale_count 0',
      'heketi_operations_total_count 0',
      'heketi_up 1',
    ]);
  });

  it('tell of clusters, nodes, devices and operations', async () => {
    const lines = await heketiLines(
      storeWith(() => ({
        clusters: [cluster('c1'), cluster('c2')],
        nodes: [node('n1', 'c1'), node('n2', 'c1')],
        devices: [device('d1', 'n1', { pvUuid: 'uuid-1' })],
        bricks: new Map([['d1', 2]]),
        volumes: new Map([['c1', ['v1', 'v2']]]),
        blockVolumes: new Map([['c1', ['b1']]]),
        operations: { total: 6, new: 1, stale: 2, failed: 3 },
      })),
      4,
    );
    const d1 =
      'cluster="c1",hostname="n1.manage",storage_hostname="n1.storage",id="d1",device="/dev/sdb",pv_uuid="uuid-1"';
    expect(lines.filter((line) => !line.startsWith('#'))).toEqual(
      [
        'heketi_up 1',
        'heketi_cluster_count 2',
        'heketi_nodes_count{cluster="c1"} 2',
        'heketi_nodes_count{cluster="c2"} 0',
        'heketi_volumes_count{cluster="c1"} 2',
        'heketi_volumes_count{cluster="c2"} 0',
        'heketi_block_volumes_count{cluster="c1"} 1',
        'heketi_block_volumes_count{cluster="c2"} 0',
        'heketi_device_count{cluster="c1",hostname="n1.manage",storage_hostname="n1.storage"} 1',
        'heketi_device_count{cluster="c1",hostname="n2.manage",storage_hostname="n2.storage"} 0',
        `heketi_device_size{${d1}} 524288000`,
        `heketi_device_free{${d1}} 418906112`,
        `heketi_device_used{${d1}} 105381888`,
        `heketi_device_size_bytes{${d1}} 536870912000`,
        `heketi_device_free_bytes{${d1}} 428959858688`,
        `heketi_device_used_bytes{${d1}} 107911053312`,
        `heketi_device_brick_count{${d1}} 2`,
        'heketi_operations_total_count 6',
        'heketi_operations_new_count 1',
        'heketi_operations_stale_count 2',
        'heketi_operations_failed_count 3',
        'heketi_operations_inFlight_count 4',
      ].sort(),
    );
    expect(lines.filter((line) => line.startsWith('#'))).toHaveLength(18);
  });

  it('forget a device that is gone', async () => {
    const pool: Pool = { clusters: [cluster('c1')], nodes: [node('n1', 'c1')], devices: [device('d1', 'n1')] };
    const metrics = createMetrics();
    const sources = {
      store: storeWith(() => pool),
      inFlight: () => 0,
      nodeStates: () => new Map(),
      thinPools: () => new Map(),
      deviceConditions: () => new Map(),
      usage: NO_USAGE,
      droppedLogLines: () => 0,
    };
    expect(await exposed(metrics, sources)).toContain('id="d1"');
    pool.devices = [];
    const body = await exposed(metrics, sources);
    expect(body).not.toContain('id="d1"');
    expect(body).not.toContain('heketi_device_size');
  });

  it('leave out what an imported database holds outside of any cluster', async () => {
    const lines = await heketiLines(
      storeWith(() => ({
        clusters: [cluster('c1')],
        nodes: [node('n9', 'gone')],
        devices: [device('d8', 'gone'), device('d9', 'n9')],
      })),
    );
    expect(lines.join()).not.toMatch(/n9|d8|d9/);
    expect(lines).toContain('heketi_cluster_count 1');
  });

  it('show counters beyond 2^53 as the nearest double', async () => {
    const odd = device('d1', 'n1', { freeKib: Number.MAX_SAFE_INTEGER, exact: { freeKib: 2n ** 64n - 4096n } });
    const lines = await heketiLines(
      storeWith(() => ({ clusters: [cluster('c1')], nodes: [node('n1', 'c1')], devices: [odd] })),
    );
    const free = lines.find((line) => line.startsWith('heketi_device_free{'));
    expect(Number(free?.split(' ').pop())).toBe(2 ** 64 - 4096);
  });

  it('escape labels', async () => {
    const odd = device('d1', 'n1', { name: '/dev/"a\\b\n' });
    const lines = await heketiLines(
      storeWith(() => ({ clusters: [cluster('c1')], nodes: [node('n1', 'c1')], devices: [odd] })),
    );
    expect(lines.find((line) => line.startsWith('heketi_device_size{'))).toContain('device="/dev/\\"a\\\\b\\n"');
  });

  it('are heketi_up 0 and nothing else when the store can not be read', async () => {
    const store = {
      read: async () => {
        throw new Error('disk I/O error');
      },
    } as unknown as Store;
    expect(await heketiLines(store)).toEqual(['# TYPE heketi_up gauge', 'heketi_up 0']);
  });
});

describe('our own metrics', () => {
  it('show which nodes are up, and none that is not known any more', async () => {
    const states = new Map([
      ['h1', true],
      ['h2', false],
    ]);
    const metrics = createMetrics();
    const sources = {
      store: storeWith(() => ({})),
      inFlight: () => 0,
      nodeStates: () => states,
      thinPools: () => new Map(),
      deviceConditions: () => new Map(),
      usage: NO_USAGE,
      droppedLogLines: () => 0,
    };
    const shown = async () =>
      (await exposed(metrics, sources)).split('\n').filter((line) => /^mortar_node_up/.test(line));
    expect(await shown()).toEqual(['mortar_node_up{hostname="h1"} 1', 'mortar_node_up{hostname="h2"} 0']);
    states.delete('h2');
    expect(await shown()).toEqual(['mortar_node_up{hostname="h1"} 1']);
  });

  it('show the fullest thin pool of each device that there still is', async () => {
    const metrics = createMetrics();
    const store = storeWith(() => ({
      clusters: [cluster('c1')],
      nodes: [node('n1', 'c1')],
      devices: [device('d1', 'n1')],
    }));
    const used = new Map([
      ['d1', 0.93],
      ['gone', 1],
    ]);
    const body = async (pools: ReadonlyMap<string, number>) =>
      (
        await exposed(metrics, {
          store,
          inFlight: () => 0,
          nodeStates: () => new Map(),
          thinPools: () => pools,
          deviceConditions: () => new Map(),
          usage: NO_USAGE,
          droppedLogLines: () => 0,
        })
      )
        .split('\n')
        .filter((line) => line.startsWith('mortar_device_thin_pool_used_ratio'));
    expect(await body(used)).toEqual([
      'mortar_device_thin_pool_used_ratio{hostname="n1.manage",id="d1",device="/dev/sdb"} 0.93',
    ]);
    expect(await body(new Map())).toEqual([]);
  });

  it('show the condition of each device that there still is, as one of all conditions', async () => {
    const body = await exposed(createMetrics(), {
      store: storeWith(() => ({ clusters: [cluster('c1')], nodes: [node('n1', 'c1')], devices: [device('d1', 'n1')] })),
      inFlight: () => 0,
      nodeStates: () => new Map(),
      thinPools: () => new Map(),
      deviceConditions: () => new Map([['d1', 'broken'] as const, ['gone', 'ok'] as const]),
      usage: NO_USAGE,
      droppedLogLines: () => 0,
    });
    const of = (condition: string, value: number) =>
      `mortar_device_condition{hostname="n1.manage",id="d1",device="/dev/sdb",condition="${condition}"} ${value}`;
    expect(body.split('\n').filter((line) => line.startsWith('mortar_device_condition'))).toEqual([
      of('ok', 0),
      of('bricks-down', 0),
      of('doubtful', 0),
      of('broken', 1),
      of('unknown', 0),
    ]);
  });

  it('show how full devices and volumes are, and nothing of those of which nobody could tell', async () => {
    const use = (usedKib: number | null, healEntries: number | null) => ({
      space: usedKib === null ? null : { totalKib: 1000, usedKib, freeKib: 1000 - usedKib },
      healEntries,
      at: null,
      unknown: [],
    });
    const volume = (id: string, ...figures: Parameters<typeof use>) => ({
      id,
      name: `"${id}"`,
      clusterId: 'c1',
      use: use(...figures),
    });
    const volumes = new Map([volume('v1', 10, 3), volume('v2', null, 0), volume('v3', 0, null)].map((v) => [v.id, v]));
    const metrics = createMetrics();
    const body = () =>
      exposed(metrics, {
        store: storeWith(() => ({
          clusters: [cluster('c1')],
          nodes: [node('n1', 'c1')],
          devices: [device('d1', 'n1'), device('d2', 'n1')],
        })),
        inFlight: () => 0,
        nodeStates: () => new Map(),
        thinPools: () => new Map(),
        deviceConditions: () => new Map(),
        usage: { byDevice: () => new Map([['d1', 2]]), byVolume: () => volumes },
        droppedLogLines: () => 0,
      });
    const lines = async () => (await body()).split('\n').filter((line) => /^mortar_(device_data|volume)_/.test(line));
    const of = (name: string, id: string, value: number) =>
      `mortar_volume_${name}{cluster="c1",id="${id}",volume="\\"${id}\\""} ${value}`;
    expect(await lines()).toEqual([
      'mortar_device_data_bytes{hostname="n1.manage",id="d1",device="/dev/sdb"} 2048',
      of('size_bytes', 'v1', 1_024_000),
      of('size_bytes', 'v3', 1_024_000),
      of('used_bytes', 'v1', 10_240),
      of('used_bytes', 'v3', 0),
      of('heal_entries', 'v1', 3),
      of('heal_entries', 'v2', 0),
    ]);
    volumes.set('v1', volume('v1', null, 4));
    volumes.delete('v3');
    expect((await lines()).slice(1)).toEqual([of('heal_entries', 'v1', 4), of('heal_entries', 'v2', 0)]);
  });

  it('start with mortar_ and count what happened', async () => {
    const metrics = createMetrics();
    const sources = {
      store: storeWith(() => ({})),
      inFlight: () => 0,
      nodeStates: () => new Map(),
      thinPools: () => new Map(),
      deviceConditions: () => new Map(),
      usage: NO_USAGE,
      droppedLogLines: () => 0,
    };
    metrics.operationFinished('create-volume', 'succeeded', 1500);
    metrics.operationFinished('create-volume', 'rolled-back', 20);
    metrics.hostCommandFinished('/usr/sbin/lvcreate', 'unknown', 12_000);
    metrics.hostCommandFinished('$(reboot)', 'refused', 1);
    metrics.storeCommitted(3, 2);
    const { contentType } = await metrics.render(sources);
    const body = await exposed(metrics, sources);
    expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    for (const line of [
      'mortar_operations_finished_total{kind="create-volume",outcome="succeeded"} 1',
      'mortar_operations_finished_total{kind="create-volume",outcome="rolled-back"} 1',
      'mortar_operation_duration_seconds_sum{kind="create-volume"} 1.52',
      'mortar_host_command_duration_seconds_count{program="lvcreate",outcome="unknown"} 1',
      'mortar_host_command_duration_seconds_count{program="other",outcome="refused"} 1',
      'mortar_store_commit_duration_seconds_count 1',
      'mortar_store_units_total 3',
    ]) {
      expect(body.split('\n')).toContain(line);
    }
    const names = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(names.filter((name) => !/^(heketi|mortar)_/.test(name))).toEqual([]);
    expect(body).toMatch(/^mortar_process_resident_memory_bytes /m);
  });
});
