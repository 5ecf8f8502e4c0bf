import { type Command, type CommandResult, type Executor, TransportError } from './executor.js';

/** `refused`: a command ran and failed; `unknown`: connection lost or deadline passed. */
export type BatchOutcome = 'succeeded' | 'refused' | 'unknown';

/** Tells how long each batch of another executor took, by the program of its first command. */
export class MeasuredExecutor implements Executor {
  readonly #inner: Executor;
  readonly #onBatch: (program: string, outcome: BatchOutcome, durationMs: number) => void;

  constructor(inner: Executor, onBatch: (program: string, outcome: BatchOutcome, durationMs: number) => void) {
    this.#inner = inner;
    this.#onBatch = onBatch;
  }

  async run(host: string, batch: readonly Command[], signal?: AbortSignal): Promise<readonly CommandResult[]> {
    const startedAt = performance.now();
    const tell = (outcome: BatchOutcome) =>
      this.#onBatch(batch[0]?.argv[0] ?? '', outcome, performance.now() - startedAt);
    try {
      const results = await this.#inner.run(host, batch, signal);
      tell(results.some(({ exitCode }, i) => exitCode !== 0 && !batch[i]?.mayFail) ? 'refused' : 'succeeded');
      return results;
    } catch (error) {
      if (error instanceof TransportError) tell('unknown');
      throw error;
    }
  }

  async linkNames(host: string, storageName: string): Promise<void> {
    await this.#inner.linkNames?.(host, storageName);
  }

  async checkName(host: string): Promise<void> {
    await this.#inner.checkName?.(host);
  }

  awaitLeftovers(host: string): Promise<void> {
    return this.#inner.awaitLeftovers(host);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}
