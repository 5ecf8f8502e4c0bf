import type { Id } from '../../domain/ids.js';

/** The original's database attributes, such as DB_GENERATION_ID. */
export interface AttributeRows {
  list(): Promise<ReadonlyMap<string, string>>;
  set(key: string, value: string): Promise<void>;
}

/**
 * The original stores every relation on both ends, and its databases may contradict themselves. Here the child
 * names its parent; where an imported parent's list says otherwise, the difference is kept as a fault, so that
 * `/db/check` reports it and a dump shows it. Empty in a sound database.
 */
export interface LinkFault {
  readonly relation: LinkRelation;
  readonly parentId: Id;
  readonly childId: Id;
  /**
   * `extra`: the parent lists a child that does not name it (or does not exist); `missing`: the reverse.
   * `misplaced`: listed, but out of order, so that the original's binary search does not find it.
   */
  readonly kind: 'extra' | 'missing' | 'misplaced';
}

export type LinkRelation =
  | 'cluster-node'
  | 'cluster-volume'
  | 'cluster-block-volume'
  | 'node-device'
  | 'device-brick'
  | 'volume-brick'
  | 'volume-block-volume';

export interface LinkFaultRows {
  list(): Promise<readonly LinkFault[]>;
  listByParent(parentId: Id): Promise<readonly LinkFault[]>;
  /** Whether there are any. */
  findAny(): Promise<boolean>;
  insert(fault: LinkFault): Promise<void>;
  /** Forgets the faults in which this object is parent or child, when it is deleted. */
  deleteByObject(id: Id): Promise<void>;
}
