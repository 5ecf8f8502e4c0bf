import { Gauge, Registry } from 'prom-client';
import type { Device } from '../domain/device.js';
import type { Id } from '../domain/ids.js';
import { manageName, type Node, storageName } from '../domain/node.js';
import type { ReadTx, Store } from '../store/store.js';

/** The storage pool at one moment, as far as Heketi's metrics tell of it. */
interface PoolSnapshot {
  readonly clusters: readonly ClusterCounts[];
  readonly nodes: readonly Node[];
  readonly devices: readonly Device[];
  readonly bricksByDevice: ReadonlyMap<Id, number>;
  readonly operations: {
    readonly total: number;
    readonly new: number;
    readonly stale: number;
    readonly failed: number;
  };
}

interface ClusterCounts {
  readonly id: Id;
  readonly volumes: number;
  readonly blockVolumes: number;
}

type Labels = Readonly<Record<string, string>>;

interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

const BYTES_PER_KIB = 1024;

/**
 * Heketi's own metrics in the Prometheus text format, names and labels exactly as dashboards know them. A metric
 * without samples has no TYPE line either. When the store can't be read: `heketi_up 0` and no other.
 */
export async function renderHeketiMetrics(store: Store, inFlight: () => number): Promise<string> {
  // A registry of its own for each scrape: gauges must not keep the labels of devices that are gone.
  const registry = new Registry();
  let pool: PoolSnapshot;
  try {
    pool = await store.read(readPool);
  } catch {
    addGauge(registry, 'heketi_up', UP_HELP, [{ labels: {}, value: 0 }]);
    return registry.metrics();
  }
  addGauge(registry, 'heketi_up', UP_HELP, [{ labels: {}, value: 1 }]);
  addClusterMetrics(registry, pool);
  addDeviceMetrics(registry, pool);
  addOperationMetrics(registry, pool, inFlight());
  return registry.metrics();
}

const UP_HELP = 'Whether the topology could be read (1) or not (0)';

async function readPool(tx: ReadTx): Promise<PoolSnapshot> {
  const clusters: ClusterCounts[] = [];
  for (const { id } of await tx.clusters.list()) {
    const volumes = await tx.volumes.listVisibleIdsByCluster(id);
    const blockVolumes = await tx.blockVolumes.listVisibleIdsByCluster(id);
    clusters.push({ id, volumes: volumes.length, blockVolumes: blockVolumes.length });
  }
  return {
    clusters,
    nodes: await tx.nodes.list(),
    devices: await tx.devices.list(),
    bricksByDevice: await tx.bricks.countByDevice(),
    operations: await tx.operations.counts(),
  };
}

function addClusterMetrics(registry: Registry, { clusters, nodes }: PoolSnapshot): void {
  const nodesByCluster = countBy(nodes, (node) => node.clusterId);
  const perCluster = (value: (cluster: ClusterCounts) => number): Sample[] =>
    clusters.map((cluster) => ({ labels: { cluster: cluster.id }, value: value(cluster) }));

  addGauge(registry, 'heketi_cluster_count', 'Number of clusters', [{ labels: {}, value: clusters.length }]);
  addGauge(
    registry,
    'heketi_volumes_count',
    'Number of volumes of a cluster',
    perCluster((c) => c.volumes),
  );
  addGauge(
    registry,
    'heketi_block_volumes_count',
    'Number of block volumes of a cluster',
    perCluster((c) => c.blockVolumes),
  );
  addGauge(
    registry,
    'heketi_nodes_count',
    'Number of nodes of a cluster',
    perCluster((c) => nodesByCluster.get(c.id) ?? 0),
  );
}

function addDeviceMetrics(registry: Registry, { clusters, nodes, devices, bricksByDevice }: PoolSnapshot): void {
  // As in the original, what an imported database holds outside of any cluster is not shown.
  const clusterIds = new Set(clusters.map((cluster) => cluster.id));
  const nodeLabels = new Map<Id, Labels>();
  for (const node of nodes) {
    if (!clusterIds.has(node.clusterId)) continue;
    const labels = { cluster: node.clusterId, hostname: manageName(node), storage_hostname: storageName(node) };
    nodeLabels.set(node.id, labels);
  }
  const devicesByNode = countBy(devices, (device) => device.nodeId);
  addGauge(
    registry,
    'heketi_device_count',
    'Number of devices of a node',
    [...nodeLabels].map(([id, labels]) => ({ labels, value: devicesByNode.get(id) ?? 0 })),
  );

  const rows = devices.flatMap((device) => {
    const node = nodeLabels.get(device.nodeId);
    return node ? [{ device, labels: { ...node, id: device.id, device: device.name, pv_uuid: device.pvUuid } }] : [];
  });
  const perDevice = (name: string, help: string, value: (device: Device) => number): void =>
    addGauge(
      registry,
      name,
      help,
      rows.map(({ device, labels }) => ({ labels, value: value(device) })),
    );

  perDevice('heketi_device_size', 'Size of a device in KiB', totalKib);
  perDevice('heketi_device_free', 'Free space of a device in KiB', freeKib);
  perDevice('heketi_device_used', 'Used space of a device in KiB', usedKib);
  perDevice('heketi_device_size_bytes', 'Size of a device in bytes', (d) => totalKib(d) * BYTES_PER_KIB);
  perDevice('heketi_device_free_bytes', 'Free space of a device in bytes', (d) => freeKib(d) * BYTES_PER_KIB);
  perDevice('heketi_device_used_bytes', 'Used space of a device in bytes', (d) => usedKib(d) * BYTES_PER_KIB);
  perDevice('heketi_device_brick_count', 'Number of bricks on a device', (d) => bricksByDevice.get(d.id) ?? 0);
}

// Counters of an imported database may lie beyond 2^53; a metric is a double, so the nearest one is shown.
const totalKib = (device: Device): number => Number(device.exact?.totalKib ?? device.totalKib);
const freeKib = (device: Device): number => Number(device.exact?.freeKib ?? device.freeKib);
const usedKib = (device: Device): number => Number(device.exact?.usedKib ?? device.usedKib);

function addOperationMetrics(registry: Registry, { operations }: PoolSnapshot, inFlight: number): void {
  const add = (name: string, help: string, value: number): void =>
    addGauge(registry, `heketi_operations_${name}_count`, help, [{ labels: {}, value }]);
  add('total', 'Number of pending operations', operations.total);
  add('new', 'Number of pending operations that are new or running', operations.new);
  add('stale', 'Number of pending operations found at a start', operations.stale);
  add('failed', 'Number of pending operations that could not be rolled back', operations.failed);
  add('inFlight', 'Number of operations running now', inFlight);
}

function addGauge(registry: Registry, name: string, help: string, samples: readonly Sample[]): void {
  const [first] = samples;
  if (!first) return;
  const gauge = new Gauge({ name, help, labelNames: Object.keys(first.labels), registers: [registry] });
  for (const { labels, value } of samples) gauge.set(labels, value);
}

function countBy<T>(items: readonly T[], key: (item: T) => Id): Map<Id, number> {
  const counts = new Map<Id, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return counts;
}
