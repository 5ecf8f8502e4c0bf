import type { BackupContents } from '../store/store.js';

/** Where copies of the database are kept; the label `target` of metrics. */
export type BackupTargetName = 'secret' | 'directory';

/** A database file, as `Store.backup` answers it. */
export interface DatabaseCopy {
  readonly bytes: Buffer;
  /** Generation id of the database, which its copies share and no other database has. */
  readonly databaseId: string;
}

export interface KeptBackup {
  /** Unix milliseconds. */
  readonly at: number;
  /** Compressed, as it is kept. */
  readonly sizeBytes: number;
}

export interface BackupTarget {
  readonly name: BackupTargetName;
  /** What fits into the target, bytes; null: nothing but its disk bounds it. */
  readonly limitBytes: number | null;
  /** What is in the copies. */
  readonly contents: BackupContents;
  /**
   * Keeps a copy, and answers its compressed size in bytes once it is known to be there. Throws BackupFailure; what was
   * kept before is there then, as it was.
   */
  keep(copy: DatabaseCopy, signal: AbortSignal): Promise<number>;
  /** The newest copy of this database that an earlier life of the server has kept; null: none, or nobody can tell. */
  newest(databaseId: string): Promise<KeptBackup | null>;
}
