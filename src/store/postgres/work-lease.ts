import { DomainError } from '../../domain/errors.js';
import { newId } from '../../domain/ids.js';
import { pause, startInterval } from '../../timing/timers.js';
import type { WorkAlone } from '../store-config.js';
import type { Session } from './session.js';
import { ADVANCE_VERSION } from './store-state.js';

/** After so long without a renewal somebody else may take it. */
const LIFE_MS = 10_000;
/** Parts of its life. */
const RENEWED_AFTER = 0.3;
const LOOKED_AT_AFTER = 0.1;

/** Unix milliseconds of the database's clock. */
const NOW = '(extract(epoch from clock_timestamp()) * 1000)::bigint';

/** What a group of writes asks of the lease, in its own transaction. */
export interface Guard {
  /** Answers a row where writing is allowed. */
  readonly sql: string;
  /** Called where it answered none; what the units are told. */
  refuse(): DomainError;
}

export interface WorkLeaseHooks extends WorkAlone {
  open(): Promise<Session>;
}

/** The lease as another server has it. */
interface Seen {
  readonly holder: string;
  readonly epoch: number;
  readonly expiresAt: number;
}

/**
 * The right to work on hosts, which one server at a time has. It lasts ten seconds, and is renewed; who sees it unchanged
 * for as long takes it, with the next epoch. Both count by clocks that nobody sets; the time in the row is for people, and
 * is another one with each renewal. Taking it is a group of writes like any other, so that it comes
 * before or after each group of the server that had it: one that comes after finds another epoch, and writes nothing.
 */
export class WorkLease implements Guard {
  readonly #hooks: WorkLeaseHooks;
  readonly #holder = newId();
  readonly #lifeMs: number;
  #epoch = 0;
  /** Counted from before it was asked for: never later than others count. */
  #endsAtMs = Number.NEGATIVE_INFINITY;
  /** What was last seen of another server's, and since when. */
  #seen: Seen | null = null;
  #seenSinceMs = 0;
  /** It was renewed, or taken, while this one looked. */
  #isOtherAlive = false;
  #isLost = false;
  #timer: NodeJS.Timeout | null = null;
  #session: Session | null = null;
  #renewing: Promise<void> | null = null;

  private constructor(hooks: WorkLeaseHooks) {
    this.#hooks = hooks;
    this.#lifeMs = hooks.lifeMs ?? LIFE_MS;
  }

  /** Waits for as long as another server has it. */
  static async take(hooks: WorkLeaseHooks): Promise<WorkLease> {
    const lease = new WorkLease(hooks);
    for (let tellsOf = ''; ; await pause(lease.#lifeMs * LOOKED_AT_AFTER)) {
      const other = await lease.#tryToTake();
      if (other === null) break;
      if (!lease.#isOtherAlive || other === tellsOf) continue;
      lease.#tellOf(other);
      tellsOf = other;
    }
    lease.#timer = startInterval(() => lease.#renew(), lease.#lifeMs * RENEWED_AFTER).unref();
    return lease;
  }

  #tellOf(other: string): void {
    try {
      this.#hooks.onWaiting?.(other);
    } catch (error) {
      this.#session?.end();
      throw error;
    }
  }

  /** Whether no other server can be at work now. */
  get isHeld(): boolean {
    return !this.#isLost && performance.now() < this.#endsAtMs;
  }

  get sql(): string {
    return `select epoch from work_lease where ${this.#own}`;
  }

  refuse(): DomainError {
    this.#lose();
    return new DomainError('unavailable', 'The database was not changed: another server has taken over the work.');
  }

  /** For the end, when nothing is written any more: another server need not wait. */
  async release(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    await this.#renewing;
    try {
      if (!this.#isLost) await this.#run(`update work_lease set holder = '', expires_at = 0 where ${this.#own}`);
    } catch {
      // It expires.
    }
    this.#isLost = true;
    this.#session?.end();
  }

  get #own(): string {
    return `holder = '${this.#holder}' and epoch = ${this.#epoch}`;
  }

  get #expiry(): string {
    return `expires_at = greatest(expires_at + 1, ${NOW} + ${this.#lifeMs})`;
  }

  /** Null when it is this server's; else who has it. Rejects when the engine is away. */
  async #tryToTake(): Promise<string | null> {
    const askedAtMs = performance.now();
    const [found] = await this.#run('select holder, holder_name, epoch, expires_at from work_lease');
    const { holder, holder_name, epoch, expires_at } = found?.rows[0] ?? {};
    const other = String(holder_name);
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

  async #prolong(): Promise<void> {
    const askedAtMs = performance.now();
    try {
      const [renewed] = await this.#run(`update work_lease set ${this.#expiry} where ${this.#own} returning epoch`);
      if (renewed?.rows.length === 1) this.#endsAtMs = askedAtMs + this.#lifeMs;
      else this.#lose();
    } catch {
      // The database is away: no work begins once the lease has ended, and whether it is still ours it tells later.
    }
  }

  #lose(): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#hooks.onLost();
  }

  async #run(sql: string) {
    if (this.#session === null || this.#session.isLost) {
      this.#session = await this.#hooks.open();
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
