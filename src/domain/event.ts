import type { DeviceCondition } from './device.js';
import type { Id } from './ids.js';
import type { EntryState } from './node.js';
import type { OperationType } from './pending-operation.js';
import type { Requester } from './requester.js';
import type { PoolPart } from './usage.js';

/**
 * Everything that events tell of; openapi.yaml says what each means. An operation that was done has a type of its own,
 * whatever failed is `operation.failed` or `request.failed`.
 */
export const EVENT_TYPES = [
  'cluster.created',
  'cluster.changed',
  'cluster.deleted',
  'node.added',
  'node.deleted',
  'node.state-changed',
  'node.changed',
  'node.removed',
  'node.lost',
  'node.forgotten',
  'node.rejoined',
  'node.reinstated',
  'node.down',
  'node.up',
  'node.repaired',
  'node.mounts-restored',
  'node.fstab-line-deleted',
  'device.added',
  'device.deleted',
  'device.state-changed',
  'device.changed',
  'device.removed',
  'device.reinstated',
  'device.resynced',
  'device.condition-changed',
  'device.unclaimed-removed',
  'volume.created',
  'volume.expanded',
  'volume.cloned',
  'volume.deleted',
  'volume.changed',
  'volume.claimed',
  'volume.adopted',
  'volume.started',
  'volume.bricks-adopted',
  'brick.replaced',
  'brick.reinstated',
  'brick.healed',
  'brick.pool-filling',
  'brick.pool-relieved',
  'block-volume.created',
  'block-volume.expanded',
  'block-volume.deleted',
  'state.repaired',
  'state.compared',
  'operation.failed',
  'operation.undone',
  'operation.superseded',
  'operation.ended',
  'leftovers.removed',
  'leftovers.dropped',
  'request.failed',
  'backup.made',
  'backup.failed',
  'database.restored',
] as const;

export type EventType = (typeof EVENT_TYPES)[number];

export const SUBJECT_KINDS = [
  'cluster',
  'node',
  'device',
  'volume',
  'brick',
  'block-volume',
  'operation',
  'server',
] as const;

/** What an event is about, as it was called then. */
export interface EventSubject {
  readonly kind: (typeof SUBJECT_KINDS)[number];
  /** '' for the server itself. */
  readonly id: Id;
  /** '' where it has none. */
  readonly name: string;
  /** '' where it is in none. */
  readonly clusterId: Id;
}

/** Figures beside the type; each is there only where it is known. */
export interface EventDetails {
  /** Of a volume or block volume after the change, GiB. */
  readonly sizeGib?: number;
  /** False: something of it is still to be done, and another event tells when it is. */
  readonly isComplete?: boolean;
  readonly state?: EntryState;
  readonly condition?: DeviceCondition;
  /** The volume that was cloned. */
  readonly sourceId?: Id;
  /** Of a brick. */
  readonly volumeId?: Id;
  /** Of a brick that took the place of the subject. */
  readonly replacedBy?: Id;
  /** Of a device. */
  readonly nodeId?: Id;
  /** The request that failed, where it has no operation. */
  readonly request?: string;
  /** Of findings, or of differences. */
  readonly count?: number;
  /** How often what was seen had changed before, without being told each time. */
  readonly changes?: number;
  /** Of a brick: its thin pool, as LVM calls it, and how much of which part of it is used, percent. */
  readonly deviceId?: Id;
  readonly pool?: string;
  readonly part?: PoolPart;
  readonly percent?: number;
}

/** What happened, before it has its place among the events. */
export interface NewEvent {
  /** Unix milliseconds. */
  readonly at: number;
  readonly type: EventType;
  readonly subject: EventSubject;
  readonly operation: { readonly id: Id; readonly type: OperationType } | null;
  /** Null when nobody asked, or nobody knows any more who did. */
  readonly requestedBy: Requester | null;
  /** Why it failed, or what was seen; null where the type says all. */
  readonly reason: string | null;
  readonly details: EventDetails;
}

export interface RecordedEvent extends NewEvent {
  /** Higher than those of all events that were committed before; ids that are left out were never given. */
  readonly id: number;
}

export const SERVER: EventSubject = { kind: 'server', id: '', name: '', clusterId: '' };
