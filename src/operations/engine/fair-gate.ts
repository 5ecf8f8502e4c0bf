/** Work that waited for its turn was told that there will be none; nothing of it was begun. */
export class TurnRefused extends Error {
  constructor() {
    super('the server is shutting down before this began');
    this.name = 'TurnRefused';
  }
}

interface Waiting {
  readonly ticket: number;
  enter(): void;
  refuse(error: TurnRefused): void;
}

/** Lets a bounded number in at a time, lowest ticket first; who leaves and returns with his ticket keeps his place. */
export class FairGate {
  readonly #waiting: Waiting[] = [];
  #limit: number;
  #inside = 0;
  #nextTicket = 0;
  #isClosed = false;

  constructor(limit: number) {
    this.#limit = limit;
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

  /** Resolves when it is this ticket's turn; rejects with TurnRefused once the gate is closed. */
  enter(ticket: number): Promise<void> {
    return new Promise((enter, refuse) => {
      if (this.#isClosed) return refuse(new TurnRefused());
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

  /** Whoever waits, or comes later, is refused. Those inside stay. */
  close(): void {
    this.#isClosed = true;
    for (const waiting of this.#waiting.splice(0)) waiting.refuse(new TurnRefused());
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
