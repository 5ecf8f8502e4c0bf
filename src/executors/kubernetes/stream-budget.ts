/** How many programs may run at a time on all hosts together. */
export class StreamBudget {
  readonly #limit: number | null;
  #used = 0;

  /** Null: no limit. */
  constructor(limit: number | null) {
    this.#limit = limit;
  }

  /** False: it is used up. */
  take(): boolean {
    if (this.#limit !== null && this.#used >= this.#limit) return false;
    this.#used++;
    return true;
  }

  giveBack(): void {
    this.#used--;
  }
}
