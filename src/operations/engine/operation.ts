import type { Id } from '../../domain/ids.js';
import type { Action, OperationType, PendingOperation } from '../../domain/pending-operation.js';
import type { Hosts } from '../../executors/commands/host/hosts.js';
import type { TransportError } from '../../executors/executor.js';
import type { ReadTx, Store, StoreReader, Tx } from '../../store/store.js';
import type { HostWork } from '../hosts/host-work.js';
import type { Logger } from '../logger.js';
import type { NodeHealth } from '../ports.js';
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
  /** Counts what became of an operation; the time since it was accepted, waiting included. */
  readonly onOutcome?: (kind: OperationType, outcome: OperationOutcome, durationMs: number) => void;
}

/** The same for the engine, which alone writes. */
export interface EngineContext extends OperationContext {
  readonly store: Store;
}

/** `rolled-back`: failed and left no trace; `failed`: something is left for recovery. */
export type OperationOutcome = 'succeeded' | 'rolled-back' | 'failed';

/**
 * Why an operation is being led out. `crash`: its process died, and its client has no answer yet; `failure`: the
 * client has been told, or is about to be, that the change failed; `undo`: an undo was begun, and may be running on
 * hosts still.
 */
export type Interruption = 'crash' | 'failure' | 'undo';

/** What `exec` and `undo` are given besides the plan. */
interface Attempt {
  /** Hosts on which something may run still, and why they can't be asked: what lies there is not touched. */
  readonly unsettledHosts: ReadonlyMap<string, TransportError>;
  /**
   * Writes `notes(plan)` into the record: called before the change that they tell of, they are there for whoever goes
   * on after a crash.
   */
  readonly keepNotes: () => Promise<void>;
}

export interface Execution extends Attempt {
  /** After `direction` said forward; some of the work is done already. */
  readonly isResumed: boolean;
}

export interface Failed extends Attempt {
  /** Null when the process that failed is gone. */
  readonly cause: unknown;
}

/**
 * One kind of change to the storage pool. The pending record and the rows it names hold all that `exec` and `undo`
 * need, so that both can be done by another process than the one that began.
 *
 * `load`, `finalize` and `retract` touch only the store; `examine`, `exec` and `undo` touch only hosts, may be cut off
 * anywhere, and are safe to run again.
 */
export interface OperationKind<Plan, Outcome> {
  readonly type: OperationType;
  /** Reads what the operation is about; null when the record names rows that do not exist (imported data). */
  load(tx: ReadTx, operation: PendingOperation): Promise<Plan | null>;
  /** Operations of one lane wait for each other when there are too many: the cluster's id, or the node's. */
  lane(plan: Plan): string;
  /**
   * Hosts on which programs of the operation may run on after an interruption. Nothing is probed or undone before
   * those on `mustEnd` have ended; a host of `mayStay` that can't be asked is told to `exec` or `undo` instead.
   */
  leftovers(plan: Plan, after: Interruption): Leftovers;
  /**
   * Looks at hosts before anything on them is changed, and may refuse; answers the plan with what it saw. Only then
   * is the record marked as begun: a refusal, or a crash before, never makes `undo` take anything for its own.
   */
  examine?(plan: Plan, context: OperationContext): Promise<Plan>;
  exec(plan: Plan, context: OperationContext, execution: Execution): Promise<Outcome>;
  /** Settles the store after `exec`, in the transaction that also ends the record. */
  finalize(tx: Tx, plan: Plan, outcome: Outcome): Promise<Finalized>;
  /**
   * After a failed or interrupted `exec`: looks at the hosts and says which way leads out. `forward` runs `exec`
   * again, `back` runs `undo`. Throws when the hosts can't be asked: then nothing is done and the record is kept.
   * `isDeserted`: after a crash whose client has not come back, so that nobody waits for a success.
   */
  direction(
    plan: Plan,
    context: OperationContext,
    after: Interruption,
    isDeserted: boolean,
  ): Promise<'forward' | 'back'>;
  undo(plan: Plan, context: OperationContext, failed: Failed): Promise<Undone>;
  /** What `exec` saw and an undo by another process must know: kept in the record's plan. */
  notes?(plan: Plan): object | null;
  /**
   * Takes the operation's rows back after `undo`, in the transaction that also ends the record. Answers the id of
   * the record under which it parked what is left, or null; the operation's own id keeps its record.
   */
  retract(tx: Tx, plan: Plan, undone: Undone): Promise<Id | null>;
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
}

export const ALL_UNDONE: Undone = { left: [], failure: null };

export interface Finalized {
  /** Path of the resulting resource, or null. */
  readonly location: string | null;
  /** Actions still to be done on hosts that could not be reached; the record lives on with them as `failed`. */
  readonly remaining?: readonly Action[];
  /** Why they remain, for the log. */
  readonly failure?: unknown;
}

// biome-ignore lint/suspicious/noExplicitAny: the runner handles kinds whose plans it never looks into
export type AnyOperationKind = OperationKind<any, any>;
