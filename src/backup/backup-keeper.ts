import { GENERATION_ID } from '../store/attributes.js';
import type { Store } from '../store/store.js';
import { startTimer } from '../timing/timers.js';
import { asBackupFailure, BackupFailure, type BackupFailureReason } from './backup-failure.js';
import type { BackupTarget, BackupTargetName, DatabaseCopy } from './backup-target.js';

const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 300_000;

export interface BackupRhythm {
  /** From a change to its copy; further changes of that time share it. Null: changes begin no copy. */
  readonly afterChangeMs: number | null;
  /** From the begin of one copy to that of the next, when changes ask for it. */
  readonly spacingMs: number;
  /** After so long a copy is made though nothing has changed. */
  readonly everyMs: number;
  /** A try that takes longer has failed. */
  readonly tryLimitMs: number;
}

/** Told of each target and each try, for metrics; sizes in bytes, times in Unix milliseconds. */
export interface BackupObserver {
  /** Copies are to be kept there. */
  began(target: BackupTargetName, limitBytes: number | null): void;
  kept(target: BackupTargetName, sizeBytes: number, at: number): void;
  failed(target: BackupTargetName, reason: BackupFailureReason, sizeBytes: number | null): void;
}

export interface BackupLog {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Told of what people want to know: a copy that nobody has asked for, the first failure, and that it is over. */
export interface BackupEvents {
  backupMade(target: BackupTargetName): void;
  backupFailed(target: BackupTargetName, reason: string): void;
}

export interface BackupKeeperDeps {
  readonly store: Pick<Store, 'read' | 'backup'>;
  readonly target: BackupTarget;
  readonly rhythm: BackupRhythm;
  readonly observer: BackupObserver;
  readonly events?: BackupEvents | undefined;
  readonly log: BackupLog;
}

/**
 * Keeps copies of the database in one target: after changes, from time to time, and once more at the end. One at a time;
 * one that failed is tried again after pauses that grow. Nobody waits for it but the end of the server.
 */
export class BackupKeeper {
  readonly #deps: BackupKeeperDeps;
  /** Commits of this life, and how many of them the last copy is known to hold. */
  #commits = 0;
  #covered = -1;
  #changedAt = 0;
  #beganAt = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #failedAt = 0;
  #isStarted = false;
  /** Null before it is known. */
  #firstAt: number | null = null;
  #timer: NodeJS.Timeout | null = null;
  #trying: Promise<void> = Promise.resolve();
  /** What the last try began, which may take longer than the try. */
  #underWay: Promise<void> | null = null;
  #isEnding = false;

  constructor(deps: BackupKeeperDeps) {
    this.#deps = deps;
    deps.observer.began(deps.target.name, deps.target.limitBytes);
  }

  /** The first copy is made `afterMs` from now, or as long after the newest one as the rhythm says, if that is later. */
  async start(afterMs: number): Promise<void> {
    const { target, observer, rhythm } = this.#deps;
    this.#isStarted = true;
    // A disk that hangs must not keep the server from trying, and so from telling.
    const newest = await within(rhythm.tryLimitMs, this.#newest());
    if (newest !== null) observer.kept(target.name, newest.sizeBytes, newest.at);
    const startedAt = performance.now();
    this.#firstAt = startedAt + Math.max(afterMs, newest === null ? 0 : this.#dueAfter(newest.at));
    this.#schedule();
  }

  /** After each commit. */
  changed(): void {
    if (this.#commits === this.#covered) this.#changedAt = performance.now();
    this.#commits += 1;
    if (this.#commits === this.#covered + 1 && this.#underWay === null) this.#schedule();
  }

  /** Makes a last copy where the store has changed since the newest one; resolves within `limitMs`. */
  async close(limitMs: number): Promise<void> {
    this.#isEnding = true;
    if (this.#timer) clearTimeout(this.#timer);
    if (!this.#isStarted) return;
    const endsAt = performance.now() + limitMs;
    if ((await within(limitMs, this.#trying.then(done))) === null) return;
    const wantsOne = this.#deps.rhythm.afterChangeMs !== null && this.#covered < this.#commits;
    if (wantsOne) await this.#tryOnce(endsAt - performance.now());
  }

  /** A clock that was set back must not put the next copy off, and one that is ahead of it not for long. */
  #dueAfter(newestAt: number): number {
    const ageMs = Math.max(Date.now() - newestAt, 0);
    return Math.max(this.#deps.rhythm.everyMs - ageMs, 0);
  }

  async #newest() {
    const { target, log } = this.#deps;
    try {
      return await target.newest(await this.#databaseId());
    } catch (error) {
      log.warn({ target: target.name, err: error }, 'earlier backups could not be looked at');
      return null;
    }
  }

  #schedule(): void {
    if (this.#isEnding || this.#firstAt === null) return;
    if (this.#timer) clearTimeout(this.#timer);
    const pauseMs = Math.max(this.#dueAt() - performance.now(), 0);
    this.#timer = startTimer(() => void this.#run(), pauseMs).unref();
  }

  /** By performance.now(). */
  #dueAt(): number {
    const { afterChangeMs, spacingMs, everyMs } = this.#deps.rhythm;
    if (this.#failures > 0) {
      return this.#failedAt + Math.min(FIRST_PAUSE_MS * 2 ** (this.#failures - 1), LONGEST_PAUSE_MS);
    }
    const regular = this.#beganAt === Number.NEGATIVE_INFINITY ? (this.#firstAt ?? 0) : this.#beganAt + everyMs;
    if (afterChangeMs === null || this.#covered >= this.#commits || this.#covered < 0) return regular;
    return Math.min(regular, Math.max(this.#changedAt + afterChangeMs, this.#beganAt + spacingMs));
  }

  async #run(): Promise<void> {
    this.#trying = this.#tryOnce(this.#deps.rhythm.tryLimitMs);
    await this.#trying;
    this.#schedule();
  }

  async #tryOnce(limitMs: number): Promise<void> {
    const { target, rhythm, observer, events, log } = this.#deps;
    const covers = this.#commits;
    const wasFailing = this.#failures > 0;
    try {
      const sizeBytes = await this.#keep(limitMs);
      this.#failures = 0;
      this.#covered = covers;
      this.#changedAt = performance.now();
      observer.kept(target.name, sizeBytes, Date.now());
      // After a copy that follows each change there would be a change again.
      if (wasFailing || rhythm.afterChangeMs === null) events?.backupMade(target.name);
      log.debug({ target: target.name, sizeBytes }, 'database backed up');
    } catch (error) {
      this.#noteFailure(asBackupFailure(error));
    }
  }

  #noteFailure(failure: BackupFailure): void {
    const { target, observer, events, log } = this.#deps;
    this.#failures += 1;
    if (this.#failures === 1) events?.backupFailed(target.name, failure.message);
    this.#failedAt = performance.now();
    observer.failed(target.name, failure.reason, failure.sizeBytes);
    const fields = { target: target.name, reason: failure.reason, tries: this.#failures, err: failure };
    if (failure.isPassing) log.warn(fields, 'the database could not be backed up; tried again later');
    else log.error(fields, 'the database could not be backed up; tried again later');
  }

  /** A disk or a connection that hangs is not waited for; but nothing else is begun there before it has ended. */
  async #keep(limitMs: number): Promise<number> {
    const { target } = this.#deps;
    if (this.#underWay !== null) throw tookTooLong(target);
    this.#beganAt = performance.now();
    const late = new AbortController();
    const work = this.#copy().then((copy) => target.keep(copy, late.signal));
    const underWay = work.then(done, done);
    this.#underWay = underWay.then(() => {
      this.#underWay = null;
    });
    if ((await within(limitMs, underWay)) !== null) return work;
    late.abort();
    throw tookTooLong(target);
  }

  async #copy(): Promise<DatabaseCopy> {
    return {
      databaseId: await this.#databaseId(),
      bytes: await this.#deps.store.backup('archive', this.#deps.target.contents),
    };
  }

  async #databaseId(): Promise<string> {
    const attributes = await this.#deps.store.read((tx) => tx.attributes.list());
    return attributes.get(GENERATION_ID) ?? '';
  }
}

function tookTooLong({ name }: BackupTarget): BackupFailure {
  return new BackupFailure('timeout', `the backup to the ${name} takes too long: it hangs, or is too slow`);
}

function done(): true {
  return true;
}

/** What `work` answers, or null when that takes longer. */
async function within<T>(ms: number, work: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = startTimer(() => resolve(null), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
