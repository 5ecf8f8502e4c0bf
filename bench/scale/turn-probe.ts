import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

const PROGRAM = new URL('./processes/turn-probe.mjs', import.meta.url);

/** Asks a server for `/hello` every 5 ms, in a thread of its own: the slowest answer is its longest turn. */
export class TurnProbe {
  readonly #worker: Worker;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  static async start(base: string): Promise<TurnProbe> {
    const worker = new Worker(PROGRAM, { workerData: base });
    await once(worker, 'message');
    return new TurnProbe(worker);
  }

  /** Milliseconds. */
  async stop(): Promise<number> {
    this.#worker.postMessage('stop');
    const [longest] = (await once(this.#worker, 'message')) as [number];
    await this.#worker.terminate();
    return longest;
  }
}
