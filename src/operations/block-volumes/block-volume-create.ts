import { exportCount, takeForBlocks } from '../../domain/block-hosting.js';
import type { BlockVolume } from '../../domain/block-volume.js';
import { DomainError } from '../../domain/errors.js';
import { type Id, newId } from '../../domain/ids.js';
import type { Action } from '../../domain/pending-operation.js';
import type { Volume } from '../../domain/volume.js';
import { tell } from '../../events/tell.js';
import {
  type BlockVolumeInfo,
  type CreatedBlockVolume,
  createBlockVolume,
  showsSize,
} from '../../executors/commands/gluster/gluster-block.js';
import { isStarted } from '../../executors/commands/gluster/gluster-volume.js';
import { CommandError, FinalRefusal } from '../../executors/executor.js';
import { failsWith } from '../../executors/failures/failures.js';
import type { Tx } from '../../store/store.js';
import { ofVolume } from '../engine/event-subjects.js';
import {
  ALL_UNDONE,
  type BuildContext,
  NeverBegun,
  NOTHING_LEFT,
  type OperationContext,
  type OperationKind,
} from '../engine/operation.js';
import { hasDoneNothing, onAnyHost, spreadOver } from '../hosts/cluster-hosts.js';
import type { BlockVolumeRequest } from '../ports/requests.js';
import { logNoPlacement, NoPlacementError } from '../volumes/choose-placement.js';
import { isStoppedByUs, type UnusedVolume } from '../volumes/delete-unused.js';
import { findVolume } from '../volumes/find-volume.js';
import { soughtVolume, volumeWork } from '../volumes/volume-bricks.js';
import {
  actionsOf,
  bookNewVolume,
  makeNewVolume,
  refuseUnknownClusters,
  settleNewVolume,
  volumeCreate,
} from '../volumes/volume-create.js';
import {
  type BlockVolumeWork,
  blockName,
  blockVolumeWork,
  findBlockVolume,
  giveBackBlockSpace,
  removeBlockVolume,
} from './block-volume-work.js';
import { hostingFor, ofBlockVolume } from './choose-hosting.js';
import { chooseExportHosts, exportingNodes } from './export-hosts.js';

/** A request with the id of the block volume that is made for it, by whichever try. */
export interface BlockVolumeOrder extends BlockVolumeRequest {
  readonly blockVolumeId: Id;
}

interface BlockVolumeCreateWork extends BlockVolumeWork {
  /** The hosting volume when it is made by the same operation; null when it was there before. */
  readonly newHosting: UnusedVolume | null;
  /** Another block volume has the same name on the same volume, so gluster's one is not this operation's. */
  readonly isNameShared: boolean;
  /** Begun by the original, which takes interrupted creates back: their clients have asked again. */
  readonly isImported: boolean;
  /** Storage names of the hosts that are to serve it, once they were chosen. */
  readonly exportHosts: readonly string[];
}

/** What a block volume is known by once it is there. */
interface Made extends CreatedBlockVolume {
  readonly hosts: readonly string[];
}

/**
 * On a hosting volume that is there, or on one that is made with it. What the answer of gluster-block held can be asked for
 * again, so that a complete one may be kept after a crash.
 */
export const blockVolumeCreate: OperationKind<BlockVolumeOrder, BlockVolumeCreateWork, Made> = {
  type: 'create-block-volume',
  isCounted: true,
  retries: ({ settings }) => settings.volumeCreateRetries,

  check: (tx, { clusters }) => refuseUnknownClusters(tx, clusters),

  async build(tx, operationId, order, context) {
    const name = order.name || `blockvol_${order.blockVolumeId}`;
    const { hosting, actions } = await bookHosting(tx, operationId, order, name, context);
    await tx.volumes.update(takeForBlocks(hosting, order.sizeGib));
    await tx.blockVolumes.insert({
      ...orderedBlockVolume(order, name, hosting),
      haCount: exportCount(order.haCount, (await exportingNodes(tx, hosting.clusterId)).length),
      pendingId: operationId,
    });
    return {
      actions: [...actions, { change: 'add-block-volume', id: order.blockVolumeId, delta: null }],
      plan: {},
      lane: hosting.clusterId,
    };
  },

  explainRefusal: logNoPlacement,

  async load(tx, operation) {
    const work = await blockVolumeWork(tx, operation, 'add-block-volume');
    if (!work) return null;
    const { block, hosting } = work;
    const makesHosting = operation.actions.some(({ change }) => change === 'add-volume');
    const volume = makesHosting ? await volumeWork(tx, operation, hosting, 'add-brick') : null;
    if (makesHosting && !volume) return null;
    const newHosting = volume && { ...volume, isStoppedByUs: isStoppedByUs(operation) };
    const neighbours = await tx.blockVolumes.listByHostingVolume(hosting.id);
    const isNameShared = neighbours.some(({ id, name }) => id !== block.id && name === block.name);
    return { ...work, newHosting, isNameShared, isImported: operation.origin === 'heketi', exportHosts: [] };
  },

  lane: ({ hosting }) => hosting.clusterId,

  /**
   * A block volume can't be told from one that somebody made by hand under this name, so that is looked for first; also
   * where its hosting volume is to be made: hosts without a working gluster-block need none.
   */
  async examine(work, context) {
    const exportHosts = await chooseExportHosts(work.block.haCount, work.hosting.clusterId, context);
    if (await findBefore(work, context))
      throw new DomainError(
        'conflict',
        `gluster-block has a block volume ${work.hosting.name}/${work.block.name} that this server does not know; choose another name, or delete that one by hand when nothing uses it`,
      );
    return { ...work, exportHosts };
  },

  async exec(work, context) {
    if (work.newHosting) await makeNewVolume(work.newHosting, context);
    return { ...(await makeBlockVolume(work, context)), hosts: work.exportHosts };
  },

  async finalize(tx, { operationId, block, newHosting }, { hosts, iqn, username, password }) {
    if (newHosting) {
      const { volume } = newHosting;
      await settleNewVolume(tx, operationId, volume.id);
      await tell(tx, 'volume.created', ofVolume(volume), { details: { sizeGib: volume.sizeGib } });
    }
    const now = await tx.blockVolumes.find(block.id);
    if (!now) throw new Error(`block volume ${block.id} vanished while it was made`);
    await tx.blockVolumes.update({
      ...now,
      ...{ hosts, haCount: hosts.length, iqn, username, password },
      usableSizeGib: now.sizeGib,
      pendingId: null,
    });
    return { location: `/blockvolumes/${block.id}` };
  },

  leftovers: ({ hosts, newHosting }) => ({
    mustEnd: hosts,
    mayStay: [],
    volumes: newHosting ? [soughtVolume(newHosting.volume, newHosting.bricks)] : [],
  }),

  /** One that nobody waits for any more, or whose client was told that it failed, goes: nobody was ever told its IQN. */
  async direction(work, context, { after, isDeserted, neverBegun }) {
    if (work.isImported || isDeserted || after === 'undo' || after === 'answered') return 'back';
    const found = neverBegun.has(work.block.id) ? null : await findMade(work, context);
    return found && isComplete(found, work.block) ? 'forward' : 'back';
  },

  async finish(work, context) {
    const found = await findMade(work, context);
    if (!found) throw new DomainError('failed', `gluster-block has lost block volume ${work.block.name} meanwhile`);
    const { iqn, username, password, hosts } = found;
    return { iqn, hosts, ...(work.block.hasAuth ? { username, password } : { username: '', password: '' }) };
  },

  async undo(work, context, attempt) {
    const mayBeOurs = !work.isNameShared && !attempt.neverBegun.has(work.block.id);
    if (mayBeOurs && (await mayHoldBlocks(work, context))) await removeBlockVolume(work, context);
    if (!work.newHosting) return ALL_UNDONE;
    return volumeCreate.undo({ ...work.newHosting, isImported: true }, context, attempt);
  },

  async retract(tx, { block, hosting, newHosting }, undone) {
    await tx.blockVolumes.delete(block.id);
    await tx.linkFaults.deleteByObject(block.id);
    if (newHosting) return volumeCreate.retract(tx, { ...newHosting, isImported: true }, undone);
    await giveBackBlockSpace(tx, hosting.id, block.sizeGib);
    return NOTHING_LEFT;
  },
};

interface BookedHosting {
  readonly hosting: Volume;
  /** Of the hosting volume, when it is new. */
  readonly actions: readonly Action[];
}

async function bookHosting(
  tx: Tx,
  operationId: Id,
  order: BlockVolumeOrder,
  name: string,
  context: BuildContext,
): Promise<BookedHosting> {
  const chosen = await hostingFor(tx, order, name, context.settings);
  if ('existing' in chosen) return { hosting: chosen.existing, actions: [] };
  try {
    const booked = await bookNewVolume(tx, operationId, { ...chosen.order, volumeId: newId() }, context);
    return { hosting: booked.volume, actions: actionsOf(booked) };
  } catch (error) {
    throw error instanceof NoPlacementError ? ofBlockVolume(error, chosen) : error;
  }
}

function orderedBlockVolume(order: BlockVolumeOrder, name: string, { id, clusterId }: Volume): BlockVolume {
  return {
    id: order.blockVolumeId,
    clusterId,
    hostingVolumeId: id,
    name,
    sizeGib: order.sizeGib,
    usableSizeGib: 0,
    haCount: order.haCount,
    hasAuth: order.hasAuth,
    requestedClusters: order.clusters,
    hosts: [],
    iqn: '',
    lun: 0,
    username: '',
    password: '',
    pendingId: null,
  };
}

async function makeBlockVolume(work: BlockVolumeCreateWork, context: OperationContext): Promise<CreatedBlockVolume> {
  const { block, hosting, exportHosts } = work;
  const spec = { ...blockName(work), hasAuth: block.hasAuth, sizeGib: block.sizeGib };
  try {
    return await context.work.onVolume(hosting.clusterId, hosting.name, context.hosts, (patient) =>
      onAnyHost(spreadOver(work.hosts, block.id), context.health, (host) =>
        createBlockVolume(patient, host, { ...spec, haCount: exportHosts.length, hosts: exportHosts }),
      ),
    );
  } catch (error) {
    if (hasDoneNothing(error)) throw new NeverBegun(error, [block.id]);
    // Somebody has made one by hand meanwhile: that is not to be taken back, and it stays in the way of any other try.
    if (error instanceof CommandError && failsWith(error, 'block volume exists', spec))
      throw new NeverBegun(FinalRefusal.of(error), [block.id]);
    throw error;
  }
}

/** Of a hosting volume that is not there yet any answer will do. */
async function findBefore(work: BlockVolumeCreateWork, context: OperationContext): Promise<BlockVolumeInfo | null> {
  try {
    return await findBlockVolume(work, context);
  } catch (error) {
    if (work.newHosting && error instanceof CommandError && !hasDoneNothing(error)) return null;
    throw error;
  }
}

async function findMade(work: BlockVolumeCreateWork, context: OperationContext): Promise<BlockVolumeInfo | null> {
  return (await mayHoldBlocks(work, context)) ? findBlockVolume(work, context) : null;
}

/** gluster-block refuses to look into a hosting volume that was not started yet. */
async function mayHoldBlocks({ newHosting }: BlockVolumeCreateWork, context: OperationContext): Promise<boolean> {
  if (!newHosting) return true;
  const found = await findVolume(soughtVolume(newHosting.volume, newHosting.bricks), context);
  return found !== null && isStarted(found);
}

/** Set up on all hosts that were ordered, with credentials where these were. */
function isComplete(found: BlockVolumeInfo, { sizeGib, haCount, hasAuth }: BlockVolume): boolean {
  return (
    showsSize(found, sizeGib) &&
    found.haCount === haCount &&
    found.hosts.length === haCount &&
    (found.password !== '') === hasAuth
  );
}
