import type { BlockVolume } from '../domain/block-volume.js';
import type { Brick } from '../domain/brick.js';
import type { Cluster } from '../domain/cluster.js';
import type { Device } from '../domain/device.js';
import type { Id } from '../domain/ids.js';
import type { Node } from '../domain/node.js';
import type { PendingOperation } from '../domain/pending-operation.js';
import type { Volume } from '../domain/volume.js';
import type { LinkFault, LinkRelation, ReadTx } from '../store/store.js';

/** What each parent's list of children holds: the original keeps it beside the children's own reference. */
export interface ChildLists {
  /** Sorted ids. */
  list(relation: LinkRelation, parentId: Id): readonly Id[];
  /** Whether the original finds the child in the parent's list. */
  has(relation: LinkRelation, parentId: Id, childId: Id): boolean;
}

/** One child as it names its parent. */
export interface Link {
  readonly relation: LinkRelation;
  readonly parentId: Id;
  readonly childId: Id;
}

/** The lists that children and the recorded faults together make. */
export function childLists(links: readonly Link[], faults: readonly LinkFault[]): ChildLists {
  const lists = new Map<string, Set<Id>>();
  const misplaced = new Set<string>();
  const listOf = ({ relation, parentId }: Omit<Link, 'childId'>): Set<Id> => {
    const key = `${relation} ${parentId}`;
    const known = lists.get(key);
    if (known !== undefined) return known;
    const list = new Set<Id>();
    lists.set(key, list);
    return list;
  };
  for (const link of links) listOf(link).add(link.childId);
  for (const fault of faults) {
    if (fault.kind === 'extra') listOf(fault).add(fault.childId);
    else if (fault.kind === 'missing') listOf(fault).delete(fault.childId);
    else misplaced.add(`${fault.relation} ${fault.parentId} ${fault.childId}`);
  }
  const sorted = new Map([...lists].map(([key, ids]) => [key, [...ids].sort()]));
  return {
    list: (relation, parentId) => sorted.get(`${relation} ${parentId}`) ?? [],
    has: (relation, parentId, childId) =>
      (lists.get(`${relation} ${parentId}`)?.has(childId) ?? false) &&
      !misplaced.has(`${relation} ${parentId} ${childId}`),
  };
}

/** How a parent's list, as it was imported, differs from what the children say. */
export function linkFaults(
  relation: LinkRelation,
  parentId: Id,
  listed: readonly Id[],
  children: ReadonlySet<Id>,
): readonly LinkFault[] {
  const faults: LinkFault[] = [];
  const distinct = new Set(listed);
  for (const childId of distinct) {
    if (!children.has(childId)) faults.push({ relation, parentId, childId, kind: 'extra' });
    if (!isFound(relation, listed, childId)) {
      faults.push({ relation, parentId, childId, kind: 'misplaced' });
    }
  }
  for (const childId of children) {
    if (!distinct.has(childId)) faults.push({ relation, parentId, childId, kind: 'missing' });
  }
  return faults;
}

/** Whether the original finds a child in a list that holds it: by binary search, which misses what is out of order. */
export function isFound(relation: LinkRelation, list: readonly Id[], id: Id): boolean {
  // It writes a clone's bricks in gluster's order itself.
  if (relation === 'volume-brick') return true;
  let from = 0;
  let to = list.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((list[middle] as Id) < id) from = middle + 1;
    else to = middle;
  }
  return list[from] === id;
}

/** Everything in a database, with the lists of children. */
export interface AllRecords {
  readonly clusters: readonly Cluster[];
  readonly nodes: readonly Node[];
  readonly devices: readonly Device[];
  readonly bricks: readonly Brick[];
  readonly volumes: readonly Volume[];
  readonly blockVolumes: readonly BlockVolume[];
  readonly operations: readonly PendingOperation[];
  readonly children: ChildLists;
}

export async function readAll(tx: ReadTx): Promise<AllRecords> {
  const clusters = await tx.clusters.list();
  const nodes = await tx.nodes.list();
  const devices = await tx.devices.list();
  const bricks = await tx.bricks.list();
  const volumes = await tx.volumes.list();
  const blockVolumes = await tx.blockVolumes.list();
  const operations = await tx.operations.list();
  const links: Link[] = [
    ...nodes.map((node) => link('cluster-node', node.clusterId, node.id)),
    ...volumes.map((volume) => link('cluster-volume', volume.clusterId, volume.id)),
    ...blockVolumes.map((volume) => link('cluster-block-volume', volume.clusterId, volume.id)),
    ...devices.map((device) => link('node-device', device.nodeId, device.id)),
    ...bricks.map((brick) => link('device-brick', brick.deviceId, brick.id)),
    ...bricks.map((brick) => link('volume-brick', brick.volumeId, brick.id)),
    ...blockVolumes.map((volume) => link('volume-block-volume', volume.hostingVolumeId, volume.id)),
  ];
  const children = childLists(links, await tx.linkFaults.list());
  return { clusters, nodes, devices, bricks, volumes, blockVolumes, operations, children };
}

function link(relation: LinkRelation, parentId: Id, childId: Id): Link {
  return { relation, parentId, childId };
}
