import { CsiError } from './csi-error.js';

/** What calls are at work on. A second call on the same thing is told to come back (ABORTED), as the specification has it. */
export class RunningCalls {
  readonly #keys = new Set<string>();

  async alone<T>(key: string, work: () => Promise<T>): Promise<T> {
    if (this.#keys.has(key)) {
      throw new CsiError('ABORTED', `another call on ${key} is still running; ask again when it has ended`);
    }
    this.#keys.add(key);
    try {
      return await work();
    } finally {
      this.#keys.delete(key);
    }
  }
}
