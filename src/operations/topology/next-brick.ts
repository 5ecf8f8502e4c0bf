import type { Brick } from '../../domain/brick.js';
import { DomainError } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { PendingOperation } from '../../domain/pending-operation.js';
import type { ReadTx } from '../../store/store.js';
import { steadyUnixMs } from '../../timing/clocks.js';
import type { OperationContext } from '../engine/operation.js';
import { isBeingLost } from '../hosts/lost-node.js';
import { findBrickSet } from '../volumes/brick-set.js';
import { fillingIn, type HealingSet, healingSetsByVolume } from '../volumes/healing-set.js';
import { glusterName, hostedBrick } from '../volumes/volume-bricks.js';
import { changeInProgress } from '../volumes/volume-in-change.js';

/**
 * The first of the bricks whose set has all of its bricks, as far as this server knows: it does not heal after another
 * eviction or a reinstatement, whoever asked for that, and nothing is changing the volume. Null when all have to wait. What hosts say
 * against it is found out when the brick is moved. `lost`: what will never be filled is not waited for.
 */
export async function nextMovable(
  bricks: readonly Brick[],
  lost: LostBricks,
  context: OperationContext,
): Promise<Brick | null> {
  const heals = await context.store.read(healingSetsByVolume);
  for (const brick of bricks) {
    if (await context.store.read((tx) => isBusy(tx, brick.volumeId))) continue;
    const ofVolume = (heals.get(brick.volumeId) ?? []).filter(
      (set) => !isGivenUp(set, context) && !isFilling(set, lost),
    );
    if (ofVolume.length === 0 || !(await isInOneOf(brick, ofVolume, context))) return brick;
  }
  return null;
}

/** gluster's names of bricks on nodes that never return. */
export type LostBricks = ReadonlySet<string>;

export async function lostAmong(bricks: readonly Brick[], { store }: OperationContext): Promise<LostBricks> {
  return store.read(async (tx) => {
    const names = new Set<string>();
    for (const brick of bricks) {
      const hosted = (await isBeingLost(tx, brick.nodeId)) ? await hostedBrick(tx, brick) : null;
      if (hosted) names.add(glusterName(hosted));
    }
    return names;
  });
}

/** Whether the set waits for one of these to be filled. */
export function isFilling({ newBrick }: HealingSet, bricks: LostBricks): boolean {
  return newBrick !== null && bricks.has(newBrick);
}

/** Nobody waits for it any longer: the hosts decide. */
function isGivenUp({ record }: HealingSet, { settings }: OperationContext): boolean {
  return steadyUnixMs() - record.createdAt * 1000 > settings.healLimitMs;
}

/** An operation is changing the volume, and will end by itself. One that could not be led out is told as the reason. */
async function isBusy(tx: ReadTx, volumeId: Id): Promise<boolean> {
  const operationId = await changeInProgress(tx, volumeId);
  const record = operationId === null ? null : await tx.operations.find(operationId);
  return record !== null && isOnItsWay(record);
}

function isOnItsWay({ status, retry, copiedAt }: PendingOperation): boolean {
  return status !== 'failed' && retry === null && copiedAt === undefined;
}

async function isInOneOf(brick: Brick, sets: readonly HealingSet[], context: OperationContext): Promise<boolean> {
  const { volume, hosted } = await context.store.read(async (tx) => ({
    volume: await tx.volumes.find(brick.volumeId),
    hosted: await hostedBrick(tx, brick),
  }));
  if (!volume || !hosted) return false;
  try {
    return fillingIn(sets, await findBrickSet(volume, hosted, context)).length > 0;
  } catch (error) {
    // The move of the brick meets the same refusal, and tells it.
    if (error instanceof DomainError) return false;
    throw error;
  }
}
