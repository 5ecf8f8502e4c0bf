import { DomainError } from '../../domain/errors.js';
import { newId } from '../../domain/ids.js';
import { missingAttributes } from '../attributes.js';
import { ClusterMemory } from '../memory/cluster-memory.js';
import { loadMigrations, type Migration } from '../migrations.js';
import type { RowsOfTable } from '../raw-rows.js';
import { digestOfRows } from '../row-digest.js';
import { readOnlyConnection } from '../statement.js';
import type { BackupContents, BackupFile, BackupPurpose, Store } from '../store.js';
import type { PostgresStoreConfig, WorkAlone } from '../store-config.js';
import { tables } from '../tables.js';
import { allRows } from './all-rows.js';
import { LostAnswer } from './lost-answer.js';
import { appliedVersion, migrate } from './migrate.js';
import { Readers } from './readers.js';
import { replaceRows } from './replace-rows.js';
import { away, Session } from './session.js';
import { sharingOf } from './sharing.js';
import { openSnapshot, readingSession } from './snapshot.js';
import { postgresName } from './target-name.js';
import { WorkLease, type WorkLeaseHooks } from './work-lease.js';
import { WriteGroups } from './write-groups.js';

const CLOSED = 'The database is closed: the server is shutting down.';

/** A database file of these rows, as `Store.openBackup` answers it. */
type MakeFile = (rows: AsyncIterable<RowsOfTable>, purpose: BackupPurpose) => Promise<BackupFile>;

export interface PostgresStore extends Store {
  /** Puts these rows in the place of all that the database holds, in one unit, for which they may be read more than once. */
  replaceRows(rows: () => AsyncIterable<RowsOfTable>): Promise<void>;
  /** Of all it holds; see `digestOfRows`. */
  digest(): Promise<string>;
}

/** Of the table that says who works. */
const LEASE_MIGRATION = 'work_lease';

export interface PostgresStoreOptions extends PostgresStoreConfig {
  /** `migrations/` of this package when not given. */
  readonly migrationsDir?: string;
  /** How long units join a group of which the first has begun. */
  readonly groupMs?: number;
}

/**
 * Opens the database on a PostgreSQL server, and makes its tables where there are none. Others may have it open, and write, at
 * the same time. Refusals are DomainErrors that say what to do.
 */
export async function openPostgresStore(options: PostgresStoreOptions, makeFile: MakeFile): Promise<PostgresStore> {
  const { alone } = options;
  const migrations = loadMigrations('postgres', options.migrationsDir);
  if (alone) await bringUpToDate(options, migrations, LEASE_MIGRATION);
  const lease = alone ? await leaseFor(alone, options, migrations) : null;
  const store = postgresStore(options, lease, makeFile);
  try {
    await bringUpToDate(options, migrations);
    await store.write(async (tx) => {
      for (const [key, value] of missingAttributes(await tx.attributes.list(), newId))
        await tx.attributes.set(key, value);
    });
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** A newer version waits until the older ones have ended, and changes the tables then. */
async function leaseFor(
  alone: WorkAlone,
  { postgres }: PostgresStoreOptions,
  migrations: readonly Migration[],
): Promise<WorkLease> {
  const hooks: WorkLeaseHooks = {
    ...alone,
    schema: migrations.at(-1)?.version ?? 0,
    open: (limitMs) => Session.open(postgres, { connectMs: limitMs, answerMs: limitMs }),
  };
  const session = await Session.open(postgres);
  try {
    const isUpToDate = (await appliedVersion(session)) === hooks.schema;
    return alone.answersMeanwhile && isUpToDate ? await WorkLease.seek(hooks) : await WorkLease.take(hooks);
  } finally {
    session.end();
  }
}

async function bringUpToDate(
  { postgres, logger }: PostgresStoreOptions,
  migrations: readonly Migration[],
  last?: string,
): Promise<void> {
  const session = await Session.open(postgres);
  const database = postgresName(postgres);
  try {
    const versions = await migrate(session, migrations, migrations.find(({ name }) => name === last)?.version);
    if (versions.length > 0) logger?.info({ database, versions }, 'database schema brought up to date');
  } catch (error) {
    if (!(error instanceof DomainError)) throw away(postgres, error);
    throw new DomainError('unavailable', `The database ${database} can't be used: ${error.message}`, { cause: error });
  } finally {
    session.end();
  }
}

function postgresStore(options: PostgresStoreOptions, lease: WorkLease | null, makeFile: MakeFile): PostgresStore {
  const { postgres, groupMs, onCommit, isPatient = false, logger } = options;
  const open = (): Promise<Session> => Session.open(postgres);
  const lostAnswer = new LostAnswer({
    open,
    isPatient,
    onChange(reason) {
      if (reason === null) logger?.info({}, 'the database takes changes again: what became of the commit is known');
      else logger?.error({ reason }, 'the answer to a commit was lost, and whether it was made is not known yet');
    },
  });
  const memory = new ClusterMemory();
  /** The connection of the writes. */
  let writing: Session | null = null;
  const groups = new WriteGroups({
    open,
    memory,
    tables(session) {
      writing = session;
      return memory.over(tables(session));
    },
    lostAnswer,
    guard: lease ? () => lease.guard : undefined,
    epoch: lease ? () => lease.epoch : undefined,
    groupMs,
    onCommit(units, durationMs) {
      sharing?.written();
      onCommit?.(units, durationMs);
    },
  });
  const sharing = lease && options.alone?.answersMeanwhile ? sharingOf(lease, open) : null;
  const readers = new Readers({
    open,
    newMemory: () => new ClusterMemory(),
    tables: (session) => tables(readOnlyConnection(session, 'A unit of work that only reads tried to write.')),
    refusal: (error) => away(postgres, error),
  });
  let isClosed = false;
  const refuseClosed = (): void => {
    if (isClosed) throw new DomainError('unavailable', CLOSED);
  };
  const openBackup = async (purpose: BackupPurpose = 'archive', contents: BackupContents = 'all') => {
    refuseClosed();
    const session = await readingSession(open);
    try {
      return await makeFile(allRows(session, contents), purpose);
    } catch (error) {
      throw session.isLost ? away(postgres, error) : error;
    } finally {
      session.end();
    }
  };
  return {
    async read(work) {
      refuseClosed();
      return readers.read(work);
    },
    async write(work, writing) {
      refuseClosed();
      return groups.write(work, writing);
    },
    async snapshot() {
      refuseClosed();
      return openSnapshot(open);
    },
    async backup(purpose, contents) {
      const file = await openBackup(purpose, contents);
      try {
        return await bytesOf(file);
      } finally {
        file.close();
      }
    },
    openBackup,
    async replaceRows(rows) {
      refuseClosed();
      await groups.write(async () => {
        if (writing === null) throw new Error('a unit runs without a connection');
        await replaceRows(writing, rows());
        memory.groupIsTakenBack();
      });
    },
    async digest() {
      refuseClosed();
      return readers.read((_, session) => digestOfRows(allRows(session)));
    },
    isAlone: () => lease?.isHeld ?? true,
    ...(sharing && { sharing: sharing.port }),
    refusal: () => lostAnswer.refusal?.message ?? null,
    giveUpUndecided: () => lostAnswer.giveUp(),
    async close() {
      if (isClosed) return;
      isClosed = true;
      lostAnswer.giveUp();
      await groups.close();
      await readers.close();
      if (sharing) await sharing.port.handOver();
      else await lease?.giveBack();
    },
  };
}

async function bytesOf(file: BackupFile): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of file.pieces()) pieces.push(piece);
  return Buffer.concat(pieces);
}
