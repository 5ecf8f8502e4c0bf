import { DomainError } from '../../domain/errors.js';
import { newId } from '../../domain/ids.js';
import { startInterval, startTimer } from '../../timing/timers.js';
import { VERSIONS } from '../migrations.js';
import type { WorkAlone } from '../store-config.js';
import type { Rows, Session } from './session.js';
import { ADVANCE_VERSION } from './store-state.js';

/** After so long without a renewal somebody else may take it. */
const LIFE_MS = 10_000;
/** Parts of its life. */
const RENEWED_AFTER = 0.3;
const LOOKED_AT_AFTER = 0.1;

/** Unix milliseconds of the database's clock. */
const NOW = '(extract(epoch from clock_timestamp()) * 1000)::bigint';

/** Of a holder beside which no server may accept anything either. */
const EXCLUSIVE = 'alone.';

/** What a group of writes asks in its own transaction. */
export interface Guard {
  /** Answers a row where writing is allowed. */
  readonly sql: string;
  /** Called where it answered none; what the units are told. */
  refuse(): DomainError;
}

export interface WorkLeaseHooks extends WorkAlone {
  /** Gives up on an engine that is silent for so long. */
  open(limitMs: number): Promise<Session>;
  /** The newest version of the tables that this program knows. */
  readonly schema: number;
}

/** The lease as another server has it. */
interface Seen {
  readonly holder: string;
  readonly epoch: number;
  readonly expiresAt: number;
}

type State = 'sought' | 'held' | 'lost' | 'given back';

/**
 * The right to work on hosts, which one server at a time has. It lasts ten seconds, and is renewed; who sees it unchanged
 * for as long takes it, with the next epoch. Both count by clocks that nobody sets; the time in the row is for people, and
 * is another one with each renewal. Taking it is a group of writes like any other, so that it comes
 * before or after each group of the server that had it: one that comes after finds another epoch, and writes nothing.
 */
export class WorkLease {
  readonly #hooks: WorkLeaseHooks;
  readonly #holder: string;
  readonly #lifeMs: number;
  #state: State = 'sought';
  #epoch = 0;
  /** Counted from before it was asked for: never later than others count. */
  #endsAtMs = Number.NEGATIVE_INFINITY;
  /** What was last seen of another server's, and since when. */
  #seen: Seen | null = null;
  #seenSinceMs = 0;
  /** It was renewed, or taken, while this one looked. */
  #isOtherAlive = false;
  /** For people: who has it, as far as this one knows. */
  #other: string | null = null;
  #tellsOf = '';
  #timer: NodeJS.Timeout | null = null;
  #session: Session | null = null;
  #renewing: Promise<void> | null = null;
  #seeking: Promise<void> = Promise.resolve();
  /** The next look is due: it may be free, also where that was told while this one looked. */
  #isLookDue = false;
  #endPause: () => void = () => undefined;
  #onTaken: () => void = () => undefined;
  readonly #taken = new Promise<void>((resolve) => {
    this.#onTaken = resolve;
  });

  private constructor(hooks: WorkLeaseHooks) {
    this.#hooks = hooks;
    this.#lifeMs = hooks.lifeMs ?? LIFE_MS;
    this.#holder = `${hooks.answersMeanwhile ? '' : EXCLUSIVE}${newId()}`;
  }

  /** Waits for as long as another server has it. Rejects when the engine is away. */
  static async take(hooks: WorkLeaseHooks): Promise<WorkLease> {
    const lease = new WorkLease(hooks);
    try {
      while (!(await lease.#look())) await lease.#untilNextLook();
    } catch (error) {
      lease.#session?.end();
      throw error;
    }
    return lease;
  }

  /** Has it where nobody else does; otherwise it is looked for from now on, until it is given back. */
  static async seek(hooks: WorkLeaseHooks): Promise<WorkLease> {
    const lease = new WorkLease(hooks);
    if (!(await lease.#look())) lease.#seeking = lease.#seek();
    return lease;
  }

  /** Resolves when this server has it; never, when it ends before. */
  get taken(): Promise<void> {
    return this.#taken;
  }

  /** Whether no other server can be at work now. */
  get isHeld(): boolean {
    return this.#state === 'held' && performance.now() < this.#endsAtMs;
  }

  /** Who was last seen to have it, for people; null: this server, or nobody. */
  get otherHolder(): string | null {
    return this.#state === 'held' ? null : this.#other;
  }

  /** Under which this server works on hosts; null: it does not, or not any more. */
  get epoch(): number | null {
    return this.#state === 'held' || this.#state === 'lost' ? this.#epoch : null;
  }

  /** What this server's writes ask: with the lease, that it is theirs still; without, that the tables are those it knows. */
  get guard(): Guard {
    if (this.epoch !== null)
      return {
        sql: `select epoch from work_lease where ${this.#own}`,
        refuse: () => {
          this.#lose('taken over');
          return new DomainError(
            'unavailable',
            'The database was not changed: another server has taken over the work.',
          );
        },
      };
    return {
      sql:
        `select 1 where (select max(version) from ${VERSIONS}) = ${this.#hooks.schema} ` +
        `and not exists (select 1 from work_lease where starts_with(holder, '${EXCLUSIVE}'))`,
      refuse: () =>
        new DomainError(
          'unavailable',
          'The database was not changed: a newer version has changed its tables, or its contents are being replaced.',
        ),
    };
  }

  /** It may be free. */
  lookNow(): void {
    this.#isLookDue = true;
    this.#endPause();
  }

  /** When this server does nothing on hosts any more: another one need not wait. It never seeks it again. */
  async giveBack(): Promise<void> {
    const wasHeld = this.#state === 'held';
    if (this.#state !== 'lost') this.#state = 'given back';
    if (this.#timer) clearInterval(this.#timer);
    this.lookNow();
    await Promise.all([this.#renewing, this.#seeking]);
    try {
      if (wasHeld) await this.#run(`update work_lease set holder = '', expires_at = 0 where ${this.#own}`);
    } catch {
      // It expires.
    }
    this.#session?.end();
  }

  get #own(): string {
    return `holder = '${this.#holder}' and epoch = ${this.#epoch}`;
  }

  get #expiry(): string {
    return `expires_at = greatest(expires_at + 1, ${NOW} + ${this.#lifeMs})`;
  }

  async #seek(): Promise<void> {
    while (this.#state === 'sought') {
      await this.#untilNextLook();
      // A database that is away is told by everything else.
      if (this.#state === 'sought') await this.#look().catch(() => false);
    }
  }

  #untilNextLook(): Promise<void> {
    if (this.#isLookDue) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = startTimer(resolve, this.#lifeMs * LOOKED_AT_AFTER);
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Takes it where it may; answers whether it has. */
  async #look(): Promise<boolean> {
    this.#isLookDue = false;
    const other = await this.#tryToTake();
    if (other === null) {
      this.#begin();
      return true;
    }
    this.#other = other;
    if (this.#isOtherAlive && other !== this.#tellsOf) {
      this.#tellsOf = other;
      this.#hooks.onWaiting?.(other);
    }
    return false;
  }

  #begin(): void {
    const hasEnded = this.#state !== 'sought';
    this.#state = 'held';
    if (hasEnded) return void this.giveBack();
    this.#timer = startInterval(() => this.#renew(), this.#lifeMs * RENEWED_AFTER).unref();
    this.#onTaken();
  }

  /** Null when it is this server's; else who has it. Rejects when the engine is away. */
  async #tryToTake(): Promise<string | null> {
    const askedAtMs = performance.now();
    const [found] = await this.#run(
      `select holder, holder_name, epoch, expires_at, (select max(version) from ${VERSIONS}) as schema from work_lease`,
    );
    const { holder, holder_name, epoch, expires_at, schema } = found?.rows[0] ?? {};
    const other = String(holder_name);
    if (Number(schema) > this.#hooks.schema) {
      this.#lose('newer version');
      return other;
    }
    const seen = { holder: String(holder), epoch: Number(epoch), expiresAt: Number(expires_at) };
    if (!this.#mayTake(seen, askedAtMs)) return other;
    const taking = [
      'begin isolation level serializable',
      ADVANCE_VERSION,
      `update work_lease set holder = '${this.#holder}', holder_name = ${literal(this.#hooks.name)}, epoch = epoch + 1, ` +
        `${this.#expiry} where ${isStill(seen)} returning epoch`,
      'commit',
    ];
    try {
      const [, , taken] = await this.#run(taking.join('; '));
      const next = taken?.rows[0]?.['epoch'];
      if (typeof next !== 'number') return other;
      this.#epoch = next;
      this.#endsAtMs = askedAtMs + this.#lifeMs;
      return null;
    } catch (error) {
      if (!this.#session?.mayBeRepeated) throw error;
      // A group of another server's writes came between: at a hand-over, those are often under way.
      this.#isLookDue ||= !this.#session.isLost;
      this.#session.end();
      return other;
    }
  }

  /** Nobody has it, this server without knowing, or somebody who has not renewed it for as long as it lasts. */
  #mayTake(seen: Seen, askedAtMs: number): boolean {
    if (seen.holder === '' || seen.holder === this.#holder) return true;
    if (this.#seen !== null && isSame(seen, this.#seen)) return askedAtMs - this.#seenSinceMs >= this.#lifeMs;
    this.#isOtherAlive = this.#seen !== null;
    this.#seen = seen;
    this.#seenSinceMs = performance.now();
    return false;
  }

  #renew(): void {
    this.#renewing ??= this.#prolong().finally(() => {
      this.#renewing = null;
    });
  }

  /** A connection that broke or is silent tells nothing of the engine: a new one is tried at once. */
  async #prolong(): Promise<void> {
    for (let tries = 0; tries < 2; tries++) {
      const askedAtMs = performance.now();
      try {
        const [renewed] = await this.#run(`update work_lease set ${this.#expiry} where ${this.#own} returning epoch`);
        if (renewed?.rows.length === 1) this.#endsAtMs = askedAtMs + this.#lifeMs;
        else this.#lose('taken over');
        return;
      } catch {
        // The database is away: no work begins once the lease has ended, and whether it is still ours it tells later.
      }
    }
  }

  #lose(why: 'taken over' | 'newer version'): void {
    if (this.#state === 'lost' || this.#state === 'given back') return;
    this.#state = 'lost';
    this.#hooks.onLost(why);
  }

  async #run(sql: string): Promise<readonly Rows[]> {
    if (this.#session === null || this.#session.isLost) {
      // Silence must not last for as long as the lease.
      this.#session = await this.#hooks.open(this.#lifeMs * RENEWED_AFTER);
      // What is renewed must not be in the way of a group that reads it.
      await this.#session.exec("set default_transaction_isolation = 'read committed'");
    }
    this.#session.forgetFailure();
    return this.#session.exec(sql);
  }
}

function isSame(one: Seen, other: Seen): boolean {
  return one.holder === other.holder && one.epoch === other.epoch && one.expiresAt === other.expiresAt;
}

function isStill({ holder, epoch, expiresAt }: Seen): string {
  return `holder = ${literal(holder)} and epoch = ${epoch} and expires_at = ${expiresAt}`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''").replaceAll('\0', '')}'`;
}
