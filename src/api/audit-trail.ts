import type { AuditEntry } from '../domain/audit.js';
import type { Logger } from '../operations/logger.js';
import type { Store } from '../store/store.js';
import { startTimer } from '../timing/timers.js';

/** Of what anybody can send so many in a window: of more only the number is written and logged. */
const LISTED = 20;
/** While more keep coming, each window lasts twice as long as the one before: they must not fill the audit, and push out the rest. */
const FIRST_WINDOW_MS = 60_000;
const LONGEST_WINDOW_MS = 3600_000;
const LONGEST_PATH = 200;
const LONGEST_REASON = 500;

export interface AuditTrailDeps {
  readonly store: Store;
  readonly log: Logger;
  /** False while nothing may be written: then the log alone tells. */
  readonly mayWrite: () => boolean;
  /** Counts each of them. */
  readonly onTokenRefused?: (() => void) | undefined;
}

/** What a request came to, before it is cut to what is kept. */
export type Audited = Omit<AuditEntry, 'repeats'>;

/**
 * Writes who asked for which change, and what was answered. Entries go along with the next commit, so that nobody waits for
 * them; those of a process that dies within a moment are lost, and are in its log and, where a change was accepted, in its
 * record and its events.
 */
export class AuditTrail {
  readonly #deps: AuditTrailDeps;
  readonly #waiting: AuditEntry[] = [];
  #listed = 0;
  #unlisted = 0;
  #last: Audited | null = null;
  #windowMs = FIRST_WINDOW_MS;
  #timer: NodeJS.Timeout | null = null;

  constructor(deps: AuditTrailDeps) {
    this.#deps = deps;
  }

  /** A request that changes something, or was refused to. */
  asked(entry: Audited): void {
    this.#write(entry, 0);
  }

  /** A request without a good token, or one of the wrong role. */
  tokenRefused(entry: Audited): void {
    this.#deps.onTokenRefused?.();
    this.#ofAnybody(entry, 'token refused');
  }

  /** A request that was refused before its token was looked at. */
  pathRefused(entry: Audited): void {
    this.#ofAnybody(entry, 'request refused before its token was looked at');
  }

  /** What was not listed is told at once. */
  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#closeWindow();
  }

  #ofAnybody(entry: Audited, message: string): void {
    this.#timer ??= startTimer(() => this.#closeWindow(), this.#windowMs).unref();
    if (this.#listed === LISTED) {
      this.#unlisted += 1;
      this.#last = entry;
      return;
    }
    this.#listed += 1;
    const { requestId: reqId, method, path, address, reason } = entry;
    this.#deps.log.warn({ reqId, method, path: shortened(path, LONGEST_PATH), address, reason }, message);
    this.#write(entry, 0);
  }

  #closeWindow(): void {
    this.#timer = null;
    this.#listed = 0;
    this.#windowMs = this.#last === null ? FIRST_WINDOW_MS : Math.min(this.#windowMs * 2, LONGEST_WINDOW_MS);
    if (this.#last === null) return;
    const { address, reason } = this.#last;
    this.#deps.log.warn(
      { count: this.#unlisted, address, reason },
      'more requests without a good token were refused; this is the last of them',
    );
    this.#write(this.#last, this.#unlisted - 1);
    this.#last = null;
    this.#unlisted = 0;
  }

  #write(entry: Audited, repeats: number): void {
    const { store, log, mayWrite } = this.#deps;
    if (!mayWrite()) return;
    const kept = {
      ...entry,
      path: shortened(entry.path, LONGEST_PATH),
      reason: entry.reason === null ? null : shortened(entry.reason, LONGEST_REASON),
      repeats,
    };
    this.#waiting.push(kept);
    if (this.#waiting.length > 1) return;
    let entries: readonly AuditEntry[] | null = null;
    store
      .write(
        (tx) => {
          // All that have come until the unit is run; the same ones when it is run again.
          entries ??= this.#waiting.splice(0);
          return tx.audit.insert(entries);
        },
        { goesAlong: true },
      )
      .catch((error: unknown) => {
        const lost = entries ?? this.#waiting.splice(0);
        log.warn(
          { count: lost.length, reqIds: lost.map(({ requestId }) => requestId), err: error },
          'not in the audit',
        );
      });
  }
}

function shortened(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}...` : text;
}
