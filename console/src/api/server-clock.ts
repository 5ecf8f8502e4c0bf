/** Tokens expire by the server's clock, which need not agree with the browser's: each answer tells what it says. */
export class ServerClock {
  #aheadMs = 0;

  /** `date`: the Date header of an answer that has just come. */
  heard(date: string | null): void {
    const serverMs = Date.parse(date ?? '');
    if (Number.isFinite(serverMs)) this.#aheadMs = serverMs - Date.now();
  }

  /** Unix milliseconds, by the server's clock. */
  now(): number {
    return Date.now() + this.#aheadMs;
  }
}
