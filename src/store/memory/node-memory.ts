import type { Id } from '../../domain/ids.js';
import type { Node } from '../../domain/node.js';
import type { NodeRows } from '../interface/topology.js';
import { findSorted, isSorted, withItem, withoutItem } from './sorted.js';
import { Remembered, type UnitUndo } from './unit-undo.js';

/** The nodes of each cluster as they were last read or written: every volume's info names the hosts of all of them. */
export class NodeMemory {
  readonly #undo: UnitUndo;
  readonly #onMembership: (clusterId: Id) => void;
  /** By cluster; ordered by id. */
  readonly #clusters: Remembered<readonly Node[]>;

  /** `onMembership` is told of a cluster that a node has come into or left. */
  constructor(undo: UnitUndo, onMembership: (clusterId: Id) => void) {
    this.#undo = undo;
    this.#onMembership = onMembership;
    this.#clusters = new Remembered(undo);
  }

  forgetAll(): void {
    this.#clusters.forgetAll();
  }

  overNodes(rows: NodeRows): NodeRows {
    const listByCluster = async (clusterId: Id): Promise<readonly Node[]> => {
      const known = this.#clusters.get(clusterId);
      if (known) return known;
      const read = await rows.listByCluster(clusterId);
      return isSorted(read, idOf) ? this.#clusters.load(clusterId, read) : read;
    };
    return {
      ...rows,
      listByCluster,
      insert: async (node, options) => {
        this.#undo.wrote();
        await rows.insert(node, options);
        this.#put(node);
        this.#onMembership(node.clusterId);
      },
      update: async (node) => {
        this.#undo.wrote();
        const before = await rows.find(node.id);
        await rows.update(node);
        if (before && before.clusterId !== node.clusterId) this.#remove(before);
        this.#put(node);
        if (before?.clusterId !== node.clusterId) this.#onMembership(node.clusterId);
      },
      delete: async (id) => {
        this.#undo.wrote();
        const before = await rows.find(id);
        await rows.delete(id);
        if (before) this.#remove(before);
      },
    };
  }

  #put(node: Node): void {
    const known = this.#clusters.get(node.clusterId);
    if (known) this.#clusters.change(node.clusterId, withItem(known, node, idOf));
  }

  #remove({ id, clusterId }: Node): void {
    const known = this.#clusters.get(clusterId);
    if (known && findSorted(known, id, idOf)) this.#clusters.change(clusterId, withoutItem(known, id, idOf));
    this.#onMembership(clusterId);
  }
}

const idOf = ({ id }: Node): Id => id;
