import type { AuditRows, EventRows, FillingPoolRows } from './interface/history.js';
import type { AttributeRows, LinkFaultRows } from './interface/imported.js';
import type { IdempotencyKeyRows, OperationRows, QueueRows } from './interface/operations.js';
import type { HostKeyRows, OriginRows, ServerIdentityRows } from './interface/server.js';
import type { ClusterRows, DeviceRows, NodeRows } from './interface/topology.js';
import type { BlockVolumeRows, BrickRows, VolumeRows } from './interface/volumes.js';

/**
 * Where clusters, nodes, devices, bricks, volumes and the intent of every running operation are kept.
 *
 * `work` must not wait for anything but this transaction: SQLite has one connection, so a host command or a timer
 * inside it makes everybody wait. A unit of work that throws leaves nothing behind. It may be run again, on another state:
 * nothing in it has an effect outside that a second run does not make good; what follows from it begins with its result.
 */
export interface Store {
  /** Runs `work` on one consistent state. */
  read<T>(work: (tx: ReadTx) => Promise<T>): Promise<T>;
  /**
   * Runs `work` in one unit. When the promise resolves, the change is on disk; when it rejects, it is not, nor will it
   * be, but for what `giveUpUndecided` says. Units that wait at the same time may share one commit, each inside a
   * savepoint of its own.
   */
  write<T>(work: (tx: Tx) => Promise<T>, options?: WriteOptions): Promise<T>;
  /**
   * One consistent state, the one there is now, for a work that takes its time: others write meanwhile. It may take as much
   * space on the disk as the database until it is closed. Rejects with a DomainError where there is no place for it.
   */
  snapshot(): Promise<Snapshot>;
  /** A consistent copy as a database file, complete but for what `contents` leaves out, in memory. */
  backup(purpose?: BackupPurpose, contents?: BackupContents): Promise<Buffer>;
  /** The same, to be read piece by piece. Rejects with a DomainError where there is no place for it. */
  openBackup(purpose?: BackupPurpose, contents?: BackupContents): Promise<BackupFile>;
  /** Whether no other server can be at work on hosts with this database, as far as this process can know. */
  isAlone(): boolean;
  /** What servers that share a database are to one another; left out where this process is the only one. */
  readonly sharing?: Sharing;
  /** Why no change is accepted at the moment, for people; null when changes are. */
  refusal(): string | null;
  /**
   * For the end of the server: rejects writes whose commit failed and of which nobody knows what is on the disk, with
   * a DomainError that says so.
   */
  giveUpUndecided(): void;
  close(): Promise<void>;
}

/** Each of several servers takes requests; one of them works on hosts. */
export interface Sharing {
  /** Resolves when that is this one; never, when it ends before. */
  readonly turn: Promise<void>;
  /** Who works, for people; null: this server, or nobody that it knows of. */
  otherAtWork(): string | null;
  /** `listener` is called when others may have written something: soon after, and within a second or so. */
  onNews(listener: () => void): void;
  /** For the end: this server does nothing on hosts any more, and another one may begin. */
  handOver(): Promise<void>;
}

/** Stays as it is until it is closed, which may be done more than once; nothing can be read from it after that. */
export interface Snapshot {
  readonly tx: ReadTx;
  close(): void;
}

/** The bytes of a database file that has no name: it is gone when it is closed, which may be done more than once. */
export interface BackupFile {
  readonly sizeBytes: number;
  /** Memory holds one of them at a time, where the engine can do so. */
  pieces(): AsyncIterable<Uint8Array>;
  close(): void;
}

/** For those who may look and not change: what works on hosts. */
export type StoreReader = Pick<Store, 'read'>;

export interface WriteOptions {
  /**
   * For what nobody waits for: it joins the next commit, and makes one of its own only when none comes for a moment.
   * Lost when the process dies before that.
   */
  readonly goesAlong?: boolean;
}

/**
 * Lookups: `find` answers null when there is no such row; `list` answers ordered by id unless it says otherwise.
 * `update` and `delete` of a missing row throw: they would hide a lost record.
 */
export interface Tx {
  readonly clusters: ClusterRows;
  readonly nodes: NodeRows;
  readonly devices: DeviceRows;
  readonly bricks: BrickRows;
  readonly volumes: VolumeRows;
  readonly blockVolumes: BlockVolumeRows;
  readonly operations: OperationRows;
  readonly queue: QueueRows;
  readonly idempotencyKeys: IdempotencyKeyRows;
  readonly attributes: AttributeRows;
  readonly linkFaults: LinkFaultRows;
  readonly hostKeys: HostKeyRows;
  readonly serverIdentity: ServerIdentityRows;
  readonly origin: OriginRows;
  readonly events: EventRows;
  readonly audit: AuditRows;
  readonly fillingPools: FillingPoolRows;
}

/** What only looks: every unit of work has it, those that change something have the rest of `Tx` too. */
export type ReadTx = { readonly [Table in keyof Tx]: Reading<Tx[Table]> };

type Reading<Rows> = Pick<Rows, Extract<keyof Rows, ReadingName>>;

type ReadingName =
  | `find${'' | Capitalize<string>}`
  | `list${'' | Capitalize<string>}`
  | `count${string}`
  | 'refersToQueueEntry'
  | 'copiedAt';

/**
 * `archive`: a server that is started on it knows it as a copy that may be old (see OriginRows). `deployment`: another
 * server goes on with it at once in place of this one; a copy of a copy stays one.
 */
export type BackupPurpose = 'archive' | 'deployment';

/** `without-history`: without the rows of events and of the audit, which outgrow all others; their ids go on. */
export type BackupContents = 'all' | 'without-history';
