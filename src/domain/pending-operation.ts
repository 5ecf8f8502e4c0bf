import type { Id } from './ids.js';
import type { Requester } from './requester.js';
import type { ExactIntegers } from './size.js';

/**
 * The original's type numbers 0-9 are persistent; ours from 100 on are operations the original does not record
 * (it leaves peers and volume groups behind after a crash). Exported as 0, `unknown`.
 */
export const OPERATION_TYPES = {
  unknown: 0,
  'create-volume': 1,
  'delete-volume': 2,
  'expand-volume': 3,
  'create-block-volume': 4,
  'delete-block-volume': 5,
  'remove-device': 6,
  'clone-volume': 7,
  'evict-brick': 8,
  'expand-block-volume': 9,
  'add-node': 100,
  'delete-node': 101,
  'add-device': 102,
  'delete-device': 103,
  'remove-node': 104,
  'lose-node': 110,
  'forget-node': 111,
  'reinstate-node': 112,
  'reinstate-device': 113,
  'rejoin-node': 114,
  'reinstate-brick': 115,
  'repair-state': 116,
  'restore-mounts': 117,
  'adopt-volume': 118,
  'start-volume': 119,
  'delete-fstab-line': 120,
  'remove-unclaimed': 121,
} as const;

export type OperationType = keyof typeof OPERATION_TYPES;

export const CHANGES = {
  unknown: 0,
  'add-brick': 1,
  'add-volume': 2,
  'delete-brick': 3,
  'delete-volume': 4,
  'expand-volume': 5,
  'add-block-volume': 6,
  'delete-block-volume': 7,
  'remove-device': 8,
  'clone-volume': 9,
  'snapshot-volume': 10,
  'add-volume-clone': 11,
  'child-operation': 12,
  'parent-operation': 13,
  'expand-block-volume': 14,
  'add-node': 100,
  'delete-node': 101,
  'add-device': 102,
  'delete-device': 103,
  'remove-node': 104,
  'lose-node': 110,
  'forget-node': 111,
  'reinstate-node': 112,
  'reinstate-device': 113,
  'rejoin-node': 114,
  'reinstate-brick': 115,
  'repair-state': 116,
  'restore-mounts': 117,
  'adopt-volume': 118,
  'start-volume': 119,
  'delete-fstab-line': 120,
  'remove-unclaimed': 121,
} as const;

export type ChangeType = keyof typeof CHANGES;

/** One change of an operation. The order of its add-brick actions is gluster's brick order. */
export interface Action {
  readonly change: ChangeType;
  readonly id: Id;
  /** GiB added (expand-volume) or the new total (expand-block-volume); null otherwise. */
  readonly delta: number | null;
}

/** '' is new or running; `stale`: found at a start; `failed`: could not be rolled back. */
export type OperationStatus = '' | 'stale' | 'failed';

/**
 * Where a record comes from. `request`: a client of this server. `leftover`: made of what another operation could not
 * remove. `heketi`: taken over with the original's database. `sequence`: a part of the operation `parentId`.
 */
export type OperationOrigin = 'request' | 'leftover' | 'heketi' | 'sequence';

/** Tries to lead an operation out that were in vain. */
export interface Retry {
  readonly tries: number;
  /** Why the last one was. */
  readonly error: string;
  /** A host could not be reached: it is tried as soon as one is seen up again. */
  readonly waitsForHost: boolean;
}

/** How far work of many parts has come. */
export interface Progress {
  readonly done: number;
  /** Null while that is not known. */
  readonly total: number | null;
  /** What is being done, or waited for. */
  readonly current: string;
  /** Why the last part failed; null when it did not. */
  readonly failure: string | null;
  /** Somebody has asked for its end: no further part begins. */
  readonly isCancelled: boolean;
  /** What the part that runs is about, where the work goes on without what can't be done. */
  readonly about?: Id;
  /** What could not be done. */
  readonly refused?: readonly RefusedPart[];
  /** Bricks that were replaced, and wait for the heal of their sets. */
  readonly healing?: readonly HealingPart[];
  /** What parts were begun for, each as often as one was. */
  readonly tried?: readonly string[];
  /** Parts that are to follow, as the kind of the work writes them; none any more once one was refused or cut short. */
  readonly planned?: readonly unknown[];
}

/** A part of the work without which it goes on. */
export interface RefusedPart {
  /** What it was about: a brick, or the name of a step. */
  readonly id: Id;
  readonly reason: string;
  /** Hosts could not be asked: it is tried again before the work ends. */
  readonly isUnknown?: true;
}

export interface HealingPart {
  /** Of the brick that was replaced. */
  readonly id: Id;
  readonly volumeId: Id;
  /** Entries that gluster has to heal still; null while nobody can tell. */
  readonly entriesLeft: number | null;
}

/** The intent of a change, stored before any host is touched and deleted when store and hosts agree. */
export interface PendingOperation {
  readonly id: Id;
  readonly type: OperationType;
  readonly status: OperationStatus;
  /** Unix seconds. */
  readonly createdAt: number;
  readonly actions: readonly Action[];
  /** JSON with all that finishing or undoing needs without the process that began it, besides the rows it names. */
  readonly plan: unknown;
  readonly origin: OperationOrigin;
  /**
   * What its client has been told: after `failure` it does not happen any more, but for what hosts have done of it
   * already. Null: nothing yet, or there is no client.
   */
  readonly answered: 'success' | 'failure' | null;
  readonly requestedBy: Requester | null;
  /** What events have told of it, so that each outcome is told once; null: nothing yet. */
  readonly told: 'done' | 'failed' | null;
  /** The operation of which this is a part; null for most. */
  readonly parentId: Id | null;
  /** How far a sequence has come; null for others, and before its first part. */
  readonly progress: Progress | null;
  /** Null before the first try in vain. */
  readonly retry: Retry | null;
  /** Unix milliseconds of the next try, or of the end of a wait; null: none is planned. */
  readonly dueAt: number | null;
  /** Hosts were only looked at so far: nothing on them is this operation's, and there is nothing to undo there. */
  readonly isUntouched?: true;
  /** An undo was begun, so that nothing but its end leads out. */
  readonly isUndoing?: true;
  /**
   * Unix milliseconds at which the backup was taken that this record was restored from: what has become of the operation
   * since is not known, and only a person's request leads it out.
   */
  readonly copiedAt?: number;
  /** The original's number of an imported type this server does not know. */
  readonly exact?: ExactIntegers | undefined;
}

/** What a record begins with. */
export const NEW_RECORD = {
  status: '',
  plan: null,
  origin: 'request',
  answered: null,
  requestedBy: null,
  told: null,
  parentId: null,
  progress: null,
  retry: null,
  dueAt: null,
} as const;
