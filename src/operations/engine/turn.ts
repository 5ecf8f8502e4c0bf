/** Which of the servers on one database leads operations out; where there is but one, that is this process. */
export class Turn {
  /** Several servers accept operations, and this one is not the only one. */
  readonly isShared: boolean;
  #isOurs: boolean;

  constructor(isShared: boolean) {
    this.isShared = isShared;
    this.#isOurs = !isShared;
  }

  get isOurs(): boolean {
    return this.#isOurs;
  }

  /** From now on it is this process, until it ends. */
  begin(): void {
    this.#isOurs = true;
  }
}
