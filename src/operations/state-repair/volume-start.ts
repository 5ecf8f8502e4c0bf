import { DomainError, idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { isStarted, startVolume } from '../../executors/commands/gluster/gluster-volume.js';
import { ALL_UNDONE, NOTHING_LEFT, type OperationContext, type OperationKind } from '../engine/operation.js';
import { manageNamesOf, onAnyHost } from '../hosts/cluster-hosts.js';
import { type FoundVolume, findVolume } from '../volumes/find-volume.js';
import { countServed, hostedBrick, soughtVolume, type VolumeWork } from '../volumes/volume-bricks.js';
import { changeInProgress } from '../volumes/volume-in-change.js';

/** Starts a volume without force: gluster refuses one of which a brick is not at its place. */
export const volumeStart: OperationKind<Id, VolumeWork, void> = {
  type: 'start-volume',
  isCounted: true,

  async build(tx, _operationId, id) {
    const volume = await tx.volumes.find(id);
    if (!volume) throw idNotFound();
    const busyWith = await changeInProgress(tx, id);
    if (busyWith) throw new DomainError('conflict', `volume ${volume.name} is being changed by operation ${busyWith}`);
    return { actions: [{ change: 'start-volume', id, delta: null }], plan: null, lane: volume.clusterId };
  },

  async load(tx, { id, actions }) {
    const volume = await tx.volumes.find(actions[0]?.id ?? '');
    if (!volume) return null;
    const bricks = await Promise.all((await tx.bricks.listByVolume(volume.id)).map((brick) => hostedBrick(tx, brick)));
    const hosts = await manageNamesOf(tx, volume.clusterId);
    return { operationId: id, volume, bricks: bricks.filter((brick) => brick !== null), hosts };
  },

  lane: ({ volume }) => volume.clusterId,

  exec: startIt,

  finalize: async () => ({ location: null }),

  leftovers: ({ hosts, volume, bricks }) => ({
    mustEnd: [],
    mayStay: hosts,
    volumes: [soughtVolume(volume, bricks)],
  }),

  async direction(work, context) {
    const found = await ownVolume(work, context);
    return found && isStarted(found) ? 'forward' : 'back';
  },

  finish: startIt,

  /** It was stopped before. */
  undo: async () => ALL_UNDONE,

  retract: async () => NOTHING_LEFT,
};

async function startIt(work: VolumeWork, context: OperationContext): Promise<void> {
  const { volume, hosts: names } = work;
  await context.work.onVolume(volume.clusterId, volume.name, context.hosts, async (hosts) => {
    const found = await ownVolume(work, context);
    if (!found) throw new DomainError('conflict', `gluster has no volume ${volume.name} with the recorded bricks`);
    if (isStarted(found)) return;
    await onAnyHost(names, context.health, (host) => startVolume(hosts, host, volume.name), found.seenFrom);
  });
}

/** Not one of the same name that somebody has made of other bricks. */
async function ownVolume({ volume, bricks }: VolumeWork, context: OperationContext): Promise<FoundVolume | null> {
  const found = await findVolume(soughtVolume(volume, bricks), context);
  const isOurs = found?.bricks.length === bricks.length && countServed(found, bricks) === bricks.length;
  return isOurs ? found : null;
}
