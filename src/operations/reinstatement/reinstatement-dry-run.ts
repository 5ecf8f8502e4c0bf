import pLimit from 'p-limit';
import { NO_DEVICES } from '../../domain/allocator/device-refusals.js';
import { idNotFound } from '../../domain/errors.js';
import type { ReadTx } from '../../store/store.js';
import { refusalOf } from '../engine/error-text.js';
import type { OperationContext } from '../engine/operation.js';
import type { PlannedEviction, PlannedRemoval } from '../ports/removals.js';
import { findBrickSet } from '../volumes/brick-set.js';
import { placeOf } from '../volumes/eviction-plan.js';
import { refuseNeeded } from '../volumes/needed-brick.js';
import { takenKib } from '../volumes/space.js';
import { usedKibByBrick } from '../volumes/used-space.js';
import { glusterName, hostedBrick } from '../volumes/volume-bricks.js';
import { type NodeBrick, type RecordedNode, recordedNode } from './node-at-hand.js';
import { type NodeReinstatement, refuseReinstatement } from './node-reinstate.js';
import { planReinstatement, type Reinstatement } from './reinstatement-plan.js';

/** Bricks whose sets are looked at side by side. */
const LOOKS_AT_A_TIME = 8;

/** A brick, and what would become of it. */
interface Seen {
  readonly hosted: NodeBrick;
  /** Null: it would come back. */
  readonly obstacle: string | null;
  /** Null: nobody tells. */
  readonly healKib: number | null;
}

/** What a reinstatement would bring back now, brick by brick; changes nothing. */
export async function planNodeReinstatement(
  request: NodeReinstatement,
  context: OperationContext,
): Promise<PlannedRemoval> {
  const recorded = await context.store.read((tx) => recordedNode(tx, request.id));
  if (!recorded) throw idNotFound();
  const forbidden = await refusalOf(() => context.store.read((tx) => refuseReinstatement(tx, request)));
  let plan: Reinstatement | null = null;
  const unseen = await refusalOf(async () => {
    plan = await planReinstatement(recorded, { disks: request.disks, passedOver: new Map() }, context);
  });
  const seen = await lookAtBricks(recorded, plan, unseen ?? '', context);
  const bricks = await context.store.read((tx) => Promise.all(seen.map((one) => planned(tx, one))));
  const movable = bricks.filter(({ to }) => to !== null);
  const obstacle = forbidden ?? unseen ?? refusedBesides(plan);
  return {
    isPossible: obstacle === null && movable.length === bricks.length,
    obstacle,
    movable: movable.length,
    healKib: movable.reduce((sum, { healKib }) => sum + (healKib ?? 0), 0),
    unknownHeals: movable.filter(({ healKib }) => healKib === null).length,
    bricks,
    healing: [],
  };
}

/** What is refused of devices that no brick is waiting for. */
function refusedBesides(plan: Reinstatement | null): string | null {
  const told = new Set(plan?.reasons.values());
  const besides = plan?.refusals.filter(({ reason }) => !told.has(reason)) ?? [];
  return besides.length > 0 ? besides.map(({ name, reason }) => `${name}: ${reason}`).join('\n') : null;
}

/** Those that do not run. `unseen`: why the node can't be looked at. */
async function lookAtBricks(
  { bricks }: RecordedNode,
  plan: Reinstatement | null,
  unseen: string,
  context: OperationContext,
): Promise<readonly Seen[]> {
  if (!plan) return bricks.map((hosted) => ({ hosted, obstacle: unseen, healKib: null }));
  const limit = pLimit(LOOKS_AT_A_TIME);
  const away = bricks.filter(({ brick }) => plan.states.get(brick.id) !== 'served');
  return Promise.all(away.map((hosted) => limit(() => lookAt(hosted, plan, context))));
}

/** One that its disk still holds lacks changes only, and nobody knows how many; one that is made anew lacks everything. */
async function lookAt(hosted: NodeBrick, { states, reasons }: Reinstatement, context: OperationContext): Promise<Seen> {
  const reason = reasons.get(hosted.brick.id) ?? null;
  if (reason !== null || states.get(hosted.brick.id) !== 'absent') return { hosted, obstacle: reason, healKib: null };
  let healKib: number | null = null;
  const obstacle = await refusalOf(async () => {
    const set = await findBrickSet(hosted.volume, hosted, context);
    await refuseNeeded(hosted.volume, set, context, true);
    // An arbiter holds names only: nobody else tells how much.
    if (!set.isArbiter) healKib = await fullestOf(hosted, new Set(set.others), context);
  });
  return { hosted, obstacle, healKib };
}

/** What the fullest of these bricks of the volume holds. */
async function fullestOf(
  { volume }: NodeBrick,
  names: ReadonlySet<string>,
  context: OperationContext,
): Promise<number | null> {
  const hosted = await context.store.read(async (tx) =>
    Promise.all((await tx.bricks.listByVolume(volume.id)).map((brick) => hostedBrick(tx, brick))),
  );
  const others = hosted.flatMap((one) => (one && names.has(glusterName(one)) ? [one.brick] : []));
  const held = [...(await usedKibByBrick(others, context)).values()];
  return held.length > 0 ? Math.max(...held) : null;
}

async function planned(tx: ReadTx, { hosted: { brick, volume }, obstacle, healKib }: Seen): Promise<PlannedEviction> {
  const place = await placeOf(tx, brick);
  const freeAfterKib = (await tx.devices.find(brick.deviceId))?.freeKib ?? 0;
  return {
    brickId: brick.id,
    volumeId: volume.id,
    volumeName: volume.name,
    sizeKib: brick.sizeKib,
    from: place,
    healKib,
    to: obstacle === null ? { ...place, takesKib: takenKib(brick), freeAfterKib } : null,
    obstacle,
    devices: NO_DEVICES,
  };
}
