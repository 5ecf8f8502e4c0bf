import type { Id } from '../../domain/ids.js';
import { isSorted, placeOf } from './sorted.js';
import { Remembered, type UnitUndo } from './unit-undo.js';

/** The key of the list of all. */
const ALL = '';

/** Beyond so many the lists are read anew. */
const MOST_TOUCHED = 1000;

/** What lists of ids are read from. */
export interface VisibleRows {
  listVisibleIds(): Promise<readonly Id[]>;
  listVisibleIdsByCluster(clusterId: Id): Promise<readonly Id[]>;
  /** The cluster in whose list the object is; null when it is in none. Not asked where link faults decide, too. */
  findVisibleIn(id: Id): Promise<Id | null>;
}

/**
 * Ids of the objects of a kind that no pending operation is making or unmaking: of all, and by cluster. After a change
 * only the objects that it may have shown or hidden are looked at, when somebody asks for a list.
 */
export class VisibleIds {
  readonly #undo: UnitUndo;
  readonly #lists: Remembered<readonly Id[]>;
  #touched: ReadonlySet<Id> = new Set();

  constructor(undo: UnitUndo) {
    this.#undo = undo;
    this.#lists = new Remembered(undo);
  }

  get isEmpty(): boolean {
    return this.#lists.isEmpty;
  }

  forgetAll(): void {
    this.#lists.forgetAll();
    this.#setTouched(new Set());
  }

  /** Whether these are listed may have changed. */
  touch(ids: readonly Id[]): void {
    if (this.#lists.isEmpty || ids.length === 0) return;
    const touched = new Set([...this.#touched, ...ids]);
    if (touched.size > MOST_TOUCHED) this.forgetAll();
    else this.#setTouched(touched);
  }

  list(rows: VisibleRows): Promise<readonly Id[]> {
    return this.#list(ALL, rows, () => rows.listVisibleIds());
  }

  listByCluster(clusterId: Id, rows: VisibleRows): Promise<readonly Id[]> {
    return this.#list(clusterId, rows, () => rows.listVisibleIdsByCluster(clusterId));
  }

  async #list(key: string, rows: VisibleRows, read: () => Promise<readonly Id[]>): Promise<readonly Id[]> {
    await this.#lookAtTouched(rows);
    const known = this.#lists.get(key);
    if (known) return known;
    const ids = await read();
    return isSorted(ids, itself) ? this.#lists.load(key, ids) : ids;
  }

  async #lookAtTouched(rows: VisibleRows): Promise<void> {
    const touched = this.#touched;
    if (touched.size === 0) return;
    const found = new Map<Id, Id | null>();
    for (const id of touched) found.set(id, await rows.findVisibleIn(id));
    // Another read may have done the same meanwhile; nobody has written.
    for (const [key, list] of [...this.#lists.entries()]) {
      const isListed = (clusterId: Id | null) => clusterId !== null && (key === ALL || key === clusterId);
      const changed = changedBy(list, new Map([...found].map(([id, clusterId]) => [id, isListed(clusterId)])));
      if (changed !== list) this.#lists.change(key, changed);
    }
    this.#setTouched(new Set());
  }

  #setTouched(touched: ReadonlySet<Id>): void {
    const before = this.#touched;
    this.#undo.changed(() => {
      this.#touched = before;
    });
    this.#touched = touched;
  }
}

const itself = (id: Id): Id => id;

/** The list with those ids that belong in it and without those that don't; the same one when that is so already. */
function changedBy(list: readonly Id[], belongs: ReadonlyMap<Id, boolean>): readonly Id[] {
  const isListed = (id: Id) => list[placeOf(list, id, itself)] === id;
  if ([...belongs].every(([id, is]) => isListed(id) === is)) return list;
  const added = [...belongs.keys()].filter((id) => belongs.get(id)).sort();
  const changed: Id[] = [];
  let next = 0;
  for (const id of list) {
    while (next < added.length && (added[next] as Id) < id) changed.push(added[next++] as Id);
    if (!belongs.has(id)) changed.push(id);
  }
  return changed.concat(added.slice(next));
}
