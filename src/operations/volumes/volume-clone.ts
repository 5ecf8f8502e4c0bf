import { type Brick, brickThinPoolName } from '../../domain/brick.js';
import { DomainError, idNotFound } from '../../domain/errors.js';
import { type Id, newId } from '../../domain/ids.js';
import type { PendingOperation } from '../../domain/pending-operation.js';
import { mountFor } from '../../domain/volume.js';
import { cloneVolume } from '../../executors/commands/gluster/gluster-snapshot.js';
import { isStarted } from '../../executors/commands/gluster/gluster-volume.js';
import type { Tx } from '../../store/store.js';
import { steadyUnixMs } from '../../timing/clocks.js';
import type { OperationKind } from '../engine/operation.js';
import type { Intent } from '../engine/operation-records.js';
import { onAnyHost, storageNamesOf } from '../hosts/cluster-hosts.js';
import { clonedBricks, refuseOtherBricks } from './clone-bricks.js';
import { undoClone } from './clone-undo.js';
import {
  bricksOf,
  type CloneWork,
  copiesOf,
  findClone,
  findSource,
  importedWork,
  rememberedOf,
  removeSnapshot,
  snapshotName,
  unlessRefused,
} from './clone-work.js';
import { stopNote } from './delete-unused.js';
import { findVolume } from './find-volume.js';
import type { HostedBrick } from './hosted-brick.js';
import { hostedBricks, soughtVolume, volumeWork } from './volume-bricks.js';
import { ChangeInProgress, type ClonePlan, changeInProgress } from './volume-in-change.js';

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
    const isImported = false;
    return (
      work && sources && { ...work, source, sources, isImported, ...rememberedOf(operation), found: { bricks: [] } }
    );
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

  async exec(work, context, { isResumed }) {
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

  notes: ({ stopped }) => stopNote(stopped),

  undo: undoClone,

  async retract(tx, work, { left }) {
    const { operationId, volume, source, bricks, isImported, isReleased } = work;
    // A source that was released may be marked by its next change.
    if (!isReleased) await settle(tx, source.id);
    const record = left.length > 0 ? await tx.operations.find(operationId) : null;
    if (record) {
      if (!isImported) for (const brick of work.found.bricks) await tx.bricks.update(brick);
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

/** The cluster lists a clone that has no entry, which would break whoever follows the list. */
async function forgetImported(tx: Tx, cloneId: Id, bricks: readonly HostedBrick[]): Promise<void> {
  await tx.linkFaults.deleteByObject(cloneId);
  for (const { brick } of bricks) await tx.linkFaults.deleteByObject(brick.id);
}

async function settle(tx: Tx, volumeId: Id): Promise<void> {
  const volume = await tx.volumes.find(volumeId);
  if (volume) await tx.volumes.update({ ...volume, pendingId: null });
}
