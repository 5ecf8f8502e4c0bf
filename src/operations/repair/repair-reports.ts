import type { Id } from '../../domain/ids.js';
import type { RepairReport } from '../ports/repairs.js';

const KEPT = 200;

/** The last reports of this process, for clients to read; what was repaired is in the log as well. */
export class RepairReports {
  readonly #byId = new Map<Id, RepairReport>();
  readonly #lastOfNode = new Map<Id, RepairReport>();
  readonly #onKept: (report: RepairReport) => void;

  constructor(onKept: (report: RepairReport) => void = () => undefined) {
    this.#onKept = onKept;
  }

  keep(report: RepairReport): void {
    this.#byId.set(report.id, report);
    this.#lastOfNode.set(report.nodeId, report);
    this.#onKept(report);
    for (const id of this.#byId.keys()) {
      if (this.#byId.size <= KEPT) break;
      this.#byId.delete(id);
    }
  }

  find(id: Id): RepairReport | null {
    return this.#byId.get(id) ?? null;
  }

  lastOf(nodeId: Id): RepairReport | null {
    return this.#lastOfNode.get(nodeId) ?? null;
  }
}
