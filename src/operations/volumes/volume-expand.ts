import { growHosting } from '../../domain/block-hosting.js';
import { DomainError, idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { Volume } from '../../domain/volume.js';
import { readPlacementOptions } from '../../domain/volume-options.js';
import { addBricks, startRebalance } from '../../executors/commands/gluster/gluster-volume.js';
import type { OperationContext, OperationKind } from '../engine/operation.js';
import { onAnyHost } from '../hosts/cluster-hosts.js';
import { addedBricks, expandableVolume } from './added-bricks.js';
import { logNoPlacement } from './choose-placement.js';
import { findVolume } from './find-volume.js';
import type { HostedBrick } from './hosted-brick.js';
import { takeSpace } from './space.js';
import {
  countServed,
  createBricks,
  glusterName,
  retractBricks,
  soughtVolume,
  undoBricks,
  type VolumeWork,
  volumeWork,
} from './volume-bricks.js';

export interface Expansion {
  readonly volumeId: Id;
  readonly addGib: number;
  /** Its size as the client saw it; null: the client did not say. */
  readonly fromGib: number | null;
}

interface ExpandWork extends VolumeWork {
  readonly addGib: number;
}

export const volumeExpand: OperationKind<Expansion, ExpandWork, void> = {
  type: 'expand-volume',
  isCounted: true,

  async check(tx, { volumeId }) {
    if (!(await tx.volumes.find(volumeId))) throw idNotFound();
  },

  /** Places the added size in the volume's own cluster; the volume keeps its size until the bricks serve it. */
  async build(tx, operationId, { volumeId, addGib, fromGib }, context) {
    const volume = await expandableVolume(tx, volumeId);
    // Who expands it has learnt of it.
    await tx.volumes.claim(volumeId);
    if (fromGib !== null && volume.sizeGib !== fromGib) throw otherSize(volume, fromGib);
    const bricks = (await addedBricks(tx, volume, addGib, operationId, context)).flat();
    await takeSpace(tx, bricks);
    await tx.bricks.insert(bricks);
    return {
      actions: [
        ...bricks.map((brick) => ({ change: 'add-brick' as const, id: brick.id, delta: null })),
        { change: 'expand-volume' as const, id: volumeId, delta: addGib },
      ],
      plan: null,
      lane: volume.clusterId,
    };
  },

  explainRefusal: logNoPlacement,

  async load(tx, operation) {
    const action = operation.actions.find(({ change }) => change === 'expand-volume');
    const volume = action ? await tx.volumes.find(action.id) : null;
    const work = volume && (await volumeWork(tx, operation, volume, 'add-brick'));
    return work && { ...work, addGib: action?.delta ?? 0 };
  },

  lane: ({ volume }) => volume.clusterId,

  async exec(work, context) {
    await createBricks(work, context);
    await serve(work, work.bricks, context);
    await rebalance(work, context);
  },

  async finalize(tx, { operationId, volume, addGib }) {
    await tx.bricks.settle(volume.id, operationId);
    // Read again: block volumes may have come and gone on a hosting volume meanwhile.
    const now = await tx.volumes.find(volume.id);
    if (!now) throw new Error(`volume ${volume.id} vanished while it was expanded`);
    await tx.volumes.update(growHosting(now, addGib));
    return { location: `/volumes/${volume.id}` };
  },

  /** gluster may be told of the bricks from any of their hosts. */
  leftovers: ({ volume, bricks }) => ({
    mustEnd: bricks.map(({ manageName }) => manageName),
    mayStay: [],
    volumes: [soughtVolume(volume, bricks)],
  }),

  /** Bricks that gluster serves may hold data: from the first one on there is only the way forward. */
  async direction(work, context) {
    return (await notServed(work, context)).length < work.bricks.length ? 'forward' : 'back';
  },

  async finish(work, context) {
    const missing = await notServed(work, context);
    if (missing.length > 0) await serve(work, missing, context);
    await rebalance(work, context);
  },

  undo: (work, context, attempt) => undoBricks(work.bricks, context, attempt),

  async retract(tx, { volume, bricks }, undone) {
    return { parked: await retractBricks(tx, bricks, volume.clusterId, undone) };
  },
};

/** An earlier expansion, whose answer its client lost, ended after the client had looked. */
function otherSize({ id, sizeGib }: Volume, fromGib: number): DomainError {
  return new DomainError(
    'conflict',
    `volume ${id} can't be expanded from ${fromGib} GiB: it has ${sizeGib} GiB now; look at what it lacks still`,
  );
}

/** Has gluster take these bricks into the volume. */
async function serve(
  { volume, bricks: all }: ExpandWork,
  bricks: readonly HostedBrick[],
  context: OperationContext,
): Promise<void> {
  const isArbiter = readPlacementOptions(volume.options ?? [], { averageFileKib: 0 }).arbiter;
  await context.work.onVolume(volume.clusterId, volume.name, context.hosts, (hosts) =>
    onAnyHost(
      all.map((hosted) => hosted.manageName),
      context.health,
      (host) =>
        addBricks(hosts, host, {
          name: volume.name,
          volumeId: volume.id,
          durability: volume.durability,
          isArbiter,
          bricks: bricks.map(({ brick, storageName }) => ({ host: storageName, path: brick.path })),
          options: [],
        }),
    ),
  );
}

async function notServed(work: ExpandWork, context: OperationContext) {
  const found = await findVolume(
    soughtVolume(work.volume, work.bricks),
    context,
    (volume) => countServed(volume, work.bricks) > 0,
  );
  // Whatever became of the volume, the new bricks may hold its data.
  if (!found)
    throw new DomainError(
      'failed',
      `gluster has no volume ${work.volume.name}, which was to be expanded; the new bricks are kept until somebody has looked at it`,
    );
  const served = new Set(found.bricks.map((brick) => brick.name));
  return work.bricks.filter((hosted) => !served.has(glusterName(hosted)));
}

/** Only a matter of where the data lies; the volume has its new size without it. */
async function rebalance(work: ExpandWork, context: OperationContext): Promise<void> {
  if (!context.hosts.settings.rebalanceOnExpansion) return;
  try {
    await context.work.onVolume(work.volume.clusterId, work.volume.name, context.hosts, (hosts) =>
      onAnyHost(work.hosts, context.health, (host) => startRebalance(hosts, host, work.volume.name)),
    );
  } catch (error) {
    context.log.warn({ volume: work.volume.id, err: error }, 'rebalance could not be started');
  }
}
