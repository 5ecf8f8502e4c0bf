import type { Config } from '../config/config.js';
import type { Logging } from '../logging/logger.js';
import { forgetOldAnswers } from '../operations/engine/forget-old-answers.js';
import type { Recovery } from '../operations/engine/recovery.js';
import type { HealthMonitor } from '../operations/hosts/health-monitor.js';
import type { NodeRepair } from '../operations/repair/node-repair.js';
import { NodeRepairMonitor } from '../operations/repair/node-repair-monitor.js';
import type { Store } from '../store/store.js';

export interface Workers {
  readonly health: HealthMonitor;
  readonly recovery: Recovery;
  readonly repair: NodeRepair;
}

/** What the server does without being asked: watches its hosts, leads out what was left, mends nodes, forgets answers. */
export class BackgroundWork {
  readonly #config: Config;
  readonly #store: Store;
  readonly #log: Logging['logger'];
  readonly #workers: Workers;
  readonly #repairMonitor: NodeRepairMonitor;
  #stopForgetting: () => void = () => undefined;
  #isStopped = false;

  constructor(config: Config, store: Store, log: Logging['logger'], workers: Workers) {
    this.#config = config;
    this.#store = store;
    this.#log = log;
    this.#workers = workers;
    const { repair, health } = workers;
    this.#repairMonitor = new NodeRepairMonitor(store, repair, health, log, config.nodeRepair.isReportOnly);
  }

  /** Nothing is begun by a server that stops: somebody may have confirmed a restored database in that very moment. */
  start(): void {
    if (this.#isStopped) return;
    const { monitor, cleaner, nodeRepair, dbReadOnly } = this.#config;
    const { health, recovery } = this.#workers;
    if (monitor.isEnabled) health.start(monitor.startSeconds, monitor.refreshSeconds);
    if (cleaner.isEnabled && !dbReadOnly) recovery.start(cleaner.startSeconds, cleaner.refreshSeconds);
    if (isNodeRepairOn(this.#config)) this.#repairMonitor.start(nodeRepair.startSeconds, nodeRepair.refreshSeconds);
    if (!dbReadOnly) this.#stopForgetting = forgetOldAnswers(this.#store, this.#log);
  }

  stop(): void {
    this.#isStopped = true;
    this.#workers.health.stop();
    this.#workers.recovery.stop();
    this.#repairMonitor.stop();
    this.#stopForgetting();
  }
}

/** Lenient simulated hosts have nothing that could be compared, and a read-only database is not acted upon. */
function isNodeRepairOn({ nodeRepair, dbReadOnly, executor, mock }: Config): boolean {
  return nodeRepair.isEnabled && !dbReadOnly && !(executor === 'mock' && mock.mode === 'lenient');
}
