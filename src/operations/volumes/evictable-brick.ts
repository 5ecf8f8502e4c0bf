import { findReplacement, type ReplacementRequest } from '../../domain/allocator/find-replacement.js';
import type { ClusterSnapshot, PlacedBrick } from '../../domain/allocator/types.js';
import type { Brick } from '../../domain/brick.js';
import { DomainError, idNotFound } from '../../domain/errors.js';
import { type Id, newId } from '../../domain/ids.js';
import type { Volume } from '../../domain/volume.js';
import type { ReadTx } from '../../store/store.js';
import type { OperationContext } from '../engine/operation.js';
import type { OperationSettings } from '../settings.js';
import { findBrickSet } from './brick-set.js';
import { NoPlacementError } from './choose-placement.js';
import { refuseNeeded } from './needed-brick.js';
import { placementRequest } from './placement.js';
import { glusterName, hostedBrick } from './volume-bricks.js';
import { changeInProgress } from './volume-in-change.js';

/** A brick is to leave its device for another one. */
export interface Eviction {
  readonly brickId: Id;
  /** False: a person answers for it that the rest of its set has all data. */
  readonly mustBeHealed: boolean;
  /** What `lookAtSet` saw of its set. */
  readonly set?: {
    /** The other bricks of the set, where they are now. */
    readonly others: readonly { readonly brickId: Id; readonly nodeId: Id }[];
    readonly isArbiter: boolean;
  };
}

/** Looks at the brick's set, which only gluster knows; refuses a brick that can't be taken out of it now. */
export async function lookAtSet(request: Eviction, context: OperationContext): Promise<Eviction> {
  const { volume, old, known } = await context.store.read((tx) => evictable(tx, request.brickId));
  const set = await findBrickSet(volume, old, context);
  await refuseNeeded(volume, set, context, request.mustBeHealed);
  const others = set.others.map((name) => {
    const other = known.find((hosted) => glusterName(hosted) === name);
    if (other) return { brickId: other.brick.id, nodeId: other.brick.nodeId };
    throw notSetUp(
      `its set has brick ${name}, which this server does not know; take it over with heketi-cli volume adopt-bricks ${volume.id}`,
    );
  });
  return { ...request, set: { others, isArbiter: set.isArbiter } };
}

/** Refuses a brick that is not there, or that something is being done with. */
export async function evictable(tx: ReadTx, brickId: Id) {
  const brick = await tx.bricks.find(brickId);
  if (!brick) throw idNotFound();
  if (brick.pendingId !== null) throw notSetUp(`Can not evict brick ${brickId}: brick is pending`);
  const volume = await tx.volumes.find(brick.volumeId);
  if (!volume || brick.path === '') throw notSetUp(`brick ${brickId} belongs to no volume that is known`);
  const inVolume = `Can not evict brick ${brickId} from volume ${volume.id}:`;
  const bricks = await tx.bricks.listByVolume(volume.id);
  if (bricks.some(({ pendingId }) => pendingId !== null)) throw notSetUp(`${inVolume} volume has pending bricks`);
  const busyWith = await changeInProgress(tx, volume.id);
  if (busyWith) throw notSetUp(`${inVolume} operation ${busyWith} is changing it; wait until that has ended`);
  const known = await Promise.all(bricks.map((one) => hostedBrick(tx, one)));
  const old = known.find((hosted) => hosted?.brick.id === brickId);
  if (!old) throw notSetUp(`node ${brick.nodeId} of brick ${brickId} is not known`);
  return { volume, old, known: known.filter((hosted) => hosted !== null) };
}

/** Where the brick goes; throws NoPlacementError, with the reason of each device, when none can take it. */
export function chooseReplacement(
  snapshot: ClusterSnapshot,
  volume: Volume,
  brick: Brick,
  { set }: Eviction,
  settings: OperationSettings,
): PlacedBrick {
  if (!set) throw new Error(`nobody has looked at the set of brick ${brick.id}`);
  const rules = placementRequest({ ...volume, sizeKib: brick.sizeKib, existingBricks: 0 }, settings);
  const request: ReplacementRequest = {
    ...rules,
    deviceId: brick.deviceId,
    sizeKib: brick.sizeKib,
    kind: rules.arbiter ? (set.isArbiter ? 'arbiter' : 'data') : 'any',
    otherNodeIds: set.others.map(({ nodeId }) => nodeId),
  };
  const found = findReplacement(snapshot, request, newId);
  if (found.kind === 'found') return found.brick;
  const { text, devices } = found;
  throw new NoPlacementError('another brick', text, [{ clusterId: volume.clusterId, text, explanation: '', devices }]);
}

function notSetUp(reason: string): DomainError {
  return new DomainError('failed', `Failed to set up brick eviction: ${reason}`);
}
