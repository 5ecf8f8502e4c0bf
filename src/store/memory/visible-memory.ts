import type { Id } from '../../domain/ids.js';
import type { ChangeType, PendingOperation } from '../../domain/pending-operation.js';
import type { LinkFaultRows } from '../interface/imported.js';
import type { OperationRows } from '../interface/operations.js';
import type { BlockVolumeRows, VolumeRows } from '../interface/volumes.js';
import { HIDES_BLOCK_VOLUME, HIDES_VOLUME } from '../rows/visible.js';
import { Remembered, type UnitUndo } from './unit-undo.js';
import { VisibleIds } from './visible-ids.js';

/** The key of what there is one of. */
const ONLY = '';

/**
 * Which volumes and block volumes are listed, and how many volumes a cluster has, as it was last read or follows from
 * what was written since. Pending operations decide what is visible; where an imported database has link faults, these do
 * too, and after any change all is read anew.
 */
export class VisibleMemory {
  readonly #undo: UnitUndo;
  readonly #volumes: VisibleIds;
  readonly #blockVolumes: VisibleIds;
  readonly #volumeCounts: Remembered<number>;
  readonly #hasFaults: Remembered<boolean>;

  constructor(undo: UnitUndo) {
    this.#undo = undo;
    this.#volumes = new VisibleIds(undo);
    this.#blockVolumes = new VisibleIds(undo);
    this.#volumeCounts = new Remembered(undo);
    this.#hasFaults = new Remembered(undo);
  }

  forgetAll(): void {
    this.#volumes.forgetAll();
    this.#blockVolumes.forgetAll();
    this.#volumeCounts.forgetAll();
    this.#hasFaults.forgetAll();
  }

  overVolumes(rows: VolumeRows, faults: LinkFaultRows): VolumeRows {
    return {
      ...rows,
      listVisibleIds: async () => {
        await this.#lookForFaults(faults);
        return this.#volumes.list(rows);
      },
      listVisibleIdsByCluster: async (clusterId) => {
        await this.#lookForFaults(faults);
        return this.#volumes.listByCluster(clusterId, rows);
      },
      countByCluster: async (clusterId) =>
        this.#volumeCounts.get(clusterId) ?? this.#volumeCounts.load(clusterId, await rows.countByCluster(clusterId)),
      insert: async (volume) => {
        this.#undo.wrote();
        await rows.insert(volume);
        this.#touch(this.#volumes, [volume.id]);
        this.#countMore(volume.clusterId, 1);
      },
      delete: async (id) => {
        this.#undo.wrote();
        const gone = await rows.find(id);
        await rows.delete(id);
        this.#touch(this.#volumes, [id]);
        if (gone) this.#countMore(gone.clusterId, -1);
      },
    };
  }

  overBlockVolumes(rows: BlockVolumeRows, faults: LinkFaultRows): BlockVolumeRows {
    return {
      ...rows,
      listVisibleIds: async () => {
        await this.#lookForFaults(faults);
        return this.#blockVolumes.list(rows);
      },
      listVisibleIdsByCluster: async (clusterId) => {
        await this.#lookForFaults(faults);
        return this.#blockVolumes.listByCluster(clusterId, rows);
      },
      insert: async (blockVolume) => {
        this.#undo.wrote();
        await rows.insert(blockVolume);
        this.#touch(this.#blockVolumes, [blockVolume.id]);
      },
      delete: async (id) => {
        this.#undo.wrote();
        await rows.delete(id);
        this.#touch(this.#blockVolumes, [id]);
      },
    };
  }

  overOperations(rows: OperationRows): OperationRows {
    const recorded = async (id: Id) => (this.#knowsLists ? rows.find(id) : null);
    return {
      ...rows,
      insert: async (operation) => {
        this.#undo.wrote();
        await rows.insert(operation);
        this.#touchNamed(operation);
      },
      update: async (operation) => {
        this.#undo.wrote();
        const before = await recorded(operation.id);
        await rows.update(operation);
        this.#touchNamed(before);
        this.#touchNamed(operation);
      },
      delete: async (id) => {
        this.#undo.wrote();
        const before = await recorded(id);
        await rows.delete(id);
        this.#touchNamed(before);
      },
    };
  }

  overLinkFaults(rows: LinkFaultRows): LinkFaultRows {
    return {
      ...rows,
      insert: async (fault) => {
        this.#undo.wrote();
        await rows.insert(fault);
        this.#forgetLists();
        this.#hasFaults.change(ONLY, true);
      },
      deleteByObject: async (id) => {
        this.#undo.wrote();
        await rows.deleteByObject(id);
        if (this.#hasFaults.get(ONLY) === false) return;
        this.#forgetLists();
        this.#hasFaults.forget(ONLY);
      },
    };
  }

  get #knowsLists(): boolean {
    return !this.#volumes.isEmpty || !this.#blockVolumes.isEmpty;
  }

  async #lookForFaults(rows: LinkFaultRows): Promise<void> {
    if (this.#hasFaults.get(ONLY) === undefined) this.#hasFaults.load(ONLY, await rows.findAny());
  }

  #touchNamed(operation: PendingOperation | null): void {
    this.#touch(this.#volumes, idsOf(operation, HIDES_VOLUME));
    this.#touch(this.#blockVolumes, idsOf(operation, HIDES_BLOCK_VOLUME));
  }

  #touch(visible: VisibleIds, ids: readonly Id[]): void {
    if (this.#hasFaults.get(ONLY) === true) visible.forgetAll();
    else visible.touch(ids);
  }

  #forgetLists(): void {
    this.#volumes.forgetAll();
    this.#blockVolumes.forgetAll();
  }

  #countMore(clusterId: Id, more: number): void {
    const known = this.#volumeCounts.get(clusterId);
    if (known !== undefined) this.#volumeCounts.change(clusterId, known + more);
  }
}

function idsOf(operation: PendingOperation | null, changes: readonly ChangeType[]): readonly Id[] {
  return (operation?.actions ?? []).filter(({ change }) => changes.includes(change)).map(({ id }) => id);
}
