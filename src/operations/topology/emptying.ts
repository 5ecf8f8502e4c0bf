import type { Brick } from '../../domain/brick.js';
import { counted } from '../../domain/counted.js';
import { DomainError } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { PendingOperation, Progress, RefusedPart } from '../../domain/pending-operation.js';
import { TransportError } from '../../executors/executor.js';
import type { ReadTx } from '../../store/store.js';
import { steadyUnixMs } from '../../timing/clocks.js';
import type { OperationContext } from '../engine/operation.js';
import { type Next, part } from '../engine/sequence.js';
import { brickEvict } from '../volumes/brick-evict.js';
import type { HealingSet } from '../volumes/healing-set.js';
import { describeRest } from './emptying-rest.js';
import { type Holding, holdingOf } from './holding.js';
import { isFilling, lostAmong, nextMovable } from './next-brick.js';

/** Between two looks whether what was moved is healed. */
const HEAL_PAUSE_MS = 30_000;
/** A set is looked at when its eviction has looked, and a moment later. */
const AFTER_LOOK_MS = 500;
const SHORTEST_PAUSE_MS = 1000;

/** When so many bricks' hosts can't be asked, those of others can't be either: the removal goes on later. */
const UNKNOWN_AT_MOST = 3;

/** What a removal remembers. */
export interface RemovalPlan {
  /** False: a person answers for it that brick sets have all data without their bricks on the devices. */
  readonly mustBeHealed: boolean;
}

/** What a removal wants to have no bricks. */
export interface Emptying extends RemovalPlan {
  readonly deviceIds: readonly Id[];
  /** Of the removal. */
  readonly progress: Progress | null;
}

/** Of a record; one of an earlier version has no plan. */
export function removalPlan({ plan }: PendingOperation): RemovalPlan {
  return (plan as RemovalPlan | null) ?? { mustBeHealed: true };
}

/**
 * Moves one brick after the other to devices outside, and waits until what took their places is healed. While some sets
 * heal, bricks of others are moved: as many at a time as the settings say, and never two of one set. What can't be moved is
 * passed over. `end`: nobody's data is on the devices any more. A brick that was replaced, and can't be removed, does not
 * count once its volume is healed. When nothing more can be done, and something is left, it is refused with what is left.
 */
export async function emptyNext(
  { deviceIds, mustBeHealed, progress }: Emptying,
  context: OperationContext,
): Promise<Next> {
  const holding = await context.store.read((tx) => holdingOf(tx, deviceIds));
  const { inUse, healing } = holding;
  const passedOver = new Map(progress?.refused?.map(({ id, reason }) => [id, reason]));
  const left = inUse.filter(({ id }) => !passedOver.has(id));
  const unknown = progress?.refused?.filter(({ isUnknown }) => isUnknown) ?? [];
  const lost = await lostAmong(inUse, context);
  const awaited = healing.filter((set) => !isOverdue(set, context) && !isFilling(set, lost));
  const total = Math.max(progress?.total ?? 0, (progress?.done ?? 0) + inUse.length);
  const shown = healing.map(({ brickId: id, volumeId, entriesLeft }) => ({ id, volumeId, entriesLeft }));
  const stepOf = (current: string) => ({ done: total - inUse.length, total, current, healing: shown });

  if (unknown.length >= UNKNOWN_AT_MOST) throw askLater(unknown);
  if (awaited.length < context.settings.healsPerRemoval) {
    const brick = await nextMovable(left, lost, context);
    if (brick) {
      const step = stepOf(`moves brick ${brick.id} of volume ${brick.volumeId}`);
      return part(brickEvict, { brickId: brick.id, mustBeHealed }, step, brick.id);
    }
  }
  if (awaited.length + left.length > 0)
    return { do: 'wait', forMs: pauseFor(awaited), step: stepOf(waitsFor(awaited, left)) };
  if (unknown.length > 0) throw askLater(unknown);
  refuseRest(holding, passedOver, total, context);
  return { do: 'end' };
}

/** Refuses to end while bricks of volumes are on the devices. */
export async function refuseHeld(tx: ReadTx, deviceIds: readonly Id[]): Promise<void> {
  const { inUse } = await holdingOf(tx, deviceIds);
  if (inUse.length === 0) return;
  throw new DomainError(
    'failed',
    `${counted(inUse.length, 'brick')} came there while others were moved away; try again`,
  );
}

function askLater([first]: readonly RefusedPart[]): TransportError {
  return new TransportError('', `brick ${first?.id}: ${first?.reason}`, false);
}

function isOverdue({ record }: HealingSet, { settings }: OperationContext): boolean {
  return steadyUnixMs() - record.createdAt * 1000 > settings.healLimitMs;
}

function waitsFor(awaited: readonly HealingSet[], left: readonly Brick[]): string {
  if (awaited.length > 0) return `waits until what took the places of ${counted(awaited.length, 'brick')} is healed`;
  return `waits for other operations, which change or heal the volumes of ${counted(left.length, 'brick')}`;
}

/** Until the eviction that looks first has looked. */
function pauseFor(awaited: readonly HealingSet[]): number {
  const looks = awaited.flatMap(({ record }) => (record.dueAt === null ? [] : [record.dueAt]));
  const untilFirst = Math.min(...looks) - steadyUnixMs() + AFTER_LOOK_MS;
  return Math.max(SHORTEST_PAUSE_MS, Math.min(untilFirst, HEAL_PAUSE_MS));
}

function refuseRest(
  { inUse, healing }: Holding,
  passedOver: ReadonlyMap<Id, string>,
  total: number,
  { settings }: OperationContext,
): void {
  if (inUse.length + healing.length === 0) return;
  const unmoved = inUse.map(({ id, volumeId }) => ({ id, volumeId, reason: passedOver.get(id) ?? '' }));
  throw new DomainError('failed', describeRest(unmoved, healing, total, settings.healLimitMs));
}
