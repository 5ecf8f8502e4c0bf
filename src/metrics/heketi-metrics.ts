import type { Device } from '../domain/device.js';
import type { Id } from '../domain/ids.js';
import type { Node } from '../domain/node.js';
import type { DevicesOfNode } from '../store/interface/topology.js';
import type { ReadTx, Store } from '../store/store.js';
import { inSlices } from '../timing/turns.js';
import { linesOfNodes } from './device-metrics.js';
import { type Exposition, labelsText, sampleLine } from './exposition.js';
import type { KeptNodeLines, NodeLines } from './node-lines.js';
import { BYTES_PER_KIB } from './usage-metrics.js';

/** The storage pool at one moment, as far as metrics tell of it. */
export interface PoolSnapshot {
  readonly clusters: readonly ClusterSnapshot[];
  readonly bricksByDevice: ReadonlyMap<Id, number>;
  readonly operations: {
    readonly total: number;
    readonly new: number;
    readonly stale: number;
    readonly failed: number;
  };
}

interface ClusterSnapshot {
  readonly id: Id;
  readonly volumes: number;
  readonly blockVolumes: number;
  readonly nodes: readonly Node[];
  readonly devices: readonly DevicesOfNode[];
}

/** Null when the store can't be read. */
export async function readPool(store: Store): Promise<PoolSnapshot | null> {
  try {
    return await store.read(readRows);
  } catch {
    return null;
  }
}

/** As in the original, what an imported database holds outside of any cluster is not shown. */
async function readRows(tx: ReadTx): Promise<PoolSnapshot> {
  const clusters: ClusterSnapshot[] = [];
  for (const { id } of await tx.clusters.list()) {
    const volumes = await tx.volumes.listVisibleIdsByCluster(id);
    const blockVolumes = await tx.blockVolumes.listVisibleIdsByCluster(id);
    clusters.push({
      id,
      volumes: volumes.length,
      blockVolumes: blockVolumes.length,
      nodes: await tx.nodes.listByCluster(id),
      devices: await tx.devices.listByNodeOfCluster(id, false),
    });
  }
  return {
    clusters,
    bricksByDevice: await tx.bricks.countByDevice(),
    operations: await tx.operations.counts(),
  };
}

/** The nodes of all clusters, each with the lines of its devices. */
export async function nodeLinesOf({ clusters }: PoolSnapshot, kept: KeptNodeLines): Promise<readonly NodeLines[]> {
  const nodes: NodeLines[] = [];
  for (const cluster of clusters) {
    const groups = new Map(cluster.devices.map((group) => [group.nodeId, group]));
    await inSlices(cluster.nodes, (node) => {
      const group = groups.get(node.id);
      if (group) nodes.push(kept.of(node, group));
    });
  }
  return nodes;
}

/**
 * Heketi's own metrics, names and labels exactly as dashboards know them. A metric without samples has no TYPE line either.
 * Without a pool: `heketi_up 0` and no other.
 */
export function addHeketiMetrics(
  exposition: Exposition,
  pool: PoolSnapshot | null,
  nodes: readonly NodeLines[],
  inFlight: number,
): void {
  addGauge(exposition, 'heketi_up', 'Whether the topology could be read (1) or not (0)', pool ? 1 : 0);
  if (!pool) return;
  addClusterMetrics(exposition, pool);
  addDeviceMetrics(exposition, nodes, pool.bricksByDevice);
  addOperationMetrics(exposition, pool, inFlight);
}

function addClusterMetrics(exposition: Exposition, { clusters }: PoolSnapshot): void {
  addGauge(exposition, 'heketi_cluster_count', 'Number of clusters', clusters.length);
  if (clusters.length === 0) return;
  const perCluster = (name: string, help: string, value: (cluster: ClusterSnapshot) => number): void =>
    exposition.gauge(
      name,
      help,
      clusters.map((cluster) => sampleLine(name, labelsText({ cluster: cluster.id }), value(cluster))),
    );
  perCluster('heketi_volumes_count', 'Number of volumes of a cluster', (c) => c.volumes);
  perCluster('heketi_block_volumes_count', 'Number of block volumes of a cluster', (c) => c.blockVolumes);
  perCluster('heketi_nodes_count', 'Number of nodes of a cluster', (c) => c.nodes.length);
}

function addDeviceMetrics(
  exposition: Exposition,
  nodes: readonly NodeLines[],
  bricksByDevice: ReadonlyMap<Id, number>,
): void {
  if (nodes.length === 0) return;
  // Nodes of an imported database may share their names; two lines with the same labels are none that Prometheus takes.
  const perNode = new Map(nodes.map(({ labels, deviceCount }) => [labels, deviceCount]));
  const counts = [...perNode].map(([labels, count]) => sampleLine('heketi_device_count', labels, count));
  exposition.gauge('heketi_device_count', 'Number of devices of a node', counts);
  if (nodes.every(({ deviceCount }) => deviceCount === 0)) return;

  const perDevice = (name: string, help: string, value: (device: Device) => number): void =>
    exposition.gauge(
      name,
      help,
      linesOfNodes(nodes, (node) => node.ofRecords(name, value)),
    );
  perDevice('heketi_device_size', 'Size of a device in KiB', totalKib);
  perDevice('heketi_device_free', 'Free space of a device in KiB', freeKib);
  perDevice('heketi_device_used', 'Used space of a device in KiB', usedKib);
  perDevice('heketi_device_size_bytes', 'Size of a device in bytes', (d) => totalKib(d) * BYTES_PER_KIB);
  perDevice('heketi_device_free_bytes', 'Free space of a device in bytes', (d) => freeKib(d) * BYTES_PER_KIB);
  perDevice('heketi_device_used_bytes', 'Used space of a device in bytes', (d) => usedKib(d) * BYTES_PER_KIB);
  const bricks = 'heketi_device_brick_count';
  const ofBricks = linesOfNodes(nodes, (node) => node.ofCounts(bricks, bricksByDevice));
  exposition.gauge(bricks, 'Number of bricks on a device', ofBricks);
}

// Counters of an imported database may lie beyond 2^53; a metric is a double, so the nearest one is shown.
const totalKib = (device: Device): number => Number(device.exact?.totalKib ?? device.totalKib);
const freeKib = (device: Device): number => Number(device.exact?.freeKib ?? device.freeKib);
const usedKib = (device: Device): number => Number(device.exact?.usedKib ?? device.usedKib);

function addOperationMetrics(exposition: Exposition, { operations }: PoolSnapshot, inFlight: number): void {
  const add = (name: string, help: string, value: number): void =>
    addGauge(exposition, `heketi_operations_${name}_count`, help, value);
  add('total', 'Number of pending operations', operations.total);
  add('new', 'Number of pending operations that are new or running', operations.new);
  add('stale', 'Number of pending operations found at a start', operations.stale);
  add('failed', 'Number of pending operations that could not be rolled back', operations.failed);
  add('inFlight', 'Number of operations running now', inFlight);
}

/** Without labels. */
function addGauge(exposition: Exposition, name: string, help: string, value: number): void {
  exposition.gauge(name, help, [sampleLine(name, '', value)]);
}
