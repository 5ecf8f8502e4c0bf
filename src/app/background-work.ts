import type { Config } from '../config/config.js';
import { keepBounded } from '../events/event-keeper.js';
import type { Hosts } from '../executors/commands/host/hosts.js';
import type { Logging } from '../logging/logger.js';
import type { DeviceCheck } from '../operations/device-check/device-check.js';
import { DeviceCheckMonitor } from '../operations/device-check/device-check-monitor.js';
import { forgetOldAnswers } from '../operations/engine/forget-old-answers.js';
import type { Recovery } from '../operations/engine/recovery.js';
import type { HealthMonitor } from '../operations/hosts/health-monitor.js';
import type { NodeRepair } from '../operations/repair/node-repair.js';
import { NodeRepairMonitor } from '../operations/repair/node-repair-monitor.js';
import type { Usage } from '../operations/usage/usage.js';
import type { Store } from '../store/store.js';
import type { Backups } from './backups.js';

export interface Workers {
  readonly health: HealthMonitor;
  readonly recovery: Recovery;
  readonly hosts: Hosts;
  readonly repair: NodeRepair;
  readonly deviceCheck: DeviceCheck;
  readonly usage: Usage;
  readonly backups: Backups;
}

/**
 * What the server does without being asked: watches its hosts, leads out what was left, mends nodes, looks at devices and at how full they are, forgets answers, events and entries of the audit, backs
 * its database up. Backups go on while it stops, and are closed by themselves.
 */
export class BackgroundWork {
  readonly #config: Config;
  readonly #store: Store;
  readonly #log: Logging['logger'];
  readonly #workers: Workers;
  readonly #repairMonitor: NodeRepairMonitor;
  readonly #deviceMonitor: DeviceCheckMonitor;
  #stopForgetting: () => void = () => undefined;
  #keepers: readonly (() => void)[] = [];
  #isWatching = false;
  #isStopped = false;

  constructor(config: Config, store: Store, log: Logging['logger'], workers: Workers) {
    this.#config = config;
    this.#store = store;
    this.#log = log;
    this.#workers = workers;
    const { hosts, repair, deviceCheck, health } = workers;
    this.#deviceMonitor = new DeviceCheckMonitor(store, deviceCheck, log, !config.deviceCheck.isReportOnly);
    this.#repairMonitor = new NodeRepairMonitor({ store, hosts, health, log }, repair, config.nodeRepair.isReportOnly);
  }

  /** Only asks hosts whether they answer, which placing volumes goes by: also where another server works on them. */
  watch(): void {
    const { monitor } = this.#config;
    if (this.#isStopped || this.#isWatching || !monitor.isEnabled) return;
    this.#isWatching = true;
    this.#workers.health.start(monitor.startSeconds, monitor.refreshSeconds);
  }

  /** Nothing is begun by a server that stops: somebody may have confirmed a restored database in that very moment. */
  start(): void {
    if (this.#isStopped) return;
    const { cleaner, nodeRepair, deviceCheck, usageSurvey, dbReadOnly } = this.#config;
    const { recovery, usage, backups } = this.#workers;
    this.watch();
    if (cleaner.isEnabled && !dbReadOnly) recovery.start(cleaner.startSeconds, cleaner.refreshSeconds);
    if (areHostsToBeCompared(this.#config)) {
      if (nodeRepair.isEnabled) this.#repairMonitor.start(nodeRepair.startSeconds, nodeRepair.refreshSeconds);
      if (deviceCheck.isEnabled) this.#deviceMonitor.start(deviceCheck.startSeconds, deviceCheck.refreshSeconds);
      if (usageSurvey.isEnabled) usage.monitor.start(usageSurvey.startSeconds, usageSurvey.refreshSeconds);
    }
    if (dbReadOnly) return;
    this.#stopForgetting = forgetOldAnswers(this.#store, this.#log);
    backups.start();
    this.#keepers = [
      keepBounded(this.#store, (tx) => tx.events, this.#config.events, this.#log),
      keepBounded(this.#store, (tx) => tx.audit, this.#config.audit, this.#log),
    ];
  }

  stop(): void {
    this.#isStopped = true;
    this.#workers.health.stop();
    this.#workers.recovery.stop();
    this.#repairMonitor.stop();
    this.#deviceMonitor.stop();
    this.#workers.usage.monitor.stop();
    this.#stopForgetting();
    for (const stop of this.#keepers) stop();
  }
}

/** Lenient simulated hosts have nothing that could be compared, and a read-only database is not acted upon. */
function areHostsToBeCompared({ dbReadOnly, executor, mock }: Config): boolean {
  return !dbReadOnly && !(executor === 'mock' && mock.mode === 'lenient');
}
