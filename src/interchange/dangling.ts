import { brickLvName, brickMountPoint, isParked } from '../domain/brick.js';
import { counted } from '../domain/counted.js';
import { volumeGroupName } from '../domain/device.js';
import type { Id } from '../domain/ids.js';
import type { Action, ChangeType } from '../domain/pending-operation.js';
import type { Imported } from './imported.js';
import { leaveOutActions } from './leave-out-actions.js';
import { NAMED } from './named-objects.js';

/*
 * References of an exported database to records that it does not hold. The original takes them without a word, and so
 * do broken databases in the field have them: a volume of which nobody remembers the brick, a device without its node.
 */

/** What a record may refer to; the names are those of sentences. */
type Kind = 'cluster' | 'node' | 'device' | 'volume' | 'brick' | 'block volume' | 'operation';
type Table = ReadonlyMap<Id, unknown>;

/** A record that can't be used without what it refers to. */
interface Child {
  readonly kind: Kind;
  readonly id: Id;
  readonly parents: readonly (readonly [role: string, kind: Kind, id: Id])[];
}

/** A list in a record. */
interface List {
  readonly kind: Kind;
  readonly id: Id;
  readonly listed: Kind;
  readonly ids: readonly Id[];
}

/** One sentence for each reference that leads nowhere; none in a sound database. */
export function danglingReferences(imported: Imported): readonly string[] {
  const has = lookup(imported);
  const texts: string[] = [];
  for (const child of children(imported)) {
    for (const parent of missing(child, has)) texts.push(`${child.kind} ${child.id} ${naming(parent)}`);
  }
  for (const { kind, id, listed, ids } of lists(imported)) {
    for (const gone of ids)
      if (!has(listed, gone)) texts.push(`${kind} ${id} lists ${listed} ${gone}, which is not there`);
  }
  for (const { id, actions } of imported.operations.values()) {
    for (const action of actions) if (!isThere(action, has)) texts.push(`operation ${id} ${namingObject(action)}`);
  }
  return [...texts, ...danglingMarks(imported)];
}

/**
 * Leaves out what `danglingReferences` names: records that can't be used without what they refer to, what refers to those
 * in turn, entries of lists, and actions of operations. Answers a sentence for each. Marks of operations that are not
 * there are kept, since whether such an object is complete is known to its hosts only.
 */
export function leaveOutDangling(imported: Imported): readonly string[] {
  const texts = [...leaveOutChildren(imported), ...shortenLists(imported), ...leaveOutOperations(imported)];
  return [
    ...texts,
    ...danglingMarks(imported).map((text) => `${text}: kept, for only its hosts know whether it is complete`),
  ];
}

function leaveOutChildren(imported: Imported): readonly string[] {
  const tables = tablesOf(imported);
  const has = lookup(imported);
  const texts: string[] = [];
  for (let isDone = false; !isDone; ) {
    isDone = true;
    for (const child of children(imported)) {
      const [parent] = missing(child, has);
      if (!parent) continue;
      texts.push(`${child.kind} ${child.id} is left out: it ${naming(parent)}${whereItStays(imported, child)}`);
      tables[child.kind].delete(child.id);
      isDone = false;
    }
  }
  return texts;
}

/** A brick is a logical volume on a host, and stays there: its space stays booked, and somebody has to know of it. */
function whereItStays({ bricks, devices }: Imported, { kind, id }: Child): string {
  const brick = kind === 'brick' ? bricks.get(id) : undefined;
  if (!brick || brick.deviceId === '') return '';
  const place = `its logical volume ${volumeGroupName(brick.deviceId)}/${brickLvName(brick)} (${brick.path || brickMountPoint(brick.deviceId, id)}) is not touched`;
  return devices.has(brick.deviceId)
    ? `; ${place}, and its space stays booked on device ${brick.deviceId}`
    : `; ${place}`;
}

function shortenLists(imported: Imported): readonly string[] {
  const has = lookup(imported);
  const texts: string[] = [];
  const shorten = (kind: Kind, id: Id, listed: Kind, ids: readonly Id[]): readonly Id[] => {
    const kept = ids.filter((child) => has(listed, child));
    if (kept.length < ids.length) {
      texts.push(`${kind} ${id} lists ${kept.length} of the ${counted(ids.length, listed)} that it listed`);
    }
    return kept;
  };
  for (const [id, cluster] of imported.clusters) {
    imported.clusters.set(id, {
      ...cluster,
      nodes: shorten('cluster', id, 'node', cluster.nodes),
      volumes: shorten('cluster', id, 'volume', cluster.volumes),
      blockVolumes: shorten('cluster', id, 'block volume', cluster.blockVolumes),
    });
  }
  for (const [id, node] of imported.nodes) {
    imported.nodes.set(id, { ...node, devices: shorten('node', id, 'device', node.devices) });
  }
  for (const [id, device] of imported.devices) {
    imported.devices.set(id, { ...device, bricks: shorten('device', id, 'brick', device.bricks) });
  }
  for (const [id, volume] of imported.volumes) {
    imported.volumes.set(id, {
      ...volume,
      bricks: shorten('volume', id, 'brick', volume.bricks),
      blockVolumes: shorten('volume', id, 'block volume', volume.blockVolumes),
    });
  }
  return texts;
}

function leaveOutOperations(imported: Imported): readonly string[] {
  const has = lookup(imported);
  const marking = new Set(marks(imported).map(({ operationId }) => operationId));
  return leaveOutActions(imported.operations, {
    isThere: (action) => isThere(action, has),
    isOfOperation: (action) => objectOf(action) === 'operation',
    isMarked: (id) => marking.has(id),
  });
}

function danglingMarks(imported: Imported): readonly string[] {
  return marks(imported)
    .filter(({ operationId }) => !imported.operations.has(operationId))
    .map(
      ({ kind, id, operationId }) =>
        `${kind} ${id} is marked as changed by operation ${operationId}, which is not there`,
    );
}

function marks({ volumes, bricks, blockVolumes }: Imported) {
  const marked = [
    ...[...volumes.values()].map(({ entity }) => ({ kind: 'volume', id: entity.id, operationId: entity.pendingId })),
    ...[...bricks.values()].map(({ id, pendingId }) => ({ kind: 'brick', id, operationId: pendingId })),
    ...[...blockVolumes.values()].map(({ id, pendingId }) => ({ kind: 'block volume', id, operationId: pendingId })),
  ];
  return marked.flatMap(({ operationId, ...mark }) => (operationId === null ? [] : [{ ...mark, operationId }]));
}

function children({ nodes, devices, volumes, bricks, blockVolumes }: Imported): readonly Child[] {
  return [
    ...[...nodes.values()].map(({ entity: { id, clusterId } }) => child('node', id, ['cluster', 'cluster', clusterId])),
    ...[...devices.values()].map(({ entity: { id, nodeId } }) => child('device', id, ['node', 'node', nodeId])),
    ...[...volumes.values()].map(({ entity: { id, clusterId } }) =>
      child('volume', id, ['cluster', 'cluster', clusterId]),
    ),
    ...[...bricks.values()].map((brick) =>
      child(
        'brick',
        brick.id,
        ['node', 'node', brick.nodeId],
        ['device', 'device', brick.deviceId],
        ...(isParked(brick) ? [] : [['volume', 'volume', brick.volumeId] as const]),
      ),
    ),
    ...[...blockVolumes.values()].map(({ id, clusterId, hostingVolumeId }) =>
      child('block volume', id, ['cluster', 'cluster', clusterId], ['hosting volume', 'volume', hostingVolumeId]),
    ),
  ];
}

function child(kind: Kind, id: Id, ...parents: Child['parents']): Child {
  return { kind, id, parents };
}

function missing({ parents }: Child, has: (kind: Kind, id: Id) => boolean): Child['parents'] {
  return parents.filter(([, kind, id]) => !has(kind, id));
}

function naming([role, , id]: Child['parents'][number]): string {
  return id === '' ? `names no ${role}` : `names ${role} ${id}, which is not there`;
}

function lists({ clusters, nodes, devices, volumes }: Imported): readonly List[] {
  return [
    ...[...clusters].flatMap(([id, cluster]): List[] => [
      { kind: 'cluster', id, listed: 'node', ids: cluster.nodes },
      { kind: 'cluster', id, listed: 'volume', ids: cluster.volumes },
      { kind: 'cluster', id, listed: 'block volume', ids: cluster.blockVolumes },
    ]),
    ...[...nodes].map(([id, node]): List => ({ kind: 'node', id, listed: 'device', ids: node.devices })),
    ...[...devices].map(([id, device]): List => ({ kind: 'device', id, listed: 'brick', ids: device.bricks })),
    ...[...volumes].flatMap(([id, volume]): List[] => [
      { kind: 'volume', id, listed: 'brick', ids: volume.bricks },
      { kind: 'volume', id, listed: 'block volume', ids: volume.blockVolumes },
    ]),
  ];
}

/** What changes beyond those of NAMED are about. */
const FURTHER: Partial<Record<ChangeType, Kind>> = {
  'add-volume-clone': 'volume',
  'remove-device': 'device',
  'child-operation': 'operation',
  'parent-operation': 'operation',
};

/** Null where it is not known. */
function objectOf({ change }: Action): Kind | null {
  const kind = NAMED[change]?.kind;
  return kind === 'blockvolume' ? 'block volume' : (kind ?? FURTHER[change] ?? null);
}

function isThere(action: Action, has: (kind: Kind, id: Id) => boolean): boolean {
  const kind = objectOf(action);
  return kind === null || has(kind, action.id);
}

function namingObject(action: Action): string {
  return `changes ${objectOf(action)} ${action.id} (${action.change}), which is not there`;
}

/** A clone's record is written when it is complete: until then its operation, its bricks and its cluster name it. */
function lookup(imported: Imported): (kind: Kind, id: Id) => boolean {
  const tables: Readonly<Record<Kind, Table>> = tablesOf(imported);
  const actions = [...imported.operations.values()].flatMap((operation) => operation.actions);
  const clones = new Set(actions.filter(({ change }) => change === 'add-volume-clone').map(({ id }) => id));
  return (kind, id) => tables[kind].has(id) || (kind === 'volume' && clones.has(id));
}

function tablesOf({ clusters, nodes, devices, volumes, bricks, blockVolumes, operations }: Imported) {
  return {
    cluster: clusters,
    node: nodes,
    device: devices,
    volume: volumes,
    brick: bricks,
    'block volume': blockVolumes,
    operation: operations,
  };
}
