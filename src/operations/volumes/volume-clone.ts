import { type Brick, brickThinPoolName } from '../../domain/brick.js';
import { DomainError, idNotFound } from '../../domain/errors.js';
import { type Id, newId } from '../../domain/ids.js';
import type { PendingOperation } from '../../domain/pending-operation.js';
import { mountFor, type Volume } from '../../domain/volume.js';
import { cloneVolume, deleteSnapshot, listSnapshots } from '../../executors/commands/gluster-snapshot.js';
import {
  deleteGlusterVolume,
  type GlusterVolume,
  isStarted,
  stopVolume,
} from '../../executors/commands/gluster-volume.js';
import type { Hosts } from '../../executors/commands/hosts.js';
import type { Tx } from '../../store/store.js';
import { steadyUnixMs } from '../../timing/clocks.js';
import { ALL_UNDONE, type OperationContext, type OperationKind, type Undone } from '../engine/operation.js';
import type { Intent } from '../engine/operation-records.js';
import { onAnyHost, storageNamesOf } from '../hosts/cluster-hosts.js';
import { clonedBricks, refuseOtherBricks } from './clone-bricks.js';
import { askWhoKnows, type FoundVolume, findVolume } from './find-volume.js';
import {
  destroyBricks,
  type HostedBrick,
  hostedBricks,
  soughtVolume,
  stillThere,
  type VolumeWork,
  volumeWork,
} from './volume-bricks.js';
import { ChangeInProgress, type ClonePlan, changeInProgress, isReleasedClone } from './volume-in-change.js';

/** Bricks of a clone share the thin pools of the source's: they take no space of their own. */
export async function buildVolumeClone(
  tx: Tx,
  operationId: Id,
  cloneId: Id,
  sourceId: Id,
  wantedName: string,
): Promise<Intent> {
  const source = await tx.volumes.find(sourceId);
  if (!source || source.pendingId) throw idNotFound();
  const refuse = (reason: string): never => {
    throw new DomainError('failed', `Failed clone volume ${sourceId}: ${reason}`);
  };
  if (source.isBlockHosting) refuse('Cloning of block hosting volumes is not supported');
  const name = wantedName || `vol_${cloneId}`;
  if (await tx.volumes.findByName(source.clusterId, name))
    refuse(`volume name '${name}' is already in use in its cluster`);
  const busyWith = await changeInProgress(tx, sourceId);
  if (busyWith) throw new ChangeInProgress('failed', `Failed clone volume ${sourceId}:`, busyWith);
  const bricks = await tx.bricks.listByVolume(sourceId);

  const copies = bricks.map(
    (brick): Brick => ({
      ...brick,
      id: newId(),
      volumeId: cloneId,
      pendingId: operationId,
      lv: '',
      // Old databases do not name the pool, and it can't be derived from the copy's id.
      thinPool: brickThinPoolName(brick),
    }),
  );
  await tx.bricks.insert(copies);
  await tx.volumes.insert({
    ...source,
    id: cloneId,
    name,
    storedMount: mountFor(name, await storageNamesOf(tx, source.clusterId)),
    pendingId: operationId,
  });
  await tx.volumes.update({ ...source, pendingId: operationId });
  return {
    actions: [
      { change: 'clone-volume', id: sourceId, delta: null },
      { change: 'add-volume-clone', id: cloneId, delta: null },
      ...copies.map((brick) => ({ change: 'add-brick' as const, id: brick.id, delta: null })),
    ],
    plan: { copies: copies.map((copy, i) => ({ source: bricks[i]?.id, clone: copy.id })) },
    lane: source.clusterId,
  };
}

interface CloneWork extends VolumeWork {
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

export const volumeClone: OperationKind<CloneWork, readonly Brick[]> = {
  type: 'clone-volume',

  async load(tx: Tx, operation: PendingOperation): Promise<CloneWork | null> {
    const idOf = (change: string) => operation.actions.find((action) => action.change === change)?.id ?? '';
    const source = await tx.volumes.find(idOf('clone-volume'));
    if (!source) return null;
    const planned = (operation.plan as ClonePlan | null)?.copies;
    if (!planned) return importedWork(tx, operation, source, idOf('add-volume-clone'));
    const clone = await tx.volumes.find(idOf('add-volume-clone'));
    if (!clone) return null;
    const work = await volumeWork(tx, operation, clone, 'add-brick');
    const sources = await hostedBricks(
      tx,
      { ...operation, actions: planned.map((copy) => ({ change: 'add-brick', id: copy.source, delta: null })) },
      'add-brick',
      source.clusterId,
    );
    const isReleased = isReleasedClone(operation);
    return work && sources && { ...work, source, sources, isImported: false, isReleased };
  },

  lane: ({ source }) => source.clusterId,

  /** Each of its gluster commands may have been sent to any host of the cluster. */
  leftovers: ({ hosts, source, volume, sources }) => ({
    mustEnd: hosts,
    mayStay: [],
    volumes: [soughtVolume(source, sources), soughtVolume(volume, sources)],
  }),

  /** A clone can't be told from one that somebody made by hand under this name, so that is looked for first. */
  async examine(work, context) {
    const source = await findSource(work, context);
    if (!source) throw new DomainError('failed', `gluster has no volume named ${work.source.name} to clone from`);
    refuseOtherBricks(source, work.sources);
    if (await findVolume(soughtVolume(work.volume, work.sources), context)) {
      throw new DomainError('failed', `gluster has a volume named ${work.volume.name} already; choose another name`);
    }
    return { ...work, seenFrom: source.seenFrom };
  },

  async exec(work, context, isResumed) {
    if (isResumed) {
      await removeSnapshot(work, context);
      const clone = await findClone(work, context);
      if (!clone) throw new Error(`clone ${work.volume.name} vanished from gluster`);
      return bricksOf(work, clone, context);
    }
    const cloned = await context.work.onVolume(work.source.clusterId, work.source.name, context.hosts, (hosts) =>
      onAnyHost(
        work.hosts,
        context.health,
        (host) =>
          cloneVolume(hosts, host, {
            source: work.source.name,
            clone: work.volume.name,
            snapshot: snapshotName(work),
          }),
        work.seenFrom,
      ),
    );
    // It tried to itself; a snapshot that stays would keep the source from ever being deleted.
    await removeSnapshot(work, context);
    return clonedBricks(copiesOf(work), work.sources, cloned);
  },

  async finalize(tx, work, bricks) {
    for (const brick of bricks) await tx.bricks.update({ ...brick, pendingId: null });
    await settle(tx, work.volume.id);
    await settle(tx, work.source.id);
    await tx.volumes.markUnclaimed(work.volume.id, steadyUnixMs());
    return { location: `/volumes/${work.volume.id}` };
  },

  async direction(work, context, after) {
    if (work.isImported || after === 'undo') return 'back';
    const found = await findClone(work, context);
    if (!found || !isStarted(found) || found.bricks.length !== work.bricks.length) return 'back';
    return (await unlessRefused(bricksOf(work, found, context))) instanceof DomainError ? 'back' : 'forward';
  },

  async undo(work, context) {
    if (work.isImported) await removeUnknownSnapshots(work, context);
    else await removeSnapshot(work, context);
    const clone = await findClone(work, context);
    if (!clone) return ALL_UNDONE;
    const made = await unlessRefused(bricksOf(work, clone, context));
    if (made instanceof DomainError) return unknownBricks(work, made);
    const onClone = <T>(change: (hosts: Hosts, host: string) => Promise<T>) =>
      context.work.onVolume(work.volume.clusterId, work.volume.name, context.hosts, (hosts) =>
        onAnyHost(work.hosts, context.health, (host) => change(hosts, host), clone.seenFrom),
      );
    if (isStarted(clone)) await onClone((hosts, host) => stopVolume(hosts, host, work.volume.name));
    // gluster leaves a deleted clone's LVs mounted, and only the clone itself tells their names: so they go first.
    const { left, failure } = await destroyBricks(
      work.bricks.flatMap((hosted, i) => (made[i] ? [{ ...hosted, brick: made[i] }] : [])),
      context,
      { doomedId: clone.id },
    );
    if (left.length > 0) throw failure;
    const { outcome } = await onClone((hosts, host) => deleteGlusterVolume(hosts, host, work.volume.name));
    if (outcome === 'absent' && (await findClone(work, context))) throw stillThere(work.volume);
    return ALL_UNDONE;
  },

  async retract(tx, work, { left }) {
    const { operationId, volume, source, bricks, isImported, isReleased } = work;
    // A source that was released may be marked by its next change.
    if (!isReleased) await settle(tx, source.id);
    const record = left.length > 0 ? await tx.operations.find(operationId) : null;
    if (record) {
      const plan: ClonePlan = { ...(record.plan as ClonePlan | null), isReleased: true };
      await tx.operations.update({ ...record, status: 'failed', plan });
      return operationId;
    }
    await tx.bricks.delete(bricks.map(({ brick }) => brick.id));
    if (isImported) await forgetImported(tx, volume.id, bricks);
    else await tx.volumes.delete(volume.id);
    return null;
  },
};

/** Until they are told from their sources, the bricks of the clone are copies of those, which must stay. */
function unknownBricks({ volume, bricks, isReleased }: CloneWork, reason: DomainError): Undone {
  const failure = new DomainError(
    'failed',
    `clone ${volume.name} was left alone, since its bricks can't be told: ${reason.message}. When nobody needs the clone, stop and delete it with gluster; this operation ends then`,
    { cause: reason },
  );
  if (isReleased) throw failure;
  return { left: bricks.map(({ brick }) => brick.id), failure };
}

async function bricksOf(work: CloneWork, clone: GlusterVolume, context: OperationContext): Promise<readonly Brick[]> {
  const source = await findSource(work, context);
  if (!source)
    throw new DomainError(
      'failed',
      `gluster has no volume ${work.source.name}, which tells the bricks of its clone ${work.volume.name}`,
    );
  return clonedBricks(copiesOf(work), work.sources, { source, clone });
}

function copiesOf({ bricks }: CloneWork): readonly Brick[] {
  return bricks.map(({ brick }) => brick);
}

async function unlessRefused<T>(asked: Promise<T>): Promise<T | DomainError> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}

/**
 * The original's record knows neither the name of the snapshot nor the clone's. The clone is looked for under the
 * name it gets when none is asked for; one with another name can't be told from a volume somebody made by hand.
 */
async function importedWork(
  tx: Tx,
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
    ? { ...work, source, sources, isImported: true, isReleased: isReleasedClone(operation) }
    : null;
}

/** Only clones make snapshots of such names, and the source takes part in no other clone. */
async function removeUnknownSnapshots(work: CloneWork, context: OperationContext): Promise<void> {
  await onSource(work, context, async (hosts, host) => {
    const names = await listSnapshots(hosts, host, work.source.name);
    const ours = names.filter((name) => /^tmpsnap_[0-9a-f]{32}$/.test(name));
    for (const name of ours) await deleteSnapshot(hosts, host, name);
    return ours.length > 0 ? 'deleted' : null;
  });
}

/** The cluster lists a clone that has no entry, which would break whoever follows the list. */
async function forgetImported(tx: Tx, cloneId: Id, bricks: readonly HostedBrick[]): Promise<void> {
  await tx.linkFaults.deleteByObject(cloneId);
  for (const { brick } of bricks) await tx.linkFaults.deleteByObject(brick.id);
}

function snapshotName(work: CloneWork): string {
  return `tmpsnap_${work.operationId}`;
}

/** A host that does not know the snapshot may be one that knows nothing of the source: that alone proves nothing. */
async function removeSnapshot(work: CloneWork, context: OperationContext): Promise<void> {
  await onSource(work, context, async (hosts, host) => {
    const outcome = await deleteSnapshot(hosts, host, snapshotName(work));
    return outcome === 'deleted' ? outcome : null;
  });
}

/** In the source's turn, on one host after the other until one does not answer null, or none of them needs to. */
function onSource<T>(
  work: CloneWork,
  context: OperationContext,
  ask: (hosts: Hosts, host: string) => Promise<T | null>,
): Promise<T | null> {
  return context.work.onVolume(work.source.clusterId, work.source.name, context.hosts, (hosts) =>
    askWhoKnows(soughtVolume(work.source, work.sources), context, (host) => ask(hosts, host)),
  );
}

function findSource(work: CloneWork, context: OperationContext): Promise<FoundVolume | null> {
  return findVolume(soughtVolume(work.source, work.sources), context);
}

async function findClone(work: CloneWork, context: OperationContext): Promise<FoundVolume | null> {
  const found = await findVolume(soughtVolume(work.volume, work.sources), context, isOurs);
  return found && isOurs(found) ? found : null;
}

/** Clones are served from snapshot mounts, and this server refuses clone names that it knows already. */
function isOurs(found: GlusterVolume): boolean {
  return found.bricks.every((brick) => /:\/(var\/)?run\/gluster\/snaps\//.test(brick.name));
}

async function settle(tx: Tx, volumeId: Id): Promise<void> {
  const volume = await tx.volumes.find(volumeId);
  if (volume) await tx.volumes.update({ ...volume, pendingId: null });
}
