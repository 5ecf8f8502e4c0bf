import { startTimer } from '../timing/timers.js';

/** How long a unit that goes along waits for company. */
const ALONG_MS = 50;

/** Units of work that wait for the next commit, in their order. */
export class WaitingUnits<Unit> {
  readonly #onDue: () => void;
  readonly #waiting: Unit[] = [];
  /** Units that start no group of their own. */
  readonly #along: Unit[] = [];
  #timer: NodeJS.Timeout | null = null;

  /** `onDue` is called when a group has to begin. */
  constructor(onDue: () => void) {
    this.#onDue = onDue;
  }

  /** Whether somebody waits; those that only go along don't count. */
  get isWanted(): boolean {
    return this.#waiting.length > 0;
  }

  add(unit: Unit, goesAlong: boolean): void {
    if (goesAlong) {
      this.#along.push(unit);
      this.#timer ??= startTimer(() => this.startAlong(), ALONG_MS).unref();
    } else {
      this.#waiting.push(unit);
      this.#onDue();
    }
  }

  shift(): Unit | undefined {
    return this.#waiting.shift();
  }

  takeAll(): readonly Unit[] {
    return this.#waiting.splice(0);
  }

  /** They are the next ones again. */
  putBack(units: readonly Unit[]): void {
    this.#waiting.unshift(...units);
  }

  /** Those that go along need not wait any longer. */
  startAlong(): void {
    const isAny = this.#along.length > 0;
    this.takeAlong();
    if (isAny) this.#onDue();
  }

  /** A group begins: they go along with it. */
  takeAlong(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#waiting.push(...this.#along.splice(0));
  }
}
