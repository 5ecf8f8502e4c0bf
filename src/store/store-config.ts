/** What a store needs to be opened: which one it is, and how it is used. */
export type StoreConfig = FileStoreConfig | PostgresStoreConfig;

export interface FileStoreConfig extends StoreUse {
  readonly file: string;
  /** Reads a private copy as it is now, never changes the file, and needs no lock; writes are refused. */
  readonly readOnly?: boolean;
  /** How long to wait for another process that has the database open. */
  readonly lockTimeoutMs?: number;
  /** Called when a sync failed, so that nobody can know what is on disk: has to end the process, as it does when not given. */
  readonly onDiskLost?: (error: Error) => void;
}

export interface PostgresStoreConfig extends StoreUse {
  readonly postgres: PostgresTarget;
  /** The right to work on hosts, which one process at a time has. Without it, nothing but this process uses the database. */
  readonly alone?: WorkAlone;
}

export interface WorkAlone {
  /** Who asks, for people. */
  readonly name: string;
  /**
   * A server: opening does not wait for others, and until it is this one's turn the store takes what needs no host. Without
   * it opening waits, and no server may write anything meanwhile.
   */
  readonly answersMeanwhile?: boolean;
  /** After so long without a sign of life another one takes over; ten seconds when not given. */
  readonly lifeMs?: number;
  /**
   * Another server, of this name, works with the database: it was seen to be alive. Who does not want to wait throws, and
   * opening rejects with that.
   */
  onWaiting?(name: string): void;
  /** Another server has taken over, or a newer version has changed the tables: the process has to end. */
  onLost(why: 'taken over' | 'newer version'): void;
}

/** Where a PostgreSQL is, and how it is reached. */
export interface PostgresTarget {
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** Null: none, or that of `passwordFile`. */
  readonly password: string | null;
  /** Its end of line does not count. */
  readonly passwordFile: string | null;
  readonly tls: PostgresTls | null;
}

export interface PostgresTls {
  /** PEM of the authorities that are trusted; null: those of Node. */
  readonly caFile: string | null;
  /** What of the server's certificate has to be right. */
  readonly checks: 'authority and name' | 'authority' | 'nothing';
}

interface StoreUse {
  readonly logger?: { info(fields: object, message: string): void; error(fields: object, message: string): void };
  /**
   * When a commit fails and its outcome can't be found out: keep trying, and let those that wait for it wait. Otherwise
   * they are told that it is unknown.
   */
  readonly isPatient?: boolean;
  /** Called after each commit with the units of work that shared it and how long it took until it was on disk. */
  readonly onCommit?: (units: number, durationMs: number) => void;
}
