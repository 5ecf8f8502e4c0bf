interface Waiting {
  readonly ticket: number;
  enter(): void;
  refuse(reason: unknown): void;
}

/** Lets a bounded number in at a time, lowest ticket first; who leaves and returns with his ticket keeps his place. */
export class FairGate {
  readonly #waiting: Waiting[] = [];
  #limit: number;
  #inside = 0;
  #nextTicket = 0;
  readonly #closing: AbortSignal | null;

  /** Once `closing` is aborted, whoever waits or comes is refused with its reason; those inside stay. */
  constructor(limit: number, closing: AbortSignal | null = null) {
    this.#limit = limit;
    this.#closing = closing;
    closing?.addEventListener('abort', () => {
      for (const waiting of this.#waiting.splice(0)) waiting.refuse(closing.reason);
    });
  }

  ticket(): number {
    return this.#nextTicket++;
  }

  get limit(): number {
    return this.#limit;
  }

  /** A lower limit puts nobody out: it holds for those who come. */
  set limit(limit: number) {
    this.#limit = limit;
    this.#letIn();
  }

  /** Resolves when it is this ticket's turn. */
  enter(ticket: number): Promise<void> {
    return new Promise((enter, refuse) => {
      if (this.#closing?.aborted) return refuse(this.#closing.reason);
      const waiting = { ticket, enter, refuse };
      let at = this.#waiting.length;
      while (at > 0 && (this.#waiting[at - 1]?.ticket ?? -1) > ticket) at--;
      this.#waiting.splice(at, 0, waiting);
      this.#letIn();
    });
  }

  leave(): void {
    this.#inside--;
    this.#letIn();
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.enter(this.ticket());
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  #letIn(): void {
    while (this.#inside < this.#limit) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#inside++;
      next.enter();
    }
  }
}
