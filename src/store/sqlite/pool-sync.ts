import { fdatasync, fsync } from 'node:fs';

/**
 * Waits for the disk in libuv's pool, so that nothing in the event loop does. One sync runs at a time; what is written
 * meanwhile shares the next one.
 */
export class PoolSync {
  readonly #descriptor: number;
  readonly #onFailed: (error: Error) => void;
  #written = 0;
  /** How many of the writes are on disk. */
  #synced = 0;
  #isRunning = false;
  #isCut = false;
  readonly #waiting: { readonly until: number; wake(): void }[] = [];

  /** `onFailed`: what was written may be lost, and no further sync could tell. Nobody who waits is ever woken then. */
  constructor(descriptor: number, onFailed: (error: Error) => void) {
    this.#descriptor = descriptor;
    this.#onFailed = onFailed;
  }

  /** After a write. */
  written(): void {
    this.#written += 1;
    if (!this.#isRunning) this.#run();
  }

  /** After the file was made shorter, which fdatasync need not note. */
  cut(): void {
    this.#isCut = true;
    this.written();
  }

  /** What was written can't be trusted to last, as after a sync that failed. */
  lost(error: Error): void {
    this.#written += 1;
    this.#isRunning = true;
    this.#onFailed(error);
  }

  /** Whether all that was written is on disk. */
  get isDone(): boolean {
    return this.#synced === this.#written;
  }

  /** Resolves when a sync has ended that began after all that has been written until now. */
  async done(): Promise<void> {
    if (!this.isDone) await new Promise<void>((wake) => this.#waiting.push({ until: this.#written, wake }));
  }

  #run(): void {
    const until = this.#written;
    const sync = this.#isCut ? fsync : fdatasync;
    this.#isCut = false;
    this.#isRunning = true;
    sync(this.#descriptor, (error) => {
      if (error) this.#onFailed(error);
      else this.#end(until);
    });
  }

  #end(until: number): void {
    this.#isRunning = false;
    this.#synced = until;
    if (this.#written > until) this.#run();
    while ((this.#waiting[0]?.until ?? Number.POSITIVE_INFINITY) <= until) this.#waiting.shift()?.wake();
  }
}
