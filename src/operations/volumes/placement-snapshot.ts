import type { ClusterSnapshot, DeviceSnapshot, NodeSnapshot } from '../../domain/allocator/types.js';
import type { Device } from '../../domain/device.js';
import type { Id } from '../../domain/ids.js';
import { manageName, type Node } from '../../domain/node.js';
import type { DevicesOfNode } from '../../store/interface/topology.js';
import type { ReadTx } from '../../store/store.js';
import type { NodeHealth } from '../ports/node-health.js';

/** All that a cluster's snapshot is made of. */
interface Sources {
  /** Both ordered by the ids of nodes. */
  readonly nodes: readonly Node[];
  readonly groups: readonly DevicesOfNode[];
  /** Null: each host is to be asked for, see NodeHealth. */
  readonly downHosts: ReadonlySet<string> | null;
  readonly troubles: ReadonlyMap<Id, string>;
  readonly withMetadata: boolean;
}

interface Seen extends Sources {
  readonly snapshots: readonly NodeSnapshot[];
}

/** Clusters whose last snapshot is kept; there are seldom more. */
const MOST_CLUSTERS = 32;

const lastSeen = new Map<Id, Seen>();

/**
 * What placement sees of a cluster now. Nodes of which nothing has changed are the same objects as before, so that a
 * placement costs what has changed since the last one, and not what there is.
 */
export async function snapshotOf(
  tx: ReadTx,
  clusterId: Id,
  health: NodeHealth,
  withMetadata: boolean,
): Promise<ClusterSnapshot> {
  const now: Sources = {
    nodes: await tx.nodes.listByCluster(clusterId),
    groups: await tx.devices.listByNodeOfCluster(clusterId, withMetadata),
    downHosts: health.downHosts?.() ?? null,
    troubles: health.deviceTroubles?.() ?? NO_TROUBLES,
    withMetadata,
  };
  const snapshots = snapshotsOf(now, health, lastSeen.get(clusterId) ?? null);
  lastSeen.delete(clusterId);
  lastSeen.set(clusterId, { ...now, snapshots });
  const [oldest] = lastSeen.keys();
  if (lastSeen.size > MOST_CLUSTERS && oldest !== undefined) lastSeen.delete(oldest);
  return { clusterId, nodes: snapshots };
}

const NO_TROUBLES: ReadonlyMap<Id, string> = new Map();

/** The same list as before when nothing has changed. */
function snapshotsOf(now: Sources, health: NodeHealth, last: Seen | null): readonly NodeSnapshot[] {
  const { nodes, groups, downHosts, troubles } = now;
  const isComparable = last !== null && last.nodes.length === nodes.length && last.withMetadata === now.withMetadata;
  const isWellAsBefore =
    isComparable && downHosts !== null && last.downHosts === downHosts && last.troubles === troubles;
  if (isWellAsBefore && last.nodes === nodes && last.groups === groups) return last.snapshots;
  let changed: NodeSnapshot[] | null = isComparable ? null : new Array(nodes.length);
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i] as Node;
    const group = groups[i] as DevicesOfNode;
    const isAsBefore = isComparable && last.nodes[i] === node && last.groups[i] === group;
    if (isAsBefore && isWellAsBefore) continue;
    const before = isAsBefore ? (last.snapshots[i] as NodeSnapshot) : null;
    const isUp = downHosts ? !downHosts.has(manageName(node)) : health.isUp(manageName(node));
    if (before && before.isUp === isUp && hasSameTroubles(before, troubles)) continue;
    changed ??= [...(last?.snapshots ?? [])];
    changed[i] = nodeSnapshot(node, group, isUp, now);
  }
  return changed ?? last?.snapshots ?? [];
}

function hasSameTroubles({ devices }: NodeSnapshot, troubles: ReadonlyMap<Id, string>): boolean {
  return devices.every(({ id, trouble }) => trouble === (troubles.get(id) ?? null));
}

function nodeSnapshot(node: Node, group: DevicesOfNode, isUp: boolean, sources: Sources): NodeSnapshot {
  if (group.nodeId !== node.id) throw new Error(`node ${node.id} does not stand where its devices are`);
  return {
    id: node.id,
    name: manageName(node),
    zone: node.zone,
    state: node.state,
    isUp,
    tags: node.tags,
    devices: group.devices.map((device) => deviceSnapshot(device, group, sources)),
  };
}

function deviceSnapshot(device: Device, group: DevicesOfNode, { troubles, withMetadata }: Sources): DeviceSnapshot {
  const largestOfBricksKib = withMetadata ? group.largestPoolMetadata?.get(device.id) : undefined;
  return {
    id: device.id,
    name: device.name,
    state: device.state,
    tags: device.tags,
    totalKib: device.totalKib,
    // Counters that no double holds can't be trusted for placement.
    freeKib: device.exact ? 0 : device.freeKib,
    trouble: troubles.get(device.id) ?? null,
    hasBrokenCounters: device.exact !== undefined,
    extentKib: device.extentKib,
    largestMetadataKib: spareMetadataKib(device, largestOfBricksKib),
  };
}

/** What LVM keeps for its spare metadata LV; nothing on a device without pools. */
function spareMetadataKib(device: Device, largestOfBricksKib: number | undefined): number {
  return largestOfBricksKib === undefined ? 0 : Math.max(device.spareMetadataKib, largestOfBricksKib);
}
