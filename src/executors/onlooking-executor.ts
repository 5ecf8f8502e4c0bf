import { type Command, type CommandResult, type Executor, TransportError } from './executor.js';

/** Lets nothing through to hosts but commands that only read, for as long as there is a reason. */
export class OnlookingExecutor implements Executor {
  readonly #inner: Executor;
  readonly #whyNot: () => string | null;

  /** `whyNot`: why hosts are not changed, as the beginning of a sentence; null when they may be. */
  constructor(inner: Executor, whyNot: () => string | null) {
    this.#inner = inner;
    this.#whyNot = whyNot;
  }

  async run(host: string, batch: readonly Command[], signal?: AbortSignal): Promise<readonly CommandResult[]> {
    const change = batch.find(({ isReading }) => !isReading);
    if (change) this.#refuse(host, change.argv[0] ?? 'a command');
    return this.#inner.run(host, batch, signal);
  }

  async linkNames(host: string, storageName: string): Promise<void> {
    this.#refuse(host, 'a new name');
    await this.#inner.linkNames?.(host, storageName);
  }

  async checkName(host: string): Promise<void> {
    await this.#inner.checkName?.(host);
  }

  async awaitLeftovers(host: string): Promise<void> {
    this.#refuse(host, 'the wait for commands of earlier processes');
    await this.#inner.awaitLeftovers(host);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #refuse(host: string, what: string): void {
    const reason = this.#whyNot();
    if (reason !== null) throw new TransportError(host, `${reason}: ${host} was not asked for ${what}`, false);
  }
}
