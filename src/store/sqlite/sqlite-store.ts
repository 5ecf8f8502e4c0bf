import { closeSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import { DomainError } from '../../domain/errors.js';
import { newId } from '../../domain/ids.js';
import { startTimer } from '../../timing/timers.js';
import { missingAttributes } from '../attributes.js';
import { ClusterMemory } from '../memory/cluster-memory.js';
import { loadMigrations } from '../migrations.js';
import { readOnlyConnection } from '../statement.js';
import type { Store, Tx } from '../store.js';
import type { FileStoreConfig } from '../store-config.js';
import { tables } from '../tables.js';
import { backupFileOf, backupOf, selfContained } from './backup-bytes.js';
import { closeSealed, closeUnsealed } from './close-database.js';
import { sqliteConnection, sqliteTransactions, transactionConnection } from './connection.js';
import { DatabaseDisk } from './database-disk.js';
import { prepareDatabaseFile, resolveDatabaseFile, textOf } from './database-file.js';
import { diskFault, sqliteCode, translateSqliteError } from './errors.js';
import { Journal } from './journal.js';
import { refuseForeignJournal, refuseLoneJournal } from './journal-binding.js';
import { endWithLostDisk } from './lost-disk.js';
import { migrate, refuseForeignDatabase } from './migrate.js';
import { copyDatabaseFile } from './private-copy.js';
import { snapshotOfBytes, snapshotOfFile } from './snapshot.js';
import { StatementCache } from './statement-cache.js';
import { type Durability, UnitsOfWork } from './units-of-work.js';

/** More than there are statements in the program; see StatementCache. */
const STATEMENTS = 256;
/** A server that is just stopping may still hold the lock. */
const LOCK_TIMEOUT_MS = 3000;
const SEAL_AFTER_MS = 1000;

export interface SqliteStoreOptions extends FileStoreConfig {
  /** `migrations/` of this package when not given. */
  readonly migrationsDir?: string;
  /** How long after the last commit the file is made complete without its log. */
  readonly sealAfterMs?: number;
  /** Pages of commits in the log from which on it is put into the file, when nobody waits. */
  readonly longLogFrames?: number;
}

/** Opens the database in a file, which it creates if there is none. Refusals are DomainErrors that say what to do. */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { logger } = options;
  const file = resolveDatabaseFile(options.file);
  refuseLoneJournal(file);
  const copy = options.readOnly ? copyDatabaseFile(file) : null;
  if (copy === null) prepareDatabaseFile(file);
  let database: Database.Database | null = null;
  let fileDescriptor: number | null = null;
  let disk: DatabaseDisk | null = null;
  const afterClose = (): void => {
    if (fileDescriptor !== null) closeSync(fileDescriptor);
    copy?.remove();
  };
  try {
    refuseForeignJournal(copy?.file ?? file, file);
    if (copy === null) fileDescriptor = openSync(file, 'r+');
    database = new Database(copy?.file ?? file, { timeout: options.lockTimeoutMs ?? LOCK_TIMEOUT_MS });
    const applied = setUp(database, options.migrationsDir);
    if (fileDescriptor === null) {
      const refusal = `The database ${file} was opened for reading only.`;
      return sqliteStore(database, { lasting: null, refusal, afterClose }, options);
    }
    if (applied.length > 0) logger?.info({ file, versions: applied }, 'database schema brought up to date');
    const onFailed = options.onDiskLost ?? endWithLostDisk(file);
    disk = new DatabaseDisk(database, fileDescriptor, { onFailed, longLogFrames: options.longLogFrames });
    const journal = new Journal(database, disk);
    await journal.seal();
    return sqliteStore(database, { lasting: { disk, journal, fileDescriptor }, refusal: null, afterClose }, options);
  } catch (error) {
    // Another process has the lock, and so the log.
    if (isLocked(error)) database?.close();
    else if (database) closeUnsealed(database);
    disk?.close();
    afterClose();
    throw refusalOf(file, error);
  }
}

/** Whether opening was refused because another process has the database open. */
export function databaseInUse(error: unknown): boolean {
  return isLocked(error instanceof Error ? error.cause : null);
}

function isLocked(error: unknown): boolean {
  const code = sqliteCode(error) ?? '';
  return code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED');
}

/** A store that is gone when it is closed. */
export async function openMemoryDatabase(): Promise<Store> {
  return memoryStore(setUpInMemory());
}

/**
 * Makes a new database of what `fill` writes, in memory first: on a network file system the commits of all migrations take
 * long. The caller waits for the disk. Rejects with a DomainError where it can't be written.
 */
export async function makeSqliteFile(file: string, fill: (tx: Tx) => Promise<void>): Promise<void> {
  const database = setUpInMemory();
  const store = memoryStore(database);
  try {
    await store.write(fill);
    // Page by page, so that there is no second copy in memory.
    prepareDatabaseFile(file);
    database.prepare('vacuum into ?').run(file);
  } catch (error) {
    throw refusalOf(file, error);
  } finally {
    await store.close();
  }
}

function setUpInMemory(): Database.Database {
  const database = new Database(':memory:');
  setUp(database);
  return database;
}

function memoryStore(database: Database.Database): Store {
  return sqliteStore(database, { lasting: null, refusal: null, afterClose: () => undefined }, {});
}

function setUp(database: Database.Database, migrationsDir?: string): readonly number[] {
  // Half the default, for new files: most of the many tables are small, and a backup has to fit into a secret.
  database.pragma('page_size = 2048');
  // Exclusive before WAL: the index of the log is then kept in this process and not in a shared memory file, which
  // file systems such as GlusterFS and NFS can't offer; and a second server is refused.
  database.pragma('locking_mode = EXCLUSIVE');
  refuseForeignDatabase(database);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = OFF');
  // KiB. The default holds the database of a few hundred volumes only.
  database.pragma('cache_size = -65536');
  const faults = database.pragma('quick_check(1)', { simple: true });
  if (faults !== 'ok') throw new DomainError('unavailable', `it is damaged (${String(faults).split('\n')[0]})`);
  const applied = migrate(database, loadMigrations('sqlite', migrationsDir), Date.now());
  const known = database.prepare('select key, value from attribute').raw().all() as [string, string][];
  const insert = database.prepare('insert into attribute (key, value) values (?, ?)');
  const added = missingAttributes(new Map(known), newId);
  if (added.size > 0) {
    database.transaction(() => {
      for (const [key, value] of added) insert.run(key, value);
    })();
  }
  return applied;
}

/** A store on a file that is written. */
interface Lasting {
  readonly disk: DatabaseDisk;
  readonly journal: Journal;
  readonly fileDescriptor: number;
}

interface StoreParts {
  /** Null for a store that is gone when it is closed, or never written. */
  readonly lasting: Lasting | null;
  /** Why nothing may be written; null when it may. */
  readonly refusal: string | null;
  afterClose(): void;
}

function sqliteStore(
  database: Database.Database,
  { lasting, refusal, afterClose }: StoreParts,
  { onCommit, isPatient, logger, sealAfterMs = SEAL_AFTER_MS }: Omit<SqliteStoreOptions, 'file'>,
): Store {
  const statements = new StatementCache(database, STATEMENTS);
  const connection = sqliteConnection(statements);
  const memory = new ClusterMemory();
  const reading = tables(readOnlyConnection(connection, refusal ?? 'A unit of work that only reads tried to write.'));
  const seal = async (): Promise<void> => lasting?.journal.seal(() => units.isWanted);
  const sealing = sealingWhenIdle(sealAfterMs, () => units.whenNothingWaits(seal));
  const units: UnitsOfWork = new UnitsOfWork(
    memory.over(reading),
    memory.over(tables(transactionConnection(connection, () => database.inTransaction))),
    sqliteTransactions(database, statements, lasting),
    {
      memory,
      onCommit(count, durationMs) {
        sealing.due();
        onCommit?.(count, durationMs);
      },
      isPatient,
      onUndecided(reason) {
        if (reason === null) logger?.info({}, 'the database takes changes again: the failed commit was not made');
        else logger?.error({ reason }, 'a commit failed, and whether it was made is not known: no change is accepted');
      },
    },
    lasting ? durabilityOf(lasting) : undefined,
  );
  const backup: Store['backup'] = (purpose = 'archive', contents = 'all') =>
    units.alone(() => backupOf(database, purpose, contents));
  return {
    read: (work) => units.read(work),
    async write(work, options) {
      if (refusal !== null) throw new DomainError('unavailable', refusal);
      return units.write(work, options);
    },
    async snapshot() {
      // Nobody writes it.
      if (refusal !== null) return { tx: reading, close: () => undefined };
      if (!lasting) return units.alone(() => snapshotOfBytes(selfContained(database.serialize())));
      const snapshot = await units.betweenGroups(() => snapshotOfFile(database, lasting.fileDescriptor));
      await lasting.disk.synced();
      return snapshot;
    },
    backup,
    openBackup: async (purpose, contents) => backupFileOf(await backup(purpose, contents)),
    isAlone: () => true,
    refusal: () => refusal ?? units.refusal,
    giveUpUndecided: () => units.giveUpUndecided(),
    close: () =>
      units.close(async () => {
        sealing.stop();
        const isSealed = await isDone(lasting?.journal.seal());
        if (isSealed) closeSealed(database);
        else closeUnsealed(database);
        lasting?.disk.close();
        afterClose();
      }),
  };
}

function durabilityOf({ disk, journal }: Lasting): Durability {
  return {
    async prepare() {
      await disk.ready();
      await journal.open();
    },
    isLasting: () => disk.isSynced,
    lasting: () => disk.synced(),
    async tidy(isSomebodyWaiting) {
      try {
        if (disk.isLogLong(isSomebodyWaiting)) await disk.complete();
      } catch {
        // The log goes on to hold what the file lacks.
      }
    },
  };
}

async function isDone(work: Promise<void> | undefined): Promise<boolean> {
  try {
    await work;
    return true;
  } catch {
    return false;
  }
}

/** So that a copy of the file alone is complete unless it is made in the midst of changes. */
function sealingWhenIdle(ms: number, seal: () => Promise<boolean>) {
  let timer: NodeJS.Timeout | null = null;
  const stop = (): void => {
    if (timer) clearTimeout(timer);
    timer = null;
  };
  const run = async (): Promise<void> => {
    try {
      if (!(await seal())) due();
    } catch {
      // A disk that fails shows at the next change.
    }
  };
  function due(): void {
    if (timer) timer.refresh();
    else timer = startTimer(() => void run(), ms).unref();
  }
  return { stop, due };
}

function refusalOf(file: string, error: unknown): unknown {
  const code = sqliteCode(error) ?? '';
  const options = { cause: error };
  if (isLocked(error)) {
    return new DomainError(
      'unavailable',
      `The database ${file} is in use by another process, probably a server. Stop that one first.`,
      options,
    );
  }
  if (code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB')) {
    return new DomainError(
      'unavailable',
      `The database ${file} can't be used: it is damaged (${textOf(error)}). Restore it from a backup.`,
      options,
    );
  }
  if (code !== '') {
    const translated = translateSqliteError(error);
    const reason =
      diskFault(error) ?? (translated instanceof DomainError ? translated.message : `${textOf(error)} (${code})`);
    return new DomainError('unavailable', `The database ${file} can't be opened: ${reason}`, options);
  }
  if (error instanceof DomainError && !error.message.includes(file)) {
    return new DomainError('unavailable', `The database ${file} can't be used: ${error.message}`, options);
  }
  return error;
}
