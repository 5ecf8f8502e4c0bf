import type { BlockVolume } from '../domain/block-volume.js';
import type { Brick } from '../domain/brick.js';
import type { Cluster } from '../domain/cluster.js';
import type { Device } from '../domain/device.js';
import type { Id } from '../domain/ids.js';
import type { Node } from '../domain/node.js';
import type { PendingOperation } from '../domain/pending-operation.js';
import type { Volume } from '../domain/volume.js';
import type { LinkFault, LinkRelation } from '../store/interface/imported.js';
import type { ReadTx } from '../store/store.js';

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

/** Makes the lists of children, from each as it names its parents, and then from the recorded faults. */
export class LinkCollector {
  readonly #lists = new Map<string, Set<Id>>();

  add({ relation, parentId, childId }: Link): void {
    this.#listOf(relation, parentId).add(childId);
  }

  /** Nothing may be added after it. */
  lists(faults: readonly LinkFault[]): ChildLists {
    const misplaced = new Set<string>();
    for (const { kind, relation, parentId, childId } of faults) {
      if (kind === 'extra') this.#listOf(relation, parentId).add(childId);
      else if (kind === 'missing') this.#listOf(relation, parentId).delete(childId);
      else misplaced.add(`${relation} ${parentId} ${childId}`);
    }
    // Each when it is asked for: all at once would be a long turn.
    const sorted = new Map<string, readonly Id[]>();
    return {
      list: (relation, parentId) => {
        const key = `${relation} ${parentId}`;
        const known = sorted.get(key);
        if (known) return known;
        const list = [...(this.#lists.get(key) ?? [])].sort();
        sorted.set(key, list);
        return list;
      },
      has: (relation, parentId, childId) =>
        (this.#lists.get(`${relation} ${parentId}`)?.has(childId) ?? false) &&
        !misplaced.has(`${relation} ${parentId} ${childId}`),
    };
  }

  #listOf(relation: LinkRelation, parentId: Id): Set<Id> {
    const key = `${relation} ${parentId}`;
    const known = this.#lists.get(key);
    if (known !== undefined) return known;
    const list = new Set<Id>();
    this.#lists.set(key, list);
    return list;
  }
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

export type RecordKind = Exclude<keyof AllRecords, 'children'>;

/** The parents that a record names. */
const LINKS: { readonly [Kind in RecordKind]?: (record: AllRecords[Kind][number]) => readonly Link[] } = {
  nodes: ({ id, clusterId }) => [link('cluster-node', clusterId, id)],
  devices: ({ id, nodeId }) => [link('node-device', nodeId, id)],
  bricks: ({ id, deviceId, volumeId }) => [link('device-brick', deviceId, id), link('volume-brick', volumeId, id)],
  volumes: ({ id, clusterId }) => [link('cluster-volume', clusterId, id)],
  blockVolumes: ({ id, clusterId, hostingVolumeId }) => [
    link('cluster-block-volume', clusterId, id),
    link('volume-block-volume', hostingVolumeId, id),
  ],
};

export function linksOf<Kind extends RecordKind>(kind: Kind, record: AllRecords[Kind][number]): readonly Link[] {
  const links = LINKS[kind] as ((record: AllRecords[Kind][number]) => readonly Link[]) | undefined;
  return links?.(record) ?? [];
}

export async function readAll(tx: ReadTx): Promise<AllRecords> {
  const records = {
    clusters: await tx.clusters.list(),
    nodes: await tx.nodes.list(),
    devices: await tx.devices.list(),
    bricks: await tx.bricks.list(),
    volumes: await tx.volumes.list(),
    blockVolumes: await tx.blockVolumes.list(),
    operations: await tx.operations.list(),
  };
  const links = new LinkCollector();
  for (const kind of Object.keys(records) as RecordKind[])
    for (const record of records[kind]) for (const each of linksOf(kind, record)) links.add(each);
  return { ...records, children: links.lists(await tx.linkFaults.list()) };
}

function link(relation: LinkRelation, parentId: Id, childId: Id): Link {
  return { relation, parentId, childId };
}
