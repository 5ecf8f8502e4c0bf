import { DomainError } from '../../domain/errors.js';
import { newId } from '../../domain/ids.js';
import { pause, startInterval } from '../../timing/timers.js';
import type { WorkAlone } from '../store.js';
import type { Session } from './session.js';
import { ADVANCE_VERSION } from './store-state.js';

/** After which somebody else may take it. */
const LIFE_MS = 10_000;
const RENEW_EVERY_MS = 3_000;
const LOOK_EVERY_MS = 1_000;

/** Unix milliseconds of the database's own clock, which all servers share. */
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

/**
 * The right to work on hosts, which one server at a time has. It lasts ten seconds by the database's clock, and is renewed;
 * who finds it expired takes it, with the next epoch. Taking it is a group of writes like any other, so that it comes
 * before or after each group of the server that had it: one that comes after finds another epoch, and writes nothing.
 */
export class WorkLease implements Guard {
  readonly #hooks: WorkLeaseHooks;
  readonly #holder = newId();
  #epoch = 0;
  /** By this process's clock, counted from before it was asked for: never later than by the database's. */
  #endsAtMs = Number.NEGATIVE_INFINITY;
  #isLost = false;
  #timer: NodeJS.Timeout | null = null;
  #session: Session | null = null;
  #renewing: Promise<void> | null = null;

  private constructor(hooks: WorkLeaseHooks) {
    this.#hooks = hooks;
  }

  /** Waits for as long as another server has it. */
  static async take(hooks: WorkLeaseHooks): Promise<WorkLease> {
    const lease = new WorkLease(hooks);
    for (let tellsOf = ''; ; await pause(LOOK_EVERY_MS)) {
      const other = await lease.#tryToTake();
      if (other === null) break;
      if (other !== tellsOf) lease.#tellOf(other);
      tellsOf = other;
    }
    lease.#timer = startInterval(() => lease.#renew(), RENEW_EVERY_MS).unref();
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

  /** Null when it is this server's; else who has it. Rejects when the engine is away. */
  async #tryToTake(): Promise<string | null> {
    const askedAtMs = performance.now();
    const [found] = await this.#run(`select holder_name, ${FREE} as is_free from work_lease`);
    const row = found?.rows[0];
    const other = String(row?.['holder_name']);
    if (row?.['is_free'] !== true) return other;
    const taking = [
      'begin isolation level serializable',
      ADVANCE_VERSION,
      `update work_lease set holder = '${this.#holder}', holder_name = ${literal(this.#hooks.name)}, epoch = epoch + 1, ` +
        `expires_at = ${NOW} + ${LIFE_MS} where ${FREE} or holder = '${this.#holder}' returning epoch`,
      'commit',
    ];
    try {
      const [, , taken] = await this.#run(taking.join('; '));
      const epoch = taken?.rows[0]?.['epoch'];
      if (typeof epoch !== 'number') return other;
      this.#epoch = epoch;
      this.#endsAtMs = askedAtMs + LIFE_MS;
      return null;
    } catch (error) {
      if (!this.#session?.mayBeRepeated) throw error;
      this.#session.end();
      return other;
    }
  }

  #renew(): void {
    this.#renewing ??= this.#prolong().finally(() => {
      this.#renewing = null;
    });
  }

  async #prolong(): Promise<void> {
    const askedAtMs = performance.now();
    try {
      const [renewed] = await this.#run(
        `update work_lease set expires_at = ${NOW} + ${LIFE_MS} where ${this.#own} returning epoch`,
      );
      if (renewed?.rows.length === 1) this.#endsAtMs = askedAtMs + LIFE_MS;
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

const FREE = `(holder = '' or expires_at < ${NOW})`;

function literal(text: string): string {
  return `'${text.replaceAll("'", "''").replaceAll('\0', '')}'`;
}
