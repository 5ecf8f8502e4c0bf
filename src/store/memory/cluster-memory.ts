import type { Tx } from '../store.js';
import { DeviceMemory } from './device-memory.js';
import { NodeMemory } from './node-memory.js';
import type { UnitMemory } from './unit-memory.js';
import { UnitUndo } from './unit-undo.js';
import { VisibleMemory } from './visible-memory.js';

/**
 * What every placement, volume info and list needs of the rows, as it was last read or written, so that a change costs what
 * it changes and not what there is. Right only because one process owns the database file, and because a unit of work that
 * is taken back takes its part back here, too.
 */
export class ClusterMemory implements UnitMemory {
  readonly #undo = new UnitUndo();
  readonly #devices = new DeviceMemory(this.#undo);
  readonly #nodes = new NodeMemory(this.#undo, (clusterId) => this.#devices.forget(clusterId));
  readonly #visible = new VisibleMemory(this.#undo);

  unitBegins(): void {
    this.#undo.begin();
  }

  unitStands(): void {
    this.#undo.end();
  }

  unitIsTakenBack(): void {
    this.#undo.takeBack();
  }

  groupIsTakenBack(): void {
    this.#undo.end();
    this.#devices.forgetAll();
    this.#nodes.forgetAll();
    this.#visible.forgetAll();
  }

  /** The same tables, which look here first. */
  over(tx: Tx): Tx {
    return {
      ...tx,
      nodes: this.#nodes.overNodes(tx.nodes),
      devices: this.#devices.overDevices(tx.devices),
      bricks: this.#devices.overBricks(tx.bricks, tx.devices),
      volumes: this.#visible.overVolumes(tx.volumes, tx.linkFaults),
      blockVolumes: this.#visible.overBlockVolumes(tx.blockVolumes, tx.linkFaults),
      operations: this.#visible.overOperations(tx.operations),
      linkFaults: this.#visible.overLinkFaults(tx.linkFaults),
    };
  }
}
