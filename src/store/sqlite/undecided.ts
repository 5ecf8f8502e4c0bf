import { DomainError } from '../../domain/errors.js';
import { startTimer } from '../../timing/timers.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;

interface Answerable {
  reject(error: unknown): void;
}

export interface UndecidedHooks {
  /** See Transactions. */
  removeFailedCommit(): void;
  /** False: whoever waits is told at once that nobody knows, and the store takes nothing any more. */
  readonly isPatient: boolean;
  /** Told when it begins, with the reason, and when it has ended. */
  readonly onChange?: (reason: string | null) => void;
}

/**
 * What became of a commit that failed. Its units of work are answered when that is known, which is when nothing of it
 * is left in the log: they were not done. Until then nothing else may be accepted, since a kill could bring it back.
 */
export class Undecided {
  readonly #hooks: UndecidedHooks;
  #units: readonly Answerable[] = [];
  /** Null: everything is known. */
  #reason: string | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isGivenUp = false;

  constructor(hooks: UndecidedHooks) {
    this.#hooks = hooks;
  }

  /** For a commit that has just failed, and whose transaction was taken back in memory. */
  decide(units: readonly Answerable[], error: unknown): void {
    if (this.#isRemoved()) {
      for (const unit of units) unit.reject(error);
      return;
    }
    this.#reason = reasonOf(error);
    this.#units = units;
    this.#hooks.onChange?.(this.#reason);
    if (this.#hooks.isPatient && !this.#isGivenUp) this.#tryAgain(error, FIRST_PAUSE_MS);
    else this.giveUp();
  }

  /** Null when changes may be accepted. */
  get refusal(): DomainError | null {
    if (this.#reason === null) return null;
    return new DomainError(
      'unavailable',
      `No change was accepted: the disk of the database failed at a commit (${this.#reason}), and what of that is on ` +
        'the disk is not known yet. The server keeps trying to find out; check the file system of the database.',
    );
  }

  /** Answers those that wait that their outcome is unknown, which stays so until the next start. */
  giveUp(): void {
    this.#isGivenUp = true;
    if (this.#timer) clearTimeout(this.#timer);
    const error = new DomainError(
      'unavailable',
      `It is unknown whether this change was made: the disk of the database failed at its commit (${this.#reason}), ` +
        'and the server ends before that is clear. Look at the result after the next start before you ask again.',
    );
    for (const unit of this.#units) unit.reject(error);
    this.#units = [];
  }

  #tryAgain(error: unknown, pauseMs: number): void {
    this.#timer = startTimer(() => {
      if (!this.#isRemoved()) return this.#tryAgain(error, Math.min(pauseMs * 2, LONGEST_PAUSE_MS));
      this.#reason = null;
      for (const unit of this.#units) unit.reject(error);
      this.#units = [];
      this.#hooks.onChange?.(null);
    }, pauseMs);
  }

  #isRemoved(): boolean {
    try {
      this.#hooks.removeFailedCommit();
      return true;
    } catch {
      return false;
    }
  }
}

function reasonOf(error: unknown): string {
  const engine = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(engine instanceof Error)) return String(engine);
  return 'code' in engine ? `${engine.message}, ${String(engine.code)}` : engine.message;
}
