/** Commands at which a fault holds their hosts, and those who wait for that to happen. */
export class HeldCommands {
  #held: ((goesOn: boolean) => void)[] = [];
  #waiting: (() => void)[] = [];

  /** Resolves when it is released: true when the command and its batch go on, false when they end there. */
  hold(): Promise<boolean> {
    for (const wake of this.#waiting.splice(0)) wake();
    return new Promise((release) => this.#held.push(release));
  }

  /** Resolves as soon as a command is held. */
  async reached(): Promise<void> {
    if (this.#held.length === 0) await new Promise<void>((wake) => this.#waiting.push(wake));
  }

  release(goesOn: boolean): void {
    for (const release of this.#held.splice(0)) release(goesOn);
  }
}
