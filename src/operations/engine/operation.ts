import type { Brick } from '../../domain/brick.js';
import type { DeviceCondition } from '../../domain/device.js';
import type { Id } from '../../domain/ids.js';
import type { Action, OperationType, PendingOperation } from '../../domain/pending-operation.js';
import type { Hosts } from '../../executors/commands/host/hosts.js';
import type { TransportError } from '../../executors/executor.js';
import type { ReadTx, Store, StoreReader, Tx } from '../../store/store.js';
import type { HostWork } from '../hosts/host-work.js';
import type { Logger } from '../logger.js';
import type { NodeHealth } from '../ports/node-health.js';
import type { OperationSettings } from '../settings.js';
import type { SoughtVolume } from './sought-volume.js';

/** What operations work with on hosts: of the store they only read. */
export interface OperationContext {
  readonly store: StoreReader;
  readonly hosts: Hosts;
  readonly work: HostWork;
  readonly health: NodeHealth;
  readonly settings: OperationSettings;
  readonly log: Logger;
}

/** The same for the engine, which alone writes. */
export interface EngineContext extends OperationContext {
  readonly store: Store;
  /** Told of each device whose condition is not what it was, and of each node of which something was mended. */
  readonly onDeviceSeen?: (deviceId: Id, condition: DeviceCondition, reason: string) => void;
  readonly onRepaired?: (nodeId: Id, count: number, summary: string) => void;
  /** Counts what became of an operation; the time since it was accepted, waiting included. */
  readonly onOutcome?: (kind: OperationType, outcome: OperationOutcome, durationMs: number) => void;
}

/** `rolled-back`: failed and left no trace; `failed`: something is left for recovery. */
export type OperationOutcome = 'succeeded' | 'rolled-back' | 'failed';

/** `busy`: it is being worked on already; `unknown`: imported, and of a kind that nobody here can lead out. */
export type RecoveryOutcome = 'ended' | 'kept' | 'busy' | 'unknown';

/** What checks and builds go by, besides the store. */
export type BuildContext = Pick<OperationContext, 'settings' | 'health'>;

/** What `build` decided: stored before any host is touched. */
export interface Intent {
  readonly actions: readonly Action[];
  /** JSON of whatever no row holds yet. */
  readonly plan: unknown;
  /** See LeadingOut.lane. */
  readonly lane: string;
}

/**
 * One kind of change to the storage pool, from the request to whichever end. The pending record and the rows it names
 * hold all that is needed once it is built, so that another process can go on than the one that began.
 *
 * `check` and `load` only read the store; `build`, `finalize` and `retract` are units of work, which may be run again and
 * do nothing else. `examine`, `exec`, `finish` and `undo` work on hosts, may be cut off anywhere, and are safe to repeat.
 */
export interface OperationKind<Request, Work, Outcome>
  extends Beginning<Request, Work, Outcome>,
    GoingForward<Work, Outcome>,
    LeadingOut<Work> {}

/** A kind that is only ever taken back once it was interrupted. */
export interface UndoneKind<Request, Work, Outcome> extends Beginning<Request, Work, Outcome>, LeadingOut<Work> {}

/** Records of the original that only go back. */
export type GivenUpKind<Work> = LeadingOut<Work>;

/** How a change is begun. */
export interface Beginning<Request, Work, Outcome> {
  /** Whether it takes a place among the operations in flight, which the configuration may limit. */
  readonly isCounted: boolean;
  /** Looks at hosts before the request is accepted, and may refuse; answers the request with what it saw. */
  approach?(request: Request, context: OperationContext): Promise<Request>;
  /** Refusals that come before the limit of operations in flight. */
  check?(tx: ReadTx, request: Request, context: BuildContext): Promise<void>;
  /** Allocates and records, for operation `operationId`; called again for each further try. */
  build(tx: Tx, operationId: Id, request: Request, context: BuildContext): Promise<Intent>;
  /** What the log is to say of a request that `check` or `build` refused. */
  explainRefusal?(error: unknown, log: Logger): void;
  /** Further tries with a new build after `exec` failed and was undone. */
  retries?(context: BuildContext): number;
  /**
   * Looks at hosts before anything on them is changed, and may refuse; answers the work with what it saw. Only then
   * is the record marked as begun: a refusal, or a crash before, never makes `undo` take anything for its own.
   */
  examine?(work: Work, context: OperationContext): Promise<Work>;
  exec(work: Work, context: OperationContext, attempt: Attempt): Promise<Outcome>;
  /** Settles the store after `exec` or `finish`, in the unit that also ends the record. */
  finalize(tx: Tx, work: Work, outcome: Outcome): Promise<Finalized>;
}

/** How a change that was interrupted may still be done. */
export interface GoingForward<Work, Outcome> {
  /**
   * After a failed or interrupted attempt: looks at the hosts and says which way leads out. `forward` runs `finish`,
   * `back` runs `undo`. Throws when the hosts can't be asked: then nothing is done and the record is kept.
   */
  direction(work: Work, context: OperationContext, interrupted: Interrupted): Promise<'forward' | 'back'>;
  /** Does what is missing, which may be nothing. */
  finish(work: Work, context: OperationContext, attempt: Attempt): Promise<Outcome>;
  finalize(tx: Tx, work: Work, outcome: Outcome): Promise<Finalized>;
}

/** How a record is led out; a kind without `direction` only goes back. */
export interface LeadingOut<Work> {
  readonly type: OperationType;
  /** Reads what the operation is about; null when the record names rows that do not exist (imported data). */
  load(tx: ReadTx, operation: PendingOperation): Promise<Work | null>;
  /** Operations of one lane wait for each other when there are too many: the cluster's id, or the node's. */
  lane(work: Work): string;
  /**
   * Hosts on which programs of the operation may run on after an interruption. Nothing is probed or undone before
   * those on `mustEnd` have ended; a host of `mayStay` that can't be asked is told to `finish` or `undo` instead.
   */
  leftovers(work: Work, after: Interruption): Leftovers;
  undo(work: Work, context: OperationContext, attempt: FailedAttempt): Promise<Undone>;
  /** Takes the operation's rows back after `undo`, in the unit that also ends the record. */
  retract(tx: Tx, work: Work, undone: Undone): Promise<Retracted>;
}

/**
 * Why an operation is led out. `crash`: its process died, and its client has no answer yet. `failure`: an attempt failed,
 * or part of it could not be done; its client may be waiting. `answered`: its client was told that it failed. `undo`: an
 * undo was begun, and may be running on hosts still.
 */
export type Interruption = 'crash' | 'failure' | 'answered' | 'undo';

export interface Interrupted {
  readonly after: Interruption;
  /** After a crash: the client has not come back, so that nobody waits for a success. */
  readonly isDeserted: boolean;
  /** See NeverBegun. */
  readonly neverBegun: ReadonlySet<Id>;
}

/** What `exec`, `finish` and `undo` are given besides the work. */
export interface Attempt {
  /** Hosts on which something may run still, and why they can't be asked: what lies there is not touched. */
  readonly unsettledHosts: ReadonlyMap<string, TransportError>;
  /** Writes into the record's plan: before the change that it tells of, so that whoever goes on after a crash knows. */
  readonly note: (notes: object) => Promise<void>;
}

export interface FailedAttempt extends Attempt {
  /** See NeverBegun. */
  readonly neverBegun: ReadonlySet<Id>;
}

/** An attempt failed before it had begun with some of its objects: hosts have nothing of these. `cause` is the failure. */
export class NeverBegun extends Error {
  /** Of bricks or devices. */
  readonly ids: ReadonlySet<Id>;

  constructor(cause: unknown, ids: Iterable<Id>) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'NeverBegun';
    this.ids = new Set(ids);
  }
}

export interface Leftovers {
  readonly mustEnd: readonly string[];
  readonly mayStay: readonly string[];
  /** Volumes that glusterd may be changing still, for a client that is gone. */
  readonly volumes?: readonly SoughtVolume[];
  /** Hosts whose glusterd may be taking a peer in or out still. */
  readonly poolOf?: readonly string[];
}

/** What an undo came to. */
export interface Undone {
  /** Bricks that could not be removed now: they are kept, with their space, and removed later. */
  readonly left: readonly Id[];
  /** Why not, for the log. */
  readonly failure: unknown;
  /** Bricks as hosts have them, of what was found and left. */
  readonly found?: readonly Brick[];
  /** GiB that it was found to have, and that all hosts serve. */
  readonly sizeGib?: number;
  readonly usableSizeGib?: number;
}

export const ALL_UNDONE: Undone = { left: [], failure: null };

/** What of an operation lives on after `retract`. */
export interface Retracted {
  /** The record of what could not be removed. */
  readonly parked: Id | null;
  /** Its own record stays, with these notes, until hosts have nothing of it any more. */
  readonly keeps?: object;
}

export const NOTHING_LEFT: Retracted = { parked: null };

export interface Finalized {
  /** Path of the resulting resource, or null. */
  readonly location: string | null;
  /** Actions still to be done on hosts that could not be reached; the record lives on with them as `failed`. */
  readonly remaining?: readonly Action[];
  /** Why they remain, for the log. */
  readonly failure?: unknown;
}

// biome-ignore lint/suspicious/noExplicitAny: the engine handles kinds whose work it never looks into
type Any = any;

/** As the engine sees a kind: what it begins with and how it goes forward may be missing. */
export type AnyKind = LeadingOut<Any> & Partial<Beginning<Any, Any, Any>> & Partial<GoingForward<Any, Any>>;

/** A kind that can be begun. */
export type BeginningKind<Request> = LeadingOut<Any> & Beginning<Request, Any, Any> & Partial<GoingForward<Any, Any>>;
