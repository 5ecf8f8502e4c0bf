import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import pg from 'pg';
import { DomainError } from '../../domain/errors.js';
import { startTimer } from '../../timing/timers.js';
import type { Connection, Statement, Values } from '../statement.js';
import { placed } from '../statement.js';
import type { PostgresTarget } from '../store-config.js';
import { endsConnection, isTakenBack, textOf, translatePostgresError } from './errors.js';
import { numberedText, storedText } from './sql-text.js';
import { postgresName } from './target-name.js';

/** Whoever does not answer for so long is taken for gone. */
export interface SessionLimits {
  readonly connectMs: number;
  readonly answerMs: number;
}

const LIMITS: SessionLimits = { connectMs: 5_000, answerMs: 15_000 };
const KEEP_ALIVE_AFTER_MS = 5_000;
/** Statements whose answers nobody has waited for: a large unit must not fill the memory, nor keep answers unread. */
const MOST_SENT_AHEAD = 100;

/**
 * A server that stands still in the midst of a transaction holds up all others, so the engine ends that soon. A commit
 * that was answered is on disk. No statement_timeout: cancelled while it waits for a standby, a commit counts as made.
 */
const SETTINGS = `
  set idle_in_transaction_session_timeout = '10s';
  set lock_timeout = '5s';
  set client_min_messages = 'warning';
  set default_transaction_isolation = 'serializable';
  select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`;

export interface Rows {
  readonly command: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** One connection to the engine. */
export class Session implements Connection {
  readonly #client: pg.Client;
  readonly #socket: Socket;
  readonly #answerMs: number;
  #onNotice: (payload: string) => void = () => undefined;
  /** Why it is of no more use. */
  #lost: Error | null = null;
  #failure: unknown = null;
  #sentAhead: Promise<unknown>[] = [];
  #isGathering = false;

  private constructor(target: PostgresTarget, { connectMs, answerMs }: SessionLimits) {
    this.#socket = new Socket();
    this.#answerMs = answerMs;
    const stream = () => this.#socket;
    const config = { ...clientConfig(target), connectionTimeoutMillis: connectMs, stream, pipeline: true };
    this.#client = new pg.Client(config);
    this.#client.on('notification', ({ payload }) => this.#onNotice(payload ?? ''));
    this.#client.on('error', (error) => {
      this.#lost ??= error;
    });
    this.#client.on('end', () => {
      this.#lost ??= new Error('the connection has ended');
    });
  }

  /** Rejects with a DomainError, `unavailable`, where the engine can't be reached or lets nobody in. */
  static async open(target: PostgresTarget, limits: Partial<SessionLimits> = {}): Promise<Session> {
    let session: Session | null = null;
    try {
      session = new Session(target, { ...LIMITS, ...limits });
      await session.#client.connect();
      await session.exec(SETTINGS);
      return session;
    } catch (error) {
      session?.end();
      throw away(target, error);
    }
  }

  get isLost(): boolean {
    return this.#lost !== null;
  }

  /** The error of the first statement that failed since the last `forgetFailure`; null when none did. */
  get failure(): unknown {
    return this.#failure ?? this.#lost;
  }

  /** The transaction was taken back to where nothing had failed. */
  forgetFailure(): void {
    this.#failure = null;
  }

  /** Whether what has failed may succeed in another transaction. */
  get mayBeRepeated(): boolean {
    return this.isLost || isTakenBack(this.#failure);
  }

  /** Statements without parameters, as many as there are; the results in their order. */
  async exec(text: string): Promise<readonly Rows[]> {
    const results: unknown = await this.#answered(() => this.#client.query(text));
    return (Array.isArray(results) ? results : [results]) as Rows[];
  }

  /** `onNotice` is told the payload of each NOTIFY on the channel from now on. Rejects where the engine has no LISTEN. */
  async listen(channel: string, onNotice: (payload: string) => void): Promise<void> {
    this.#onNotice = onNotice;
    await this.exec(`listen ${channel}`);
  }

  async all<R>(statement: Statement<R>, values: Values): Promise<readonly R[]> {
    return (await this.#run(statement, values)).rows as R[];
  }

  async run(statement: Statement<unknown>, values: Values): Promise<number> {
    return (await this.#run(statement, values)).rowCount ?? 0;
  }

  async write(statement: Statement<unknown>, values: Values, missing?: () => Error): Promise<void> {
    await this.#sendAhead(async () => {
      const written = await this.run(statement, values);
      if (missing !== undefined && written !== 1) this.#failure ??= missing();
    });
  }

  /** Statements without parameters that are sent at once; whether they were done is known when `written` resolves. */
  execAhead(text: string): Promise<boolean> {
    const isDone = this.exec(text).then(
      () => true,
      () => false,
    );
    this.#sentAhead.push(isDone);
    return isDone;
  }

  /** Resolves when what was sent ahead is answered; `failure` tells of it. */
  async written(): Promise<void> {
    while (this.#sentAhead.length > 0) await Promise.all(this.#sentAhead.splice(0));
  }

  /** Null: it may have been made or not. */
  async commit(): Promise<boolean | null> {
    try {
      const [result] = await this.exec('commit');
      // A transaction in which something has failed ends like this, without an error.
      return result?.command === 'COMMIT';
    } catch {
      return this.isLost ? null : false;
    }
  }

  /** At once; what runs on it is lost. */
  end(): void {
    this.#lost ??= new Error('the connection was ended');
    this.#socket.destroy();
  }

  /** The engine does one after the other, so that all that comes later sees it. */
  async #sendAhead(send: () => Promise<unknown>): Promise<void> {
    if (this.#lost) throw this.#lost;
    // What is wrong is in `failure`, if it was sent.
    this.#sentAhead.push(send().catch((error) => this.#note(error)));
    if (this.#sentAhead.length >= MOST_SENT_AHEAD) await this.written();
  }

  #note(error: unknown): void {
    this.#failure ??= error;
  }

  /** What is sent in one turn leaves in one packet. */
  #gather(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    const { stream } = this.#client.connection;
    stream.cork();
    process.nextTick(() => {
      this.#isGathering = false;
      stream.uncork();
    });
  }

  async #run(statement: Statement<unknown>, values: Values): Promise<pg.QueryResult> {
    const parameters = placed(statement, values).map(storedText);
    try {
      return await this.#answered(() => this.#client.query({ ...numberedText(statement), values: parameters }));
    } catch (error) {
      throw translatePostgresError(error);
    }
  }

  async #answered<T>(query: () => Promise<T>): Promise<T> {
    if (this.#lost) throw this.#lost;
    const timer = startTimer(() => {
      this.#lost ??= new Error(`no answer within ${this.#answerMs / 1000} s`);
      this.#socket.destroy();
    }, this.#answerMs);
    try {
      this.#gather();
      return await query();
    } catch (error) {
      if (endsConnection(error)) {
        this.#lost ??= error as Error;
        this.#socket.destroy();
      }
      this.#failure ??= error;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

export function away(target: PostgresTarget, error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  return new DomainError(
    'unavailable',
    `The database ${postgresName(target)} can't be used at the moment: ${textOf(error)}. Nothing was changed by this.`,
    { cause: error },
  );
}

function clientConfig({ host, port, database, user, passwordFile, password, tls }: PostgresTarget): pg.ClientConfig {
  return {
    host,
    port,
    database,
    user,
    // Read at each connection: a secret may have been renewed.
    password: passwordFile === null ? (password ?? '') : readFileSync(passwordFile, 'utf8').trimEnd(),
    ssl: tls === null ? false : tlsOptions(tls),
    application_name: 'mortar',
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    types: { getTypeParser: parserOf as never },
  };
}

function tlsOptions({ caFile, checks }: NonNullable<PostgresTarget['tls']>): pg.ClientConfig['ssl'] {
  return {
    ...(caFile !== null && { ca: readFileSync(caFile, 'utf8') }),
    rejectUnauthorized: checks !== 'nothing',
    ...(checks === 'authority' && { checkServerIdentity: () => undefined }),
  };
}

const INT8 = 20;
const NUMERIC = 1700;

function parserOf(oid: number, format?: 'text' | 'binary'): unknown {
  return oid === INT8 || oid === NUMERIC ? exactNumber : pg.types.getTypeParser(oid, format as 'text');
}

/** Throws for what a number can't hold: a size that is nearly right is wrong. */
function exactNumber(digits: string): number {
  const number = Number(digits);
  if (!Number.isSafeInteger(number)) throw new RangeError(`the database holds ${digits}, which is no safe integer`);
  return number;
}
