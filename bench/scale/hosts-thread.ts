import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type Command, type CommandResult, type Executor, TransportError } from '../../src/executors/executor.js';

const PROGRAM = new URL('./processes/hosts-thread.mjs', import.meta.url);

interface Answer {
  readonly id: number;
  readonly results?: readonly CommandResult[];
  readonly error?: string;
  readonly mayHaveRun?: boolean;
}

/** Simulated hosts in a thread: what they need is not counted as the server's, and their answers come over as they are. */
export class HostsThread implements Executor {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #lastId = 0;

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (answer: Answer) => {
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
  }

  /** `file`: a database of whose records the hosts are made. `socket`: where a server in another process finds them. */
  static async start(file: string, socket: string | null = null): Promise<HostsThread> {
    const worker = new Worker(PROGRAM, { workerData: { file, socket } });
    await once(worker, 'message');
    return new HostsThread(worker);
  }

  async run(host: string, batch: readonly Command[]): Promise<readonly CommandResult[]> {
    const id = ++this.#lastId;
    const answer = await new Promise<Answer>((done) => {
      this.#waiting.set(id, done);
      this.#worker.postMessage({ id, host, batch });
    });
    if (answer.results) return answer.results;
    throw new TransportError(host, answer.error ?? '', answer.mayHaveRun ?? true);
  }

  async awaitLeftovers(): Promise<void> {
    // Nothing is left of a thread's commands.
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
