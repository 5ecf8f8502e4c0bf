import { type Brick, brickLvName, pathOfBrick } from '../../domain/brick.js';
import { idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { manageName, storageName } from '../../domain/node.js';
import type { Volume } from '../../domain/volume.js';
import { tell } from '../../events/tell.js';
import { mountPointOf } from '../../executors/commands/brick/brick.js';
import type { ReadTx } from '../../store/store.js';
import { ofVolume } from '../engine/event-subjects.js';
import type { Job, JobEnd } from '../engine/job.js';
import type { OperationContext } from '../engine/operation.js';
import { byId } from '../hosts/cluster-hosts.js';
import { insertBooked } from './booked-brick.js';
import { findMovedBricks, notTakenOver, type VolumeInBooks } from './moved-bricks.js';
import { parkBricks } from './parked-bricks.js';
import { glusterName } from './volume-bricks.js';
import { ChangeInProgress, changeInProgress } from './volume-in-change.js';

/** The volume, which no operation is changing. */
async function volumeAtRest(tx: ReadTx, id: Id): Promise<Volume> {
  const volume = await tx.volumes.find(id);
  if (!volume) throw idNotFound();
  const busyWith = await changeInProgress(tx, id);
  if (busyWith) throw new ChangeInProgress('conflict', `Bricks of volume ${id} are not taken over now.`, busyWith);
  return volume;
}

/**
 * Takes bricks that were moved by hand into the books. Those that gave their places up are parked: they are removed as
 * any other that is left behind, which needs the proof that no volume of gluster's has them.
 */
export const brickAdoption: Job<Id> = {
  name: 'adopt-bricks',

  async about(tx, id) {
    const volume = await tx.volumes.find(id);
    return volume && ofVolume(volume);
  },

  async check(tx, id) {
    await volumeAtRest(tx, id);
  },

  work: adoptBricks,
};

async function adoptBricks(id: Id, context: OperationContext): Promise<JobEnd> {
  const before = await context.store.read((tx) => readBooks(tx, id));
  const { left, came } = await findMovedBricks(before, context);
  return async (tx, by) => {
    const { volume, bricks } = await readBooks(tx, id);
    if (namesOf(bricks) !== namesOf(before.bricks))
      throw notTakenOver(volume, 'its bricks in the database have changed meanwhile; try again');
    for (const brick of came) {
      await refuseUnfit(tx, volume, brick);
      await insertBooked(tx, brick);
    }
    await parkBricks(
      tx,
      bricks.filter(({ brick }) => left.has(brick.id)),
      volume.clusterId,
    );
    await tx.volumes.claim(id);
    await tell(tx, 'volume.bricks-adopted', ofVolume(volume), { requestedBy: by, details: { count: came.length } });
    return `/volumes/${id}`;
  };
}

async function readBooks(tx: ReadTx, id: Id): Promise<VolumeInBooks> {
  const volume = await volumeAtRest(tx, id);
  const nodes = await tx.nodes.listByCluster(volume.clusterId);
  const known = byId(nodes);
  const bricks = (await tx.bricks.listByVolume(id)).map((brick) => {
    const node = known.get(brick.nodeId);
    if (!node) throw notTakenOver(volume, `brick ${brick.id} is on node ${brick.nodeId}, which is not in its cluster`);
    return { brick, manageName: manageName(node), storageName: storageName(node) };
  });
  return { volume, bricks, nodes };
}

function namesOf(bricks: VolumeInBooks['bricks']): string {
  return bricks.map((hosted) => `${hosted.brick.id} ${glusterName(hosted)}`).join('\n');
}

async function refuseUnfit(tx: ReadTx, volume: Volume, brick: Brick): Promise<void> {
  const node = await tx.nodes.find(brick.nodeId);
  const refused = (reason: string) =>
    notTakenOver(volume, `brick ${node ? storageName(node) : brick.nodeId}:${brick.path}: ${reason}`);
  const device = await tx.devices.find(brick.deviceId);
  if (!node || node.clusterId !== volume.clusterId || device?.nodeId !== node.id)
    throw refused('its node or device has been deleted meanwhile');
  if (node.state === 'failed' || device.state === 'failed')
    throw refused(`its node or its device ${device.name} (${device.id}) has been removed: it is in state failed`);
  const [changing] = await tx.operations.listByObject(device.id);
  if (changing) throw refused(`operation ${changing.id} is changing its device ${device.name}; wait for its end`);
  for (const other of await tx.bricks.listByNode(node.id)) {
    const isSame =
      mountPointOf(pathOfBrick(other)) === mountPointOf(brick.path) ||
      (other.deviceId === brick.deviceId && brickLvName(other) === brickLvName(brick));
    if (isSame) throw refused(`its directory or logical volume is that of the known brick ${other.id}`);
  }
}
