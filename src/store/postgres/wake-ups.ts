import { startTimer } from '../../timing/timers.js';
import type { Session } from './session.js';
import { CURRENT_VERSION } from './store-state.js';

const CHANNEL = 'mortar';
/** Between two looks for what others have written: the longest that news take, with or without NOTIFY. */
const LOOK_MS = 1_000;

/** `written`: another server may have made a commit; `free`: nobody works on hosts any more. */
export type News = 'written' | 'free';

export interface WakeUpsHooks {
  open(): Promise<Session>;
  /** This server among all. */
  readonly name: string;
  onNews(news: News): void;
}

/**
 * Tells servers of one another's commits: by NOTIFY, where the engine has it, and by looking every second, so that nothing
 * depends on it. A connection of its own, on which nobody waits.
 */
export class WakeUps {
  readonly #hooks: WakeUpsHooks;
  #session: Session | null = null;
  /** The engine has LISTEN and NOTIFY. */
  #isListening = false;
  /** Of the last look. */
  #version: number | null = null;
  #announcing: Promise<void> | null = null;
  #isToAnnounce = false;
  #isClosed = false;
  #wake: () => void = () => undefined;
  readonly #looking: Promise<void>;

  constructor(hooks: WakeUpsHooks) {
    this.#hooks = hooks;
    this.#looking = this.#look();
  }

  /** This server has made a commit. Several soon after one another are announced together. */
  written(): void {
    this.#isToAnnounce = true;
    this.#announcing ??= this.#announce().finally(() => {
      this.#announcing = null;
    });
  }

  /** The last words: that others may work on hosts. */
  async close(isFree: boolean): Promise<void> {
    this.#isClosed = true;
    await this.#announcing;
    if (isFree) await this.#notify('free');
    this.#wake();
    await this.#looking;
    this.#session?.end();
  }

  async #announce(): Promise<void> {
    while (this.#isToAnnounce) {
      this.#isToAnnounce = false;
      await this.#notify('written');
    }
  }

  async #notify(news: News): Promise<void> {
    if (!this.#isListening || this.#session === null || this.#session.isLost) return;
    try {
      await this.#session.exec(`select pg_notify('${CHANNEL}', '${this.#hooks.name} ${news}')`);
    } catch {
      // Others look every second.
    }
  }

  async #look(): Promise<void> {
    while (!this.#isClosed) {
      try {
        await this.#lookOnce();
      } catch {
        // A database that is away is told by everything else.
        this.#session?.end();
      }
      if (!this.#isClosed) await this.#pause();
    }
  }

  async #lookOnce(): Promise<void> {
    const session = await this.#connected();
    session.forgetFailure();
    const [found] = await session.exec(CURRENT_VERSION);
    const version = Number(found?.rows[0]?.['version']);
    if (version === this.#version) return;
    this.#version = version;
    if (!this.#isClosed) this.#hooks.onNews('written');
  }

  async #connected(): Promise<Session> {
    if (this.#session && !this.#session.isLost) return this.#session;
    this.#isListening = false;
    const session = await this.#hooks.open();
    this.#session = session;
    try {
      await session.listen(CHANNEL, (payload) => this.#heard(payload));
      this.#isListening = true;
    } catch (error) {
      // An engine without LISTEN is asked every second only.
      if (session.isLost) throw error;
    }
    return session;
  }

  #heard(payload: string): void {
    const [name, news] = payload.split(' ');
    if (this.#isClosed || name === this.#hooks.name) return;
    this.#hooks.onNews(news === 'free' ? 'free' : 'written');
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = startTimer(resolve, LOOK_MS).unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
