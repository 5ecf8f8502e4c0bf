import type { Id } from '../domain/ids.js';
import type { LinkRelation } from '../store/interface/imported.js';
import type { Imported } from './imported.js';
import { type AllRecords, type ChildLists, isFound } from './links.js';

/** What was imported, with the lists of children as they stand there. */
export function recordsOf(imported: Imported): AllRecords {
  const entities = <E>(listings: ReadonlyMap<Id, { readonly entity: E }>): E[] =>
    [...listings.values()].map(({ entity }) => entity);
  return {
    clusters: entities(imported.clusters),
    nodes: entities(imported.nodes),
    devices: entities(imported.devices),
    bricks: [...imported.bricks.values()],
    volumes: entities(imported.volumes),
    blockVolumes: [...imported.blockVolumes.values()],
    operations: [...imported.operations.values()],
    children: listsOf(imported),
  };
}

const NONE: readonly Id[] = [];

function listsOf({ clusters, nodes, devices, volumes }: Imported): ChildLists {
  const listed: Readonly<Record<LinkRelation, (parentId: Id) => readonly Id[] | undefined>> = {
    'cluster-node': (id) => clusters.get(id)?.nodes,
    'cluster-volume': (id) => clusters.get(id)?.volumes,
    'cluster-block-volume': (id) => clusters.get(id)?.blockVolumes,
    'node-device': (id) => nodes.get(id)?.devices,
    'device-brick': (id) => devices.get(id)?.bricks,
    'volume-brick': (id) => volumes.get(id)?.bricks,
    'volume-block-volume': (id) => volumes.get(id)?.blockVolumes,
  };
  const sets = new Map<readonly Id[], ReadonlySet<Id>>();
  const sorted = new Map<readonly Id[], readonly Id[]>();
  const setOf = (list: readonly Id[]): ReadonlySet<Id> => {
    const set = sets.get(list) ?? new Set(list);
    sets.set(list, set);
    return set;
  };
  return {
    // Asked for each child, too.
    list(relation, parentId) {
      const list = listed[relation](parentId) ?? NONE;
      const known = sorted.get(list) ?? [...setOf(list)].sort();
      sorted.set(list, known);
      return known;
    },
    has(relation, parentId, childId) {
      const list = listed[relation](parentId) ?? NONE;
      return setOf(list).has(childId) && isFound(relation, list, childId);
    },
  };
}
