import { DATABASE_LEVEL, DATABASE_VOLUME_OPTIONS } from '../../domain/database-volume.js';
import { DomainError } from '../../domain/errors.js';
import { manageName, storageName } from '../../domain/node.js';
import type { Volume } from '../../domain/volume.js';
import { setVolumeOptions } from '../../executors/commands/gluster/gluster-volume.js';
import type { ReadTx } from '../../store/store.js';
import type { OperationContext } from '../engine/operation.js';
import { byId } from '../hosts/cluster-hosts.js';
import { findVolume } from './find-volume.js';
import type { HostedBrick } from './hosted-brick.js';
import { countServed, soughtVolume } from './volume-bricks.js';

/**
 * Sets the options that a database needs on its volume, while that goes on running: the database may lie on it. Answers
 * the level that the volume had when it has its options already, and null when they were set. One that was cut short is
 * done anew: the level comes last.
 */
export async function setDatabaseOptions(name: string, context: OperationContext): Promise<string | null> {
  const { volume, bricks } = await context.store.read((tx) => settledVolume(tx, name));
  const found = await findVolume(soughtVolume(volume, bricks), context, (seen) => countServed(seen, bricks) > 0);
  if (!found) throw new DomainError('failed', `gluster has no volume ${name}`);
  if (countServed(found, bricks) === 0) {
    throw new DomainError(
      'failed',
      `gluster's volume ${name} has none of the bricks that the database knows: somebody else made it, and its options were left alone`,
    );
  }
  const level = found.options.find((option) => option.name === DATABASE_LEVEL)?.value ?? '0';
  if (level !== '0') return level;
  await context.work.onVolume(volume.clusterId, name, context.hosts, (hosts) =>
    setVolumeOptions(hosts, found.seenFrom, name, DATABASE_VOLUME_OPTIONS),
  );
  return null;
}

async function settledVolume(
  tx: ReadTx,
  name: string,
): Promise<{ readonly volume: Volume; readonly bricks: readonly HostedBrick[] }> {
  const [volume, another] = (await tx.volumes.list()).filter((one) => one.name === name);
  if (!volume) throw new DomainError('not_found', `there is no volume ${name} in the database`);
  if (another) {
    throw new DomainError(
      'conflict',
      `clusters ${volume.clusterId} and ${another.clusterId} both have a volume ${name}: set the options by hand`,
    );
  }
  if (volume.pendingId !== null) {
    throw new DomainError(
      'conflict',
      `volume ${name} is being changed by operation ${volume.pendingId}, which was left unfinished: start the server and wait until that has ended`,
    );
  }
  const nodes = byId(await tx.nodes.listByCluster(volume.clusterId));
  const bricks = (await tx.bricks.listByVolume(volume.id)).flatMap((brick) => {
    const node = nodes.get(brick.nodeId);
    return node ? [{ brick, manageName: manageName(node), storageName: storageName(node) }] : [];
  });
  return { volume, bricks };
}
