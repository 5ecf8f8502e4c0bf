import { brickLvName } from '../../domain/brick.js';
import { DomainError } from '../../domain/errors.js';
import type { ReadTx, Tx } from '../../store/store.js';
import { insertBooked } from '../volumes/booked-brick.js';
import type { AdoptedVolume } from './adopt-volume.js';
import type { AdoptionPlan } from './plan-adoption.js';

/** Fills an empty database with a cluster and all that is on it. */
export async function writeAdoptedCluster(tx: Tx, { cluster, devices, volumes }: AdoptionPlan): Promise<void> {
  const { id, allowsBlock, allowsFile, nodes } = cluster;
  await tx.clusters.insert({ id, allowsBlock, allowsFile });
  for (const { node } of nodes) await tx.nodes.insert(node);
  for (const device of devices) await tx.devices.insert(device);
  for (const { volume, bricks, blockVolumes } of volumes) {
    await tx.volumes.insert(volume);
    await tx.bricks.insert(bricks);
    for (const block of blockVolumes) await tx.blockVolumes.insert(block);
  }
}

/** Takes one volume into a database that knows its nodes and devices, and books its space. */
export async function writeAdoptedVolume(tx: Tx, adopted: AdoptedVolume): Promise<void> {
  await refuseKnown(tx, adopted);
  const { volume, bricks, blockVolumes } = adopted;
  await tx.volumes.insert(volume);
  for (const brick of bricks) await insertBooked(tx, brick);
  for (const block of blockVolumes) await tx.blockVolumes.insert(block);
}

/** Refuses what a database has already, or is changing. */
export async function refuseKnown(tx: ReadTx, { volume, bricks }: AdoptedVolume): Promise<void> {
  const refused = (reason: string) => new DomainError('conflict', `volume ${volume.name} is not taken over: ${reason}`);
  if (await tx.volumes.findByName(volume.clusterId, volume.name)) throw refused('the database has it already');
  if (await tx.volumes.find(volume.id)) throw refused(`the database has a volume with its id ${volume.id}`);
  for (const brick of bricks) {
    for (const known of await tx.bricks.listByDevice(brick.deviceId)) {
      if (known.id === brick.id || brickLvName(known) === brickLvName(brick))
        throw refused(`its brick ${brick.path} is the known brick ${known.id}`);
    }
    const [changing] = await tx.operations.listByObject(brick.deviceId);
    if (changing) throw refused(`operation ${changing.id} is changing its device ${brick.deviceId}`);
  }
}
