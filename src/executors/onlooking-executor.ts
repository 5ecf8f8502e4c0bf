import { type Command, type CommandResult, type Executor, TransportError } from './executor.js';

/** Lets nothing through to hosts but commands that only read, until it is told to take part. */
export class OnlookingExecutor implements Executor {
  readonly #inner: Executor;
  #takesPart = false;

  constructor(inner: Executor) {
    this.#inner = inner;
  }

  takePart(): void {
    this.#takesPart = true;
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
    if (this.#takesPart) return;
    throw new TransportError(
      host,
      `this server changes nothing on hosts yet: ${host} was not asked for ${what}`,
      false,
    );
  }
}
