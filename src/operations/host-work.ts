import pLimit, { type LimitFunction } from 'p-limit';
import { isTransactionInProgress } from '../executors/commands/gluster-errors.js';
import { CommandError, TransportError } from '../executors/executor.js';

const BRICKS_PER_HOST = 4;
const GLUSTER_CHANGES_PER_CLUSTER = 8;
const TRANSACTION_RETRIES = 60;
const TRANSACTION_PAUSE_MS = 500;

/** How many changes may run at once on a host and in a cluster, and in which order. */
export class HostWork {
  readonly #hosts = new Map<string, LimitFunction>();
  readonly #clusters = new Map<string, LimitFunction>();
  readonly #volumes = new Map<string, LimitFunction>();
  readonly #pause: (ms: number) => Promise<void>;

  constructor(pause: (ms: number) => Promise<void> = (ms) => new Promise((done) => setTimeout(done, ms))) {
    this.#pause = pause;
  }

  /** Brick work: bounded per host, so that one host's LVM does not get everything at once. */
  onHost<T>(host: string, work: () => Promise<T>): Promise<T> {
    return limiter(this.#hosts, host, BRICKS_PER_HOST)(work);
  }

  /**
   * A mutating gluster command: one at a time per volume (glusterd locks per volume since 3.6), a bounded number
   * per cluster, repeated when glusterd answers that another transaction is in progress.
   */
  onVolume<T>(clusterId: string, volume: string, work: () => Promise<T>): Promise<T> {
    const ofVolume = limiter(this.#volumes, `${clusterId}/${volume}`, 1);
    const done = ofVolume(() =>
      limiter(this.#clusters, clusterId, GLUSTER_CHANGES_PER_CLUSTER)(() => this.#untilNoOtherTransaction(work)),
    );
    return done.finally(() => {
      if (ofVolume.activeCount + ofVolume.pendingCount === 0) this.#volumes.delete(`${clusterId}/${volume}`);
    });
  }

  async #untilNoOtherTransaction<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (attempt > TRANSACTION_RETRIES || !(error instanceof CommandError) || !isTransactionInProgress(error))
          throw error;
        await this.#pause(TRANSACTION_PAUSE_MS);
      }
    }
  }
}

function limiter(of: Map<string, LimitFunction>, key: string, concurrency: number): LimitFunction {
  let found = of.get(key);
  if (!found) {
    found = pLimit(concurrency);
    of.set(key, found);
  }
  return found;
}

/** Waits for all, then throws the first failure: nothing may still run when an undo begins. */
export async function allSettledOrThrow<T>(running: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(running);
  const failures = settled.filter((s) => s.status === 'rejected').map((s) => s.reason as unknown);
  // An unknown outcome must not hide behind a known one.
  const worst = failures.find((f) => f instanceof TransportError) ?? failures[0];
  if (failures.length > 0) throw worst;
  return settled.map((s) => (s as PromiseFulfilledResult<T>).value);
}
