import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

export interface Turns {
  /** The slowest answer. */
  readonly turnMs: number;
  /**
   * The most CPU that the server's main thread had until an answer: about one turn's, whatever others do on the machine,
   * and more where the one who asks was kept waiting.
   */
  readonly turnCpuMs: number;
}

const PROGRAM = new URL('./processes/turn-probe.mjs', import.meta.url);

/** Asks a server for `/hello` every 5 ms, in a thread of its own: the slowest answer is its longest turn. */
export class TurnProbe {
  readonly #worker: Worker;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  static async start(base: string, pid: number): Promise<TurnProbe> {
    const worker = new Worker(PROGRAM, { workerData: { base, pid } });
    await once(worker, 'message');
    return new TurnProbe(worker);
  }

  async stop(): Promise<Turns> {
    this.#worker.postMessage('stop');
    const [turns] = (await once(this.#worker, 'message')) as [Turns];
    await this.#worker.terminate();
    return turns;
  }
}
