import pLimit from 'p-limit';
import { withBrick, withoutDevices } from '../../domain/allocator/changed-snapshot.js';
import { NO_DEVICES } from '../../domain/allocator/device-refusals.js';
import type { ClusterSnapshot, DeviceRefusals, PlacedBrick } from '../../domain/allocator/types.js';
import type { Brick } from '../../domain/brick.js';
import { DomainError } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { CommandError, TransportError } from '../../executors/executor.js';
import type { ReadTx } from '../../store/store.js';
import type { OperationContext } from '../engine/operation.js';
import type { PlannedEviction } from '../ports/removals.js';
import { NoPlacementError, refuseLongNames } from './choose-placement.js';
import { chooseReplacement, type Eviction } from './evictable-brick.js';
import { plannedBrick } from './placement.js';
import { snapshotOf } from './placement-snapshot.js';
import { takenKib } from './space.js';
import { usedKibByBrick } from './used-space.js';

/** Bricks that are looked at side by side: each look is a few commands, `heal info` among them. */
const LOOKS_AT_A_TIME = 8;

/** Bricks that a change would move. */
export interface BricksToMove {
  /** In the order in which they are moved. */
  readonly bricks: readonly Brick[];
  /** No brick goes to these. */
  readonly leavingDeviceIds: readonly Id[];
  readonly mustBeHealed: boolean;
  /** What the change sees of a brick's set before it moves it; refuses a brick that can't be moved now. */
  look(request: Eviction, context: OperationContext): Promise<Eviction>;
}

/** A brick, and its set or why it can't be moved. */
interface Looked {
  readonly brick: Brick;
  readonly eviction: Eviction | null;
  readonly obstacle: string | null;
}

/**
 * Where bricks would go, one after the other: each takes its space from those that follow. Nothing is changed, nor
 * reserved. What `look` and placement refuse is told with its reason.
 */
export async function planEvictions(
  moves: BricksToMove,
  context: OperationContext,
): Promise<readonly PlannedEviction[]> {
  const limit = pLimit(LOOKS_AT_A_TIME);
  const looked = await Promise.all(moves.bricks.map((brick) => limit(() => lookAt(brick, moves, context))));
  const used = await healKibByBrick(looked, context);
  return context.store.read((tx) => placeAll(tx, looked, used, moves, context));
}

async function lookAt(brick: Brick, { mustBeHealed, look }: BricksToMove, context: OperationContext): Promise<Looked> {
  try {
    return { brick, eviction: await look({ brickId: brick.id, mustBeHealed }, context), obstacle: null };
  } catch (error) {
    if (!(error instanceof DomainError || error instanceof CommandError || error instanceof TransportError))
      throw error;
    return { brick, eviction: null, obstacle: error.message };
  }
}

/** What their file systems hold; of those whose hosts do not tell, what the fullest of the other bricks of the set holds. */
async function healKibByBrick(looked: readonly Looked[], context: OperationContext): Promise<ReadonlyMap<Id, number>> {
  const own = await usedKibByBrick(
    looked.map(({ brick }) => brick),
    context,
  );
  // An arbiter holds names only: nobody else tells how much.
  const untold = looked.filter(({ brick, eviction }) => !own.has(brick.id) && eviction?.set && !eviction.set.isArbiter);
  const othersOf = ({ eviction }: Looked) => eviction?.set?.others.map(({ brickId }) => brickId) ?? [];
  const others = await context.store.read((tx) =>
    Promise.all(untold.flatMap(othersOf).map((id) => tx.bricks.find(id))),
  );
  const ofOthers = await usedKibByBrick(
    others.filter((brick) => brick !== null),
    context,
  );
  const told = untold.flatMap((one): readonly (readonly [Id, number])[] => {
    const held = othersOf(one).flatMap((id) => ofOthers.get(id) ?? []);
    return held.length > 0 ? [[one.brick.id, Math.max(...held)]] : [];
  });
  return new Map([...own, ...told]);
}

async function placeAll(
  tx: ReadTx,
  looked: readonly Looked[],
  used: ReadonlyMap<Id, number>,
  { leavingDeviceIds }: BricksToMove,
  context: OperationContext,
): Promise<readonly PlannedEviction[]> {
  const snapshots = new Map<Id, ClusterSnapshot>();
  const moved = new Map<Id, Id>();
  const planned: PlannedEviction[] = [];
  for (const one of looked) {
    const volume = await tx.volumes.find(one.brick.volumeId);
    const clusterId = volume?.clusterId ?? '';
    const { health, settings } = context;
    const before =
      snapshots.get(clusterId) ??
      withoutDevices(await snapshotOf(tx, clusterId, health, settings.reserveSpareMetadata), leavingDeviceIds);
    const { placed, ...refusal } = await choose(tx, one, before, moved, context);
    const after = placed ? withBrick(before, placed) : before;
    snapshots.set(clusterId, after);
    if (placed) moved.set(one.brick.id, placed.nodeId);
    planned.push({
      brickId: one.brick.id,
      volumeId: one.brick.volumeId,
      volumeName: volume?.name ?? '',
      sizeKib: one.brick.sizeKib,
      from: await placeOf(tx, one.brick),
      healKib: used.get(one.brick.id) ?? null,
      to: placed && { ...(await placeOf(tx, placed)), ...spaceIn(after, placed) },
      ...refusal,
    });
  }
  return planned;
}

type Choice = Pick<PlannedEviction, 'obstacle' | 'devices'> & { readonly placed: PlacedBrick | null };

async function choose(
  tx: ReadTx,
  { brick, eviction, obstacle }: Looked,
  snapshot: ClusterSnapshot,
  moved: ReadonlyMap<Id, Id>,
  { settings }: OperationContext,
): Promise<Choice> {
  const refused = (reason: string, devices: DeviceRefusals = NO_DEVICES) => ({
    placed: null,
    obstacle: reason,
    devices,
  });
  const volume = await tx.volumes.find(brick.volumeId);
  if (!eviction?.set || !volume) return refused(obstacle ?? `volume ${brick.volumeId} is gone`);
  const others = eviction.set.others.map(({ brickId, nodeId }) => ({ brickId, nodeId: moved.get(brickId) ?? nodeId }));
  try {
    const seen = { ...eviction, set: { ...eviction.set, others } };
    const placed = chooseReplacement(snapshot, volume, brick, seen, settings);
    await refuseLongNames(tx, volume.name, [plannedBrick(placed, volume.id, '')], settings);
    return { placed, obstacle: null, devices: NO_DEVICES };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return refused(
      error.message,
      error instanceof NoPlacementError ? (error.refusals[0]?.devices ?? NO_DEVICES) : NO_DEVICES,
    );
  }
}

/** Names of a brick's node and device. */
export async function placeOf(tx: ReadTx, { nodeId, deviceId }: { readonly nodeId: Id; readonly deviceId: Id }) {
  const node = await tx.nodes.find(nodeId);
  const device = await tx.devices.find(deviceId);
  return {
    nodeId,
    nodeName: node?.manageNames[0] ?? '',
    zone: node?.zone ?? 0,
    deviceId,
    deviceName: device?.name ?? '',
  };
}

function spaceIn({ nodes }: ClusterSnapshot, placed: PlacedBrick) {
  const device = nodes.flatMap(({ devices }) => devices).find(({ id }) => id === placed.deviceId);
  return { takesKib: takenKib(placed), freeAfterKib: device?.freeKib ?? 0 };
}
