import type { Brick } from '../../domain/brick.js';
import { DomainError } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { PendingOperation } from '../../domain/pending-operation.js';
import type { Volume } from '../../domain/volume.js';
import { deleteSnapshot } from '../../executors/commands/gluster/gluster-snapshot.js';
import type { GlusterVolume } from '../../executors/commands/gluster/gluster-volume.js';
import type { Hosts } from '../../executors/commands/host/hosts.js';
import type { ReadTx } from '../../store/store.js';
import type { OperationContext } from '../engine/operation.js';
import { clonedBricks, isSnapshotPath } from './clone-bricks.js';
import { isStoppedByUs, type UnusedVolume } from './delete-unused.js';
import { askWhoKnows, type FoundVolume, findVolume } from './find-volume.js';
import type { HostedBrick } from './hosted-brick.js';
import { soughtVolume, volumeWork } from './volume-bricks.js';
import { isReleasedClone } from './volume-in-change.js';

export interface CloneWork extends UnusedVolume {
  readonly source: Volume;
  /** The source's brick for each of `bricks`. */
  readonly sources: readonly HostedBrick[];
  /** Begun by the original, which writes the clone's own entry last: it can only be taken back. */
  readonly isImported: boolean;
  /** The clone could not be taken back, and keeps its source no longer. */
  readonly isReleased: boolean;
  /** The host that showed the source before the clone was begun. */
  readonly seenFrom?: string;
}

/**
 * The original's record knows neither the name of the snapshot nor the clone's. The clone is looked for under the
 * name it gets when none is asked for; one with another name can't be told from a volume somebody made by hand.
 */
export async function importedWork(
  tx: ReadTx,
  operation: PendingOperation,
  source: Volume,
  cloneId: Id,
): Promise<CloneWork | null> {
  const volume: Volume = { ...source, id: cloneId, name: `vol_${cloneId}`, pendingId: operation.id };
  const work = await volumeWork(tx, operation, volume, 'add-brick');
  if (!work || (await tx.volumes.find(cloneId)) || (await tx.volumes.findByName(source.clusterId, volume.name)))
    return null;
  const bricks = await tx.bricks.listByVolume(source.id);
  const sources = work.bricks.flatMap((hosted) => {
    const brick = bricks.find(({ path, deviceId }) => path === hosted.brick.path && deviceId === hosted.brick.deviceId);
    return brick ? [{ ...hosted, brick }] : [];
  });
  return sources.length === work.bricks.length
    ? { ...work, source, sources, isImported: true, ...rememberedOf(operation) }
    : null;
}

/** What an earlier attempt has noted in the record. */
export function rememberedOf(operation: PendingOperation) {
  return { isReleased: isReleasedClone(operation), isStoppedByUs: isStoppedByUs(operation) };
}

export async function bricksOf(
  work: CloneWork,
  clone: GlusterVolume,
  context: OperationContext,
): Promise<readonly Brick[]> {
  const source = await findSource(work, context);
  if (!source) throw sourceMissing(work);
  return clonedBricks(copiesOf(work), work.sources, { source, clone });
}

export async function unlessRefused<T>(asked: Promise<T>): Promise<T | DomainError> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}

/** A host that does not know the snapshot may be one that knows nothing of the source: that alone proves nothing. */
export async function removeSnapshot(work: CloneWork, context: OperationContext): Promise<void> {
  await onSource(work, context, async (hosts, host) => {
    const outcome = await deleteSnapshot(hosts, host, snapshotName(work));
    return outcome === 'deleted' ? outcome : null;
  });
}

/** In the source's turn, on one host after the other until one does not answer null, or none of them needs to. */
export function onSource<T>(
  work: CloneWork,
  context: OperationContext,
  ask: (hosts: Hosts, host: string) => Promise<T | null>,
): Promise<T | null> {
  return context.work.onVolume(work.source.clusterId, work.source.name, context.hosts, (hosts) =>
    askWhoKnows(soughtVolume(work.source, work.sources), context, (host) => ask(hosts, host)),
  );
}

export function findSource(work: CloneWork, context: OperationContext): Promise<FoundVolume | null> {
  return findVolume(soughtVolume(work.source, work.sources), context);
}

export async function findClone(work: CloneWork, context: OperationContext): Promise<FoundVolume | null> {
  const found = await findVolume(soughtVolume(work.volume, work.sources), context, isOurs);
  return found && isOurs(found) ? found : null;
}

/**
 * Clones are served from snapshot mounts, and this server refuses clone names that it knows already. Somebody may have
 * added or replaced bricks since.
 */
function isOurs(found: GlusterVolume): boolean {
  return found.bricks.some(({ name }) => isSnapshotPath(name.slice(name.indexOf(':') + 1)));
}

export function copiesOf({ bricks }: CloneWork): readonly Brick[] {
  return bricks.map(({ brick }) => brick);
}

export function sourceMissing({ source, volume }: CloneWork): DomainError {
  return new DomainError(
    'failed',
    `gluster has no volume ${source.name}, which tells the bricks of its clone ${volume.name}`,
  );
}

export function snapshotName(work: CloneWork): string {
  return `tmpsnap_${work.operationId}`;
}
