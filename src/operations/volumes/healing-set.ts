import type { Id } from '../../domain/ids.js';
import type { PendingOperation } from '../../domain/pending-operation.js';
import type { ReadTx } from '../../store/store.js';
import type { BrickSet } from './brick-set.js';

/** What the record of an eviction remembers. */
export interface EvictionPlan {
  readonly volumeId: Id;
  readonly mustBeHealed: boolean;
  /** Manage name of the host that replace-brick was last sent to; noted before that. */
  readonly sentTo?: string;
  /** The set's place among the sets of gluster's volume; noted with `sentTo`. */
  readonly setIndex?: number;
  /** gluster's name of the brick that took its place; noted with `sentTo`. */
  readonly newBrick?: string;
  /** It was down when it was replaced: what it knew of what others lack, nobody could ask. Noted with `sentTo`. */
  readonly wasDown?: boolean;
  /** The volume has all data without the old brick, or is gone. */
  readonly isOldUnneeded?: true;
  /** Besides, it was seen what the old brick has: since then its removal may have begun. */
  readonly isOldKnown?: true;
  /** Entries that were to be healed still at the last look; null: nobody could tell. */
  readonly entriesLeft?: number | null;
}

/** What the record of a brick that is given back to its volume remembers. */
export interface GivingBackPlan {
  readonly volumeId: Id;
  /** gluster's name of it. */
  readonly newBrick: string;
  /** It held nothing when reset-brick was sent; noted before that. */
  readonly wasEmpty?: true;
}

/** A set one of whose bricks is filled: it was put into the place of another, or held nothing when it was given back. */
export interface HealingSet {
  readonly record: PendingOperation;
  /** The brick that was replaced, and stays until the set is healed; or the one that was given back. */
  readonly brickId: Id;
  readonly volumeId: Id;
  /** The set's place among the sets of gluster's volume; null in records that do not tell. */
  readonly setIndex: number | null;
  /** gluster's name of the brick that is filled; null in records that do not tell. */
  readonly newBrick: string | null;
  /** Entries that were to be healed still at the last look; null: nobody could tell. */
  readonly entriesLeft: number | null;
}

/**
 * What the record of an eviction says of its set: null once it holds all data without the old brick, or is not known.
 * From then on it does not matter what becomes of that.
 */
export function healingSet(record: PendingOperation): HealingSet | null {
  const plan = record.plan as EvictionPlan | null;
  const old = record.actions.find(({ change }) => change === 'delete-brick');
  if (record.type !== 'evict-brick' || !plan || !old || (record.retry && plan.isOldUnneeded)) return null;
  const { volumeId, setIndex = null, newBrick = null, entriesLeft = null } = plan;
  return { record, brickId: old.id, volumeId, setIndex, newBrick, entriesLeft };
}

/** The same of a brick that is given back: until its record ends, nobody knows that it is filled. */
function givenBackSet(record: PendingOperation): HealingSet | null {
  const plan = record.plan as GivingBackPlan | null;
  const [action] = record.actions;
  if (!plan || !action) return null;
  return {
    record,
    brickId: action.id,
    volumeId: plan.volumeId,
    setIndex: null,
    newBrick: plan.newBrick,
    entriesLeft: null,
  };
}

/** By volume, the sets that heal after an eviction or a reinstatement, as far as this server knows. */
export async function healingSetsByVolume(tx: ReadTx): Promise<ReadonlyMap<Id, readonly HealingSet[]>> {
  const found = new Map<Id, HealingSet[]>();
  const sets = [
    ...(await tx.operations.listByType('evict-brick')).map(healingSet),
    ...(await tx.operations.listByType('reinstate-brick')).map(givenBackSet),
  ];
  for (const set of sets) if (set) found.set(set.volumeId, [...(found.get(set.volumeId) ?? []), set]);
  return found;
}

/** Those that are about this set of their volume, or may be. */
export function fillingIn(ofVolume: readonly HealingSet[], { index, name, others }: BrickSet): readonly HealingSet[] {
  return ofVolume.filter(({ record, setIndex, newBrick }) => {
    if (newBrick !== null && [name, ...others].includes(newBrick)) return true;
    // A brick that was given back, and is in the set no more, does not matter to it.
    return record.type === 'evict-brick' && (setIndex === null || setIndex === index);
  });
}

/** What its record is about, for whoever has to wait for that. */
export function describeHealing({ record, brickId }: HealingSet): string {
  return `brick ${brickId} was ${record.type === 'evict-brick' ? 'replaced' : 'given back'} (operation ${record.id})`;
}
