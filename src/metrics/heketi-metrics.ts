import type { Device } from '../domain/device.js';
import type { Id } from '../domain/ids.js';
import { manageName, type Node, storageName } from '../domain/node.js';
import type { ReadTx, Store } from '../store/store.js';
import { inSlices } from '../timing/turns.js';
import { gaugeText, labelsText, type Sample } from './exposition.js';

/** The storage pool at one moment, as far as Heketi's metrics tell of it. */
export interface PoolSnapshot {
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

const BYTES_PER_KIB = 1024;

/** Null when the store can't be read. */
export async function readPool(store: Store): Promise<PoolSnapshot | null> {
  try {
    return await store.read(readRows);
  } catch {
    return null;
  }
}

/**
 * Heketi's own metrics in the Prometheus text format, names and labels exactly as dashboards know them. A metric
 * without samples has no TYPE line either. Without a pool: `heketi_up 0` and no other.
 */
export async function renderHeketiMetrics(pool: PoolSnapshot | null, inFlight: number): Promise<string> {
  const metrics: string[] = [];
  await addGauge(metrics, 'heketi_up', UP_HELP, [{ labels: '', value: pool ? 1 : 0 }]);
  if (pool) {
    await addClusterMetrics(metrics, pool);
    await addDeviceMetrics(metrics, pool);
    await addOperationMetrics(metrics, pool, inFlight);
  }
  return `${metrics.join('\n\n')}\n`;
}

const UP_HELP = 'Whether the topology could be read (1) or not (0)';

async function readRows(tx: ReadTx): Promise<PoolSnapshot> {
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

async function addClusterMetrics(metrics: string[], { clusters, nodes }: PoolSnapshot): Promise<void> {
  const nodesByCluster = countBy(nodes, (node) => node.clusterId);
  const perCluster = (name: string, help: string, value: (cluster: ClusterCounts) => number): Promise<void> =>
    addGauge(
      metrics,
      name,
      help,
      clusters.map((cluster) => ({ labels: labelsText({ cluster: cluster.id }), value: value(cluster) })),
    );

  await addGauge(metrics, 'heketi_cluster_count', 'Number of clusters', [{ labels: '', value: clusters.length }]);
  await perCluster('heketi_volumes_count', 'Number of volumes of a cluster', (c) => c.volumes);
  await perCluster('heketi_block_volumes_count', 'Number of block volumes of a cluster', (c) => c.blockVolumes);
  await perCluster('heketi_nodes_count', 'Number of nodes of a cluster', (c) => nodesByCluster.get(c.id) ?? 0);
}

async function addDeviceMetrics(metrics: string[], pool: PoolSnapshot): Promise<void> {
  const { clusters, nodes, devices, bricksByDevice } = pool;
  // As in the original, what an imported database holds outside of any cluster is not shown.
  const clusterIds = new Set(clusters.map((cluster) => cluster.id));
  const shown = new Map(nodes.filter(({ clusterId }) => clusterIds.has(clusterId)).map((node) => [node.id, node]));
  const devicesByNode = countBy(devices, (device) => device.nodeId);
  // Nodes of an imported database may share their names; two lines with the same labels are none that Prometheus takes.
  const perNode = new Map([...shown].map(([id, node]) => [labelsText(nodeLabels(node)), devicesByNode.get(id) ?? 0]));
  const ofNodes = [...perNode].map(([labels, value]) => ({ labels, value }));
  await addGauge(metrics, 'heketi_device_count', 'Number of devices of a node', ofNodes);

  const rows: { readonly device: Device; readonly labels: string }[] = [];
  await inSlices(devices, (device) => {
    const node = shown.get(device.nodeId);
    if (!node) return;
    const own = { id: device.id, device: device.name, pv_uuid: device.pvUuid };
    rows.push({ device, labels: labelsText({ ...nodeLabels(node), ...own }) });
  });
  const perDevice = (name: string, help: string, value: (device: Device) => number): Promise<void> =>
    addGauge(
      metrics,
      name,
      help,
      rows.map(({ device, labels }) => ({ labels, value: value(device) })),
    );

  await perDevice('heketi_device_size', 'Size of a device in KiB', totalKib);
  await perDevice('heketi_device_free', 'Free space of a device in KiB', freeKib);
  await perDevice('heketi_device_used', 'Used space of a device in KiB', usedKib);
  await perDevice('heketi_device_size_bytes', 'Size of a device in bytes', (d) => totalKib(d) * BYTES_PER_KIB);
  await perDevice('heketi_device_free_bytes', 'Free space of a device in bytes', (d) => freeKib(d) * BYTES_PER_KIB);
  await perDevice('heketi_device_used_bytes', 'Used space of a device in bytes', (d) => usedKib(d) * BYTES_PER_KIB);
  await perDevice('heketi_device_brick_count', 'Number of bricks on a device', (d) => bricksByDevice.get(d.id) ?? 0);
}

function nodeLabels(node: Node) {
  return { cluster: node.clusterId, hostname: manageName(node), storage_hostname: storageName(node) };
}

// Counters of an imported database may lie beyond 2^53; a metric is a double, so the nearest one is shown.
const totalKib = (device: Device): number => Number(device.exact?.totalKib ?? device.totalKib);
const freeKib = (device: Device): number => Number(device.exact?.freeKib ?? device.freeKib);
const usedKib = (device: Device): number => Number(device.exact?.usedKib ?? device.usedKib);

async function addOperationMetrics(metrics: string[], { operations }: PoolSnapshot, inFlight: number): Promise<void> {
  const add = (name: string, help: string, value: number): Promise<void> =>
    addGauge(metrics, `heketi_operations_${name}_count`, help, [{ labels: '', value }]);
  await add('total', 'Number of pending operations', operations.total);
  await add('new', 'Number of pending operations that are new or running', operations.new);
  await add('stale', 'Number of pending operations found at a start', operations.stale);
  await add('failed', 'Number of pending operations that could not be rolled back', operations.failed);
  await add('inFlight', 'Number of operations running now', inFlight);
}

async function addGauge(metrics: string[], name: string, help: string, samples: readonly Sample[]): Promise<void> {
  if (samples.length > 0) metrics.push(await gaugeText(name, help, samples));
}

function countBy<T>(items: readonly T[], key: (item: T) => Id): Map<Id, number> {
  const counts = new Map<Id, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return counts;
}
