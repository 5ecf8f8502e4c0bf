import { DomainError } from '../../domain/errors.js';
import { startTimer } from '../../timing/timers.js';
import { wasCommitted } from './commit-marks.js';
import { textOf } from './errors.js';
import type { Session } from './session.js';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;
/** How long those who are not patient wait. */
const IMPATIENT_MS = 10_000;

export interface LostAnswerHooks {
  open(): Promise<Session>;
  /** Goes on until it is known, or given up. */
  readonly isPatient: boolean;
  /** Told when it begins, with the reason, and when it has ended. */
  readonly onChange?: ((reason: string | null) => void) | undefined;
}

/** What became of a commit whose answer was lost. Until that is known nothing else is accepted, and nobody is told anything. */
export class LostAnswer {
  readonly #hooks: LostAnswerHooks;
  /** Null: everything is known. */
  #reason: string | null = null;
  #isGivenUp = false;
  #wake = (): void => undefined;

  constructor(hooks: LostAnswerHooks) {
    this.#hooks = hooks;
  }

  /** Null when changes may be accepted. */
  get refusal(): DomainError | null {
    if (this.#reason === null) return null;
    return new DomainError(
      'unavailable',
      `No change was accepted: the connection to the database broke at a commit (${this.#reason}), and whether that was ` +
        'made is not known yet. The server keeps trying to find out; check the database.',
    );
  }

  /** Whether the commit with this mark was made; rejects with a DomainError when that was given up. */
  async find(mark: string, broken: unknown): Promise<boolean> {
    const startedAt = performance.now();
    this.#reason = textOf(broken);
    this.#hooks.onChange?.(this.#reason);
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      const isMade = await this.#ask(mark);
      if (isMade !== null) {
        this.#reason = null;
        this.#hooks.onChange?.(null);
        return isMade;
      }
      if (!this.#hooks.isPatient && performance.now() - startedAt > IMPATIENT_MS) this.#isGivenUp = true;
      if (this.#isGivenUp) throw this.#unknown();
      await this.#pause(pauseMs);
    }
  }

  /** Nothing is accepted from then on. */
  giveUp(): void {
    this.#isGivenUp = true;
    this.#wake();
  }

  async #ask(mark: string): Promise<boolean | null> {
    let session: Session | null = null;
    try {
      session = await this.#hooks.open();
      return await wasCommitted(session, mark);
    } catch {
      return null;
    } finally {
      session?.end();
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = startTimer(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#isGivenUp) this.#wake();
    });
  }

  #unknown(): DomainError {
    return new DomainError(
      'unavailable',
      `It is unknown whether this change was made: the connection to the database broke at its commit (${this.#reason}), ` +
        'and the program ends before that is clear. Look at the result before you ask again.',
    );
  }
}
