import pLimit from 'p-limit';
import { manageName } from '../../domain/node.js';
import type { Store } from '../../store/store.js';
import { startTimer } from '../../timing/timers.js';
import type { Logger } from '../logger.js';
import type { NodeHealth } from '../ports.js';
import type { NodeRepair } from './node-repair.js';

const NODES_AT_ONCE = 4;

/**
 * Compares every online node with the store from time to time, and mends it unless told only to report. Nodes that
 * an administrator took offline are left alone.
 */
export class NodeRepairMonitor {
  readonly #store: Store;
  readonly #repair: NodeRepair;
  readonly #health: NodeHealth;
  readonly #log: Logger;
  readonly #isReportOnly: boolean;
  #timer: NodeJS.Timeout | null = null;

  constructor(store: Store, repair: NodeRepair, health: NodeHealth, log: Logger, isReportOnly: boolean) {
    this.#store = store;
    this.#repair = repair;
    this.#health = health;
    this.#log = log;
    this.#isReportOnly = isReportOnly;
  }

  start(startSeconds: number, refreshSeconds: number): void {
    const tick = async () => {
      await this.runOnce().catch((error: unknown) => this.#log.error({ err: error }, 'nodes could not be compared'));
      if (this.#timer) this.#timer = startTimer(() => void tick(), refreshSeconds * 1000).unref();
    };
    this.#timer = startTimer(() => void tick(), startSeconds * 1000).unref();
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** One comparison of all online nodes; a node that can't be asked is logged. */
  async runOnce(): Promise<void> {
    const nodes = await this.#store.read((tx) => tx.nodes.list());
    const limit = pLimit(NODES_AT_ONCE);
    const eligible = nodes.filter((node) => node.state === 'online' && this.#health.isUp(manageName(node)));
    await Promise.all(
      eligible.map((node) =>
        limit(async () => {
          try {
            const { findings, isHealthy } = await this.#repair.run(node.id, this.#isReportOnly, false);
            if (findings.length > 0)
              this.#log.warn({ node: node.id, host: manageName(node), isHealthy, findings }, 'node was compared');
          } catch (error) {
            this.#log.warn({ node: node.id, host: manageName(node), err: error }, 'node could not be compared');
          }
        }),
      ),
    );
  }
}
