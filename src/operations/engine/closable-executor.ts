import type { Command, CommandResult, Executor } from '../../executors/executor.js';

/** The server stops: no command is begun any more. */
export class ExecutorClosed extends Error {
  constructor(host: string) {
    super(`the server is shutting down; no more commands are sent to ${host}`);
    this.name = 'ExecutorClosed';
  }
}

/** Lets commands through until it is closed, and none after that. What it wraps is closed by its owner. */
export class ClosableExecutor implements Executor {
  readonly #inner: Executor;
  #isClosed = false;

  constructor(inner: Executor) {
    this.#inner = inner;
  }

  async run(host: string, batch: readonly Command[], signal?: AbortSignal): Promise<readonly CommandResult[]> {
    if (this.#isClosed) throw new ExecutorClosed(host);
    return this.#inner.run(host, batch, signal);
  }

  async linkNames(host: string, storageName: string): Promise<void> {
    if (this.#isClosed) throw new ExecutorClosed(host);
    await this.#inner.linkNames?.(host, storageName);
  }

  async awaitLeftovers(host: string): Promise<void> {
    if (this.#isClosed) throw new ExecutorClosed(host);
    await this.#inner.awaitLeftovers(host);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }
}
