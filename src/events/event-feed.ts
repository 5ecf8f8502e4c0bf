import { DomainError } from '../domain/errors.js';
import type { RecordedEvent } from '../domain/event.js';
import type { Store } from '../store/store.js';
import { startTimer } from '../timing/timers.js';

/** Commits of so long are read together: each reading wakes everybody who listens. */
const GATHER_MS = 100;
/** Events that are kept in memory for those who listen; who is further behind reads the database. */
const KEPT = 2_000;
const PAGE = 500;
const MOST_LISTENERS = 500;

export interface Listening {
  /** Where it begins: behind this id. */
  readonly after: number;
  /** Events behind the id that was asked for are not there any more, or were never here. */
  readonly isGap: boolean;
  /**
   * Events behind this id, oldest first: at once where there are any, otherwise when there are, or [] after `waitMs`. Null
   * when nothing follows, since the server ends or `gone` is aborted.
   */
  next(after: number, waitMs: number, gone: AbortSignal): Promise<readonly RecordedEvent[] | null>;
  end(): void;
}

/**
 * Gives events to those who listen as they are committed. Each asks for what follows when it can take it: nothing is
 * queued for one that is slow. While nobody listens, nothing is read.
 */
export class EventFeed {
  readonly #store: Pick<Store, 'read'>;
  readonly #mostListeners: number;
  readonly #waiting = new Set<() => void>();
  readonly #recent: RecordedEvent[] = [];
  /** All events behind this id, up to `#tail`, are among the recent ones. */
  #floor = 0;
  #tail = 0;
  #listeners = 0;
  #timer: NodeJS.Timeout | null = null;
  #isReading = false;
  #isChanged = false;
  #isClosed = false;

  constructor(store: Pick<Store, 'read'>, mostListeners = MOST_LISTENERS) {
    this.#store = store;
    this.#mostListeners = mostListeners;
  }

  get listeners(): number {
    return this.#listeners;
  }

  /** After each commit. */
  changed(): void {
    this.#isChanged = true;
    if (this.#listeners === 0 || this.#isClosed) return;
    this.#timer ??= startTimer(() => void this.#read(), GATHER_MS).unref();
  }

  /** From behind `after` on; null: from now on. Refuses more listeners than the server can serve. */
  async listen(after: number | null): Promise<Listening> {
    if (this.#isClosed) throw new DomainError('unavailable', 'the server is shutting down');
    if (this.#listeners >= this.#mostListeners)
      throw new DomainError('busy', `${this.#listeners} clients listen to events already; ask for GET /events instead`);
    const isFirst = this.#listeners === 0;
    this.#listeners += 1;
    try {
      const { last, oldest } = await this.#store.read(async (tx) => ({
        last: await tx.events.findLastId(),
        oldest: await tx.events.findOldestId(),
      }));
      if (isFirst && last > this.#tail) this.#startAt(last);
      this.changed();
      const isKnown = after === null || (after <= last && (oldest ?? last + 1) <= after + 1);
      return {
        after: after === null || after > last ? last : after,
        isGap: !isKnown,
        next: (from, waitMs, gone) => this.#next(from, waitMs, gone),
        end: once(() => {
          this.#listeners -= 1;
        }),
      };
    } catch (error) {
      this.#listeners -= 1;
      throw error;
    }
  }

  /** Everybody who listens is told that nothing follows. */
  close(): void {
    this.#isClosed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#wake();
  }

  async #next(after: number, waitMs: number, gone: AbortSignal): Promise<readonly RecordedEvent[] | null> {
    for (let from = after; ; ) {
      if (from >= this.#tail) await this.#news(waitMs, gone);
      if (this.#isClosed || gone.aborted) return null;
      if (from >= this.#tail) {
        // Another server on the same database may have written some.
        this.changed();
        return [];
      }
      if (from >= this.#floor) {
        const first = this.#recent.findIndex(({ id }) => id > from);
        return this.#recent.slice(first, first + PAGE);
      }
      const floor = this.#floor;
      const events = await this.#store.read((tx) => tx.events.listAfter(from, PAGE));
      if (events.length > 0) return events;
      // All of them are deleted: asked for again, they would not come either.
      from = floor;
    }
  }

  #news(waitMs: number, gone: AbortSignal): Promise<void> {
    if (this.#isClosed || gone.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        gone.removeEventListener('abort', wake);
        resolve();
      };
      const timer = startTimer(wake, waitMs).unref();
      this.#waiting.add(wake);
      gone.addEventListener('abort', wake);
    });
  }

  async #read(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      while (this.#isChanged && !this.#isClosed) {
        this.#isChanged = false;
        await this.#readNew();
      }
    } catch {
      // A database that can't be read is told by everything else; the next commit asks again.
      this.#isChanged = true;
    } finally {
      this.#isReading = false;
      this.#timer = null;
    }
  }

  async #readNew(): Promise<void> {
    for (let page = PAGE; page === PAGE; ) {
      const events = await this.#store.read((tx) => tx.events.listAfter(this.#tail, PAGE));
      page = events.length;
      if (page === 0) return;
      this.#recent.push(...events);
      this.#tail = events.at(-1)?.id ?? this.#tail;
      const dropped = this.#recent.splice(0, Math.max(0, this.#recent.length - KEPT));
      this.#floor = dropped.at(-1)?.id ?? this.#floor;
      this.#wake();
    }
  }

  /** What came while nobody listened is read from the database by those who ask for it. */
  #startAt(id: number): void {
    this.#recent.length = 0;
    this.#floor = id;
    this.#tail = id;
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}
