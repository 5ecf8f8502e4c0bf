import type { BlockVolume } from '../domain/block-volume.js';
import type { Brick } from '../domain/brick.js';
import type { Cluster } from '../domain/cluster.js';
import type { Device } from '../domain/device.js';
import type { Id } from '../domain/ids.js';
import type { Node } from '../domain/node.js';
import type { PendingOperation } from '../domain/pending-operation.js';
import type { ExactIntegers } from '../domain/size.js';
import type { Volume } from '../domain/volume.js';
import type { LinkRelation } from '../store/interface/imported.js';
import type { ChildLists } from './links.js';

/** Everything that a record may refer to. */
export interface CheckContext {
  readonly clusters: ReadonlyMap<Id, Cluster>;
  readonly nodes: ReadonlyMap<Id, Node>;
  readonly devices: ReadonlyMap<Id, Device>;
  readonly bricks: ReadonlyMap<Id, Brick>;
  /** No more of them than is referred to: one of a large cluster names all its hosts. */
  readonly volumes: ReadonlyMap<Id, Pick<Volume, 'id' | 'clusterId' | 'pendingId'>>;
  readonly blockVolumes: ReadonlyMap<Id, BlockVolume>;
  readonly operations: ReadonlyMap<Id, PendingOperation>;
  readonly children: ChildLists;
}

/** The record that is checked: its name at the start of a text, and its kind within one. */
export interface Checked {
  readonly name: string;
  readonly kind: string;
  readonly id: Id;
}

/** The record's parent must exist and list it. */
export function checkParent(
  self: Checked,
  parentKind: string,
  parentId: Id,
  parents: ReadonlyMap<Id, unknown>,
  relation: LinkRelation,
  { children }: CheckContext,
): readonly string[] {
  if (!parents.has(parentId)) return [`${self.name} ${self.id} unknown ${parentKind} ${parentId}`];
  if (children.has(relation, parentId, self.id)) return [];
  return [`${self.name} ${self.id} no link back to ${self.kind} from ${parentKind} ${parentId}`];
}

/** What the record lists must exist and name it. */
export function checkChildren<T>(
  self: Checked,
  childKind: string,
  listed: readonly Id[],
  children: ReadonlyMap<Id, T>,
  parentOf: (child: T) => Id,
): readonly string[] {
  return listed.flatMap((id) => {
    const child = children.get(id);
    if (child === undefined) return [`${self.name} ${self.id} unknown ${childKind} ${id}`];
    if (parentOf(child) === self.id) return [];
    return [`${self.name} ${self.id} no link back to ${self.kind} from ${childKind} ${id}`];
  });
}

export function checkPendingMark(
  name: string,
  { id, pendingId }: { readonly id: Id; readonly pendingId: Id | null },
  { operations }: CheckContext,
): readonly string[] {
  if (pendingId === null || operations.has(pendingId)) return [];
  return [`${name} ${id} marked pending but no pending op ${pendingId}`];
}

/** The true number of a field, also where a double can't hold it. */
export function trueCount(
  entity: { readonly exact?: ExactIntegers | undefined },
  field: string,
  value: number,
): bigint {
  return entity.exact?.[field] ?? BigInt(value);
}
