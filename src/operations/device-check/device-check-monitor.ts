import { manageName, type Node } from '../../domain/node.js';
import type { Store } from '../../store/store.js';
import { startTimer } from '../../timing/timers.js';
import type { Logger } from '../logger.js';
import type { DeviceCheck } from './device-check.js';

/** Hosts that are slow to answer must not hold up the others; more of them at a time need not be asked. */
const NODES_AT_A_TIME = 4;
/** A server that has just been started has seen no device yet: its first round does not take its time. */
const FIRST_ROUND_SECONDS = 30;

/**
 * Looks at the devices of every online node, one node after the other, spread over the whole period. A node that is
 * being looked at still is passed over.
 */
export class DeviceCheckMonitor {
  readonly #store: Store;
  readonly #check: Pick<DeviceCheck, 'run' | 'conditions'>;
  readonly #log: Logger;
  readonly #mayCorrect: boolean;
  readonly #running = new Set<string>();
  readonly #stopped = new AbortController();
  #timer: NodeJS.Timeout | null = null;
  #round: readonly Node[] = [];

  constructor(store: Store, check: Pick<DeviceCheck, 'run' | 'conditions'>, log: Logger, mayCorrect: boolean) {
    this.#store = store;
    this.#check = check;
    this.#log = log;
    this.#mayCorrect = mayCorrect;
  }

  start(startSeconds: number, refreshSeconds: number): void {
    this.#later(startSeconds, Math.min(FIRST_ROUND_SECONDS, refreshSeconds), refreshSeconds);
  }

  stop(): void {
    this.#stopped.abort();
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** `seconds` until the next node; `roundSeconds`: how long this round takes, `nextSeconds` how long all others do. */
  #later(seconds: number, roundSeconds: number, nextSeconds: number): void {
    if (this.#stopped.signal.aborted) return;
    const work = async () => {
      const isNewRound = this.#round.length === 0;
      const nodes = isNewRound ? await this.#beginRound() : this.#round;
      this.#lookAtNext();
      const isOver = this.#round.length === 0;
      const pause = isNewRound ? roundSeconds / Math.max(1, nodes.length) : seconds;
      this.#later(pause, isOver ? nextSeconds : roundSeconds, nextSeconds);
    };
    this.#timer = startTimer(() => {
      work().catch((error: unknown) => {
        this.#log.error({ err: error }, 'devices could not be looked at');
        this.#later(nextSeconds, nextSeconds, nextSeconds);
      });
    }, seconds * 1000).unref();
  }

  async #beginRound(): Promise<readonly Node[]> {
    const { nodes, devices } = await this.#store.read(async (tx) => ({
      nodes: await tx.nodes.list(),
      devices: await tx.devices.list(),
    }));
    this.#check.conditions.keepOnly(new Set(devices.map(({ id }) => id)));
    // What an administrator took offline is left alone.
    this.#round = nodes.filter(({ state }) => state === 'online');
    return this.#round;
  }

  #lookAtNext(): void {
    const [node, ...left] = this.#round;
    this.#round = left;
    if (!node || this.#running.has(node.id) || this.#running.size >= NODES_AT_A_TIME) return;
    this.#running.add(node.id);
    const { signal } = this.#stopped;
    this.#check
      .run(node.id, this.#mayCorrect, signal)
      .catch((error: unknown) => {
        if (signal.aborted) return;
        this.#log.warn(
          { node: node.id, host: manageName(node), err: error },
          'devices of a node could not be looked at',
        );
      })
      .finally(() => this.#running.delete(node.id));
  }
}
