import { type Brick, brickThinPoolName } from '../../domain/brick.js';
import { DomainError, idNotFound } from '../../domain/errors.js';
import { type Id, newId } from '../../domain/ids.js';
import { mountFor, type Volume } from '../../domain/volume.js';
import { cloneVolume } from '../../executors/commands/gluster/gluster-snapshot.js';
import { isStarted } from '../../executors/commands/gluster/gluster-volume.js';
import type { ReadTx, Tx } from '../../store/store.js';
import { steadyUnixMs } from '../../timing/clocks.js';
import { NOTHING_LEFT, type OperationContext, type OperationKind } from '../engine/operation.js';
import { onAnyHost, storageNamesOf } from '../hosts/cluster-hosts.js';
import { refuseTakenClientName } from './client-name.js';
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
import { findVolume } from './find-volume.js';
import type { HostedBrick } from './hosted-brick.js';
import { hostedBricks, soughtVolume, volumeWork } from './volume-bricks.js';
import { ChangeInProgress, type ClonePlan, changeInProgress } from './volume-in-change.js';

/** A clone with the id it is to have. */
export interface CloneOrder {
  readonly cloneId: Id;
  readonly sourceId: Id;
  /** '' for a generated one. */
  readonly name: string;
  /** Null: the client said nothing. */
  readonly clientName: string | null;
}

export const volumeClone: OperationKind<CloneOrder, CloneWork, readonly Brick[]> = {
  type: 'clone-volume',
  isCounted: true,

  async check(tx, { sourceId }) {
    const source = await tx.volumes.find(sourceId);
    if (!source || source.pendingId) throw idNotFound();
  },

  async build(tx, operationId, order) {
    const source = await sourceOf(tx, order);
    await refuseTakenClientName(tx, order.clientName);
    const bricks = await tx.bricks.listByVolume(source.id);
    const copies = bricks.map((brick) => copyOf(brick, order.cloneId, operationId));
    await tx.bricks.insert(copies);
    const name = nameOf(order);
    await tx.volumes.insert({
      ...source,
      id: order.cloneId,
      name,
      storedMount: mountFor(name, await storageNamesOf(tx, source.clusterId)),
      pendingId: operationId,
    });
    await tx.volumes.noteOrigin(order.cloneId, { clientName: order.clientName, clonedFrom: source.id });
    await tx.volumes.update({ ...source, pendingId: operationId });
    return {
      actions: [
        { change: 'clone-volume', id: source.id, delta: null },
        { change: 'add-volume-clone', id: order.cloneId, delta: null },
        ...copies.map((brick) => ({ change: 'add-brick' as const, id: brick.id, delta: null })),
      ],
      plan: { copies: copies.map((copy, i) => ({ source: bricks[i]?.id ?? '', clone: copy.id })) } satisfies ClonePlan,
      lane: source.clusterId,
    };
  },

  async load(tx, operation) {
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
    return work && sources && { ...work, source, sources, isImported, ...rememberedOf(operation) };
  },

  lane: ({ source }) => source.clusterId,

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

  async exec(work, context) {
    const cloned = await makeClone(work, context);
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

  /** Each of its gluster commands may have been sent to any host of the cluster. */
  leftovers: ({ hosts, source, volume, sources }) => ({
    mustEnd: hosts,
    mayStay: [],
    volumes: [soughtVolume(source, sources), soughtVolume(volume, sources)],
  }),

  /** One whose client was told that it failed goes, if it is proved unused. */
  async direction(work, context, { after }) {
    if (work.isImported || after === 'undo' || after === 'answered') return 'back';
    const found = await findClone(work, context);
    if (!found || !isStarted(found) || found.bricks.length !== work.bricks.length) return 'back';
    return (await unlessRefused(bricksOf(work, found, context))) instanceof DomainError ? 'back' : 'forward';
  },

  /** `direction` found the clone complete: its bricks are looked at, and the snapshot goes. */
  async finish(work, context) {
    await removeSnapshot(work, context);
    const clone = await findClone(work, context);
    if (!clone) throw new Error(`clone ${work.volume.name} vanished from gluster`);
    return bricksOf(work, clone, context);
  },

  undo: undoClone,

  async retract(tx, work, { left, found = [] }) {
    const { volume, source, bricks, isImported, isReleased } = work;
    // A source that was released may be marked by its next change.
    if (!isReleased) await settle(tx, source.id);
    if (left.length > 0) {
      if (!isImported) for (const brick of found) await tx.bricks.update(brick);
      return { parked: null, keeps: { isReleased: true } satisfies ClonePlan };
    }
    await tx.bricks.delete(bricks.map(({ brick }) => brick.id));
    if (isImported) await forgetImported(tx, volume.id, bricks);
    else await tx.volumes.delete(volume.id);
    return NOTHING_LEFT;
  },
};

/** The volume to clone, unless it can't be now. */
async function sourceOf(tx: ReadTx, order: CloneOrder): Promise<Volume> {
  const { sourceId } = order;
  const source = await tx.volumes.find(sourceId);
  if (!source || source.pendingId) throw idNotFound();
  const refuse = (reason: string): never => {
    throw new DomainError('failed', `Failed clone volume ${sourceId}: ${reason}`);
  };
  if (source.isBlockHosting) refuse('Cloning of block hosting volumes is not supported');
  const name = nameOf(order);
  if (await tx.volumes.findByName(source.clusterId, name))
    refuse(`volume name '${name}' is already in use in its cluster`);
  const busyWith = await changeInProgress(tx, sourceId);
  if (busyWith) throw new ChangeInProgress('failed', `Failed clone volume ${sourceId}:`, busyWith);
  return source;
}

function nameOf({ name, cloneId }: CloneOrder): string {
  return name || `vol_${cloneId}`;
}

/** Bricks of a clone share the thin pools of the source's: they take no space of their own. */
function copyOf(brick: Brick, cloneId: Id, operationId: Id): Brick {
  return {
    ...brick,
    id: newId(),
    volumeId: cloneId,
    pendingId: operationId,
    lv: '',
    // Old databases do not name the pool, and it can't be derived from the copy's id.
    thinPool: brickThinPoolName(brick),
  };
}

function makeClone(work: CloneWork, context: OperationContext) {
  const { source, volume } = work;
  return context.work.onVolume(source.clusterId, source.name, context.hosts, (hosts) =>
    onAnyHost(
      work.hosts,
      context.health,
      (host) => cloneVolume(hosts, host, { source: source.name, clone: volume.name, snapshot: snapshotName(work) }),
      work.seenFrom,
    ),
  );
}

/** The cluster lists a clone that has no entry, which would break whoever follows the list. */
async function forgetImported(tx: Tx, cloneId: Id, bricks: readonly HostedBrick[]): Promise<void> {
  await tx.linkFaults.deleteByObject(cloneId);
  for (const { brick } of bricks) await tx.linkFaults.deleteByObject(brick.id);
}

async function settle(tx: Tx, volumeId: Id): Promise<void> {
  const volume = await tx.volumes.find(volumeId);
  if (volume) await tx.volumes.update({ ...volume, pendingId: null });
}
