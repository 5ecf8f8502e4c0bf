/** Batches that still run on hosts though nobody waits for their answers. */
export class Leftovers {
  readonly #running = new Map<string, Set<Promise<unknown>>>();

  /** Counts `batch`, whatever it ends with, until `ended` has seen its end. */
  add(host: string, batch: Promise<unknown>): void {
    const ofHost = this.#running.get(host) ?? new Set();
    this.#running.set(host, ofHost);
    ofHost.add(batch);
  }

  isEmpty(host: string): boolean {
    return !this.#running.has(host);
  }

  async ended(host: string): Promise<void> {
    for (let ofHost = this.#running.get(host); ofHost; ofHost = this.#running.get(host)) {
      const batches = [...ofHost];
      await Promise.allSettled(batches);
      for (const batch of batches) ofHost.delete(batch);
      if (ofHost.size === 0) this.#running.delete(host);
    }
  }
}
