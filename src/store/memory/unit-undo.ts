/**
 * How to take back what a unit of work did to what is remembered, for the unit that is taken back: what others wrote and
 * read stays known. Outside of a unit nothing is noted, since nothing is written there.
 */
export class UnitUndo {
  #steps: (() => void)[] | null = null;
  #hasWritten = false;

  begin(): void {
    this.#steps = [];
    this.#hasWritten = false;
  }

  /** The unit stands, as far as it goes by itself. */
  end(): void {
    this.#steps = null;
  }

  takeBack(): void {
    for (const step of this.#steps?.reverse() ?? []) step();
    this.#steps = null;
  }

  /** Rows are about to be written: what the unit reads from now on may show them. */
  wrote(): void {
    this.#hasWritten = true;
  }

  /** What is remembered has changed; `step` makes it what it was. */
  changed(step: () => void): void {
    this.#steps?.push(step);
  }

  /** Something was read and is remembered; `forget` is for when it may show what the unit wrote. */
  loaded(forget: () => void): void {
    if (this.#hasWritten) this.#steps?.push(forget);
  }
}

/** Values by key. What is in them is never changed, only replaced: somebody may be going through it. */
export class Remembered<Value> {
  readonly #undo: UnitUndo;
  readonly #values = new Map<string, Value>();

  constructor(undo: UnitUndo) {
    this.#undo = undo;
  }

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  entries(): Iterable<[string, Value]> {
    return this.#values;
  }

  get isEmpty(): boolean {
    return this.#values.size === 0;
  }

  /** As it was just read. */
  load(key: string, value: Value): Value {
    this.#values.set(key, value);
    this.#undo.loaded(() => this.#values.delete(key));
    return value;
  }

  /** As it is after a write. */
  change(key: string, value: Value): void {
    this.#noteOf(key);
    this.#values.set(key, value);
  }

  forget(key: string): void {
    this.#noteOf(key);
    this.#values.delete(key);
  }

  forgetAll(): void {
    for (const key of [...this.#values.keys()]) this.forget(key);
  }

  #noteOf(key: string): void {
    const before = this.#values.get(key);
    this.#undo.changed(() => {
      if (before === undefined) this.#values.delete(key);
      else this.#values.set(key, before);
    });
  }
}
