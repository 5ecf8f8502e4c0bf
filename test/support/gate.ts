/** Something to wait for until a test opens it. */
export class Gate {
  readonly opened: Promise<undefined>;
  #open: ((nothing: undefined) => void) | null = null;

  constructor() {
    this.opened = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  open(): void {
    this.#open?.(undefined);
  }
}
