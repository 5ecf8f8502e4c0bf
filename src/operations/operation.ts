import type { Action, OperationType, PendingOperation } from '../domain/pending-operation.js';
import type { Hosts } from '../executors/commands/hosts.js';
import type { Store, Tx } from '../store/store.js';
import type { HostWork } from './host-work.js';
import type { Logger } from './logger.js';
import type { NodeHealth } from './ports.js';
import type { OperationSettings } from './settings.js';

/** What every operation works with. */
export interface OperationContext {
  readonly store: Store;
  readonly hosts: Hosts;
  readonly work: HostWork;
  readonly health: NodeHealth;
  readonly settings: OperationSettings;
  readonly log: Logger;
}

/**
 * One kind of change to the storage pool. The pending record and the rows it names hold all that `exec` and `undo`
 * need, so that both can be done by another process than the one that began.
 *
 * `load`, `finalize` and `retract` touch only the store; `exec` and `undo` touch only hosts, may be cut off anywhere,
 * and are safe to run again.
 */
export interface OperationKind<Plan, Outcome> {
  readonly type: OperationType;
  /** Reads what the operation is about; null when the record names rows that do not exist (imported data). */
  load(tx: Tx, operation: PendingOperation): Promise<Plan | null>;
  /** `isResumed`: after `direction` said forward; some of the work is done already. */
  exec(plan: Plan, context: OperationContext, isResumed: boolean): Promise<Outcome>;
  /** Settles the store after `exec`, in the transaction that also ends the record. */
  finalize(tx: Tx, plan: Plan, outcome: Outcome): Promise<Finalized>;
  /**
   * After a failed or interrupted `exec`: looks at the hosts and says which way leads out. `forward` runs `exec`
   * again, `back` runs `undo`. Throws when the hosts can't be asked: then nothing is done and the record is kept.
   * `crash`: the client has no answer yet; `failure`: it has been told, or is about to be, that the change failed.
   */
  direction(plan: Plan, context: OperationContext, after: 'failure' | 'crash'): Promise<'forward' | 'back'>;
  undo(plan: Plan, context: OperationContext): Promise<void>;
  /** Takes the operation's rows back after `undo`, in the transaction that also ends the record. */
  retract(tx: Tx, plan: Plan): Promise<void>;
}

export interface Finalized {
  /** Path of the resulting resource, or null. */
  readonly location: string | null;
  /** Actions still to be done on hosts that could not be reached; the record lives on with them as `failed`. */
  readonly remaining?: readonly Action[];
}

// biome-ignore lint/suspicious/noExplicitAny: the runner handles kinds whose plans it never looks into
export type AnyOperationKind = OperationKind<any, any>;
