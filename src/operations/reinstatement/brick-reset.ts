import { bricksPerSet } from '../../domain/durability.js';
import { DomainError, idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { completeDirectory } from '../../executors/commands/brick/brick-completion.js';
import { type BrickLook, isOwnFile, lookAtBricks } from '../../executors/commands/brick/brick-contents.js';
import { brickMount } from '../../executors/commands/brick/brick-mount.js';
import { brickProcesses, resetBrick } from '../../executors/commands/gluster/gluster-volume.js';
import { listPeers } from '../../executors/commands/gluster/glusterd.js';
import { restartGlusterd } from '../../executors/commands/gluster/glusterd-identity.js';
import type { Hosts } from '../../executors/commands/host/hosts.js';
import { startBrickProcesses } from '../../executors/commands/node/brick-repair.js';
import { CommandError, TransportError } from '../../executors/executor.js';
import { failsWith } from '../../executors/failures/failures.js';
import type { Tx } from '../../store/store.js';
import {
  ALL_UNDONE,
  type Attempt,
  NOTHING_LEFT,
  type OperationContext,
  type OperationKind,
} from '../engine/operation.js';
import { NotYet } from '../engine/schedule.js';
import { findBrickSet } from '../volumes/brick-set.js';
import { type ExpectedBrick, expectedBrick, putEmptyAside } from '../volumes/empty-bricks.js';
import { findVolume } from '../volumes/find-volume.js';
import type { GivingBackPlan } from '../volumes/healing-set.js';
import type { HostedBrick } from '../volumes/hosted-brick.js';
import { refuseNeededNow } from '../volumes/needed-brick.js';
import { setsOf } from '../volumes/unfilled.js';
import { findUnhealed } from '../volumes/unhealed.js';
import { glusterName, hostedBrick, soughtVolume } from '../volumes/volume-bricks.js';
import { changeInProgress } from '../volumes/volume-in-change.js';
import type { VolumeBrick } from './node-at-hand.js';

/** glusterd is back in its pool a few seconds after it was started again. */
const CHECKS = 60;
const PAUSE_MS = 1000;
/** Between two looks whether a brick is filled. */
const HEAL_PAUSE_MS = 30_000;

interface BrickResetWork {
  readonly operationId: Id;
  readonly brickId: Id;
  /** Null once the brick is in no volume any more. */
  readonly hosted: VolumeBrick | null;
  /** Null in records of an earlier version. */
  readonly plan: GivingBackPlan | null;
  /** What is left is to see it filled. */
  readonly isGivenBack: boolean;
}

/** Why the record stays: the brick is not known to be filled. */
type Unfilled = Error | null;

/**
 * A brick that is at its place, and whose process does not run, is given back to its volume. Its record stays until its
 * set is healed: so long nobody may rely on what it holds, whoever it was that wanted it back.
 */
export const brickReset: OperationKind<Id, BrickResetWork, Unfilled> = {
  type: 'reinstate-brick',
  isCounted: true,

  async build(tx, operationId, id) {
    const brick = await tx.bricks.find(id);
    const volume = brick && (await tx.volumes.find(brick.volumeId));
    const hosted = brick && (await hostedBrick(tx, brick));
    if (!volume || !hosted) throw idNotFound();
    const busyWith = await changeInProgress(tx, volume.id);
    if (busyWith)
      throw new DomainError('failed', `volume ${volume.name} is being changed by operation ${busyWith}; try again`);
    await tx.bricks.update({ ...brick, pendingId: operationId });
    return {
      actions: [{ change: 'reinstate-brick', id, delta: null }],
      plan: { volumeId: volume.id, newBrick: glusterName(hosted) } satisfies GivingBackPlan,
      lane: volume.clusterId,
    };
  },

  async load(tx, { id: operationId, actions, plan, answered }) {
    const brickId = actions[0]?.id ?? '';
    const brick = await tx.bricks.find(brickId);
    const volume = brick && (await tx.volumes.find(brick.volumeId));
    const hosted = volume && (await hostedBrick(tx, brick));
    return {
      operationId,
      brickId,
      hosted: hosted && { ...hosted, volume },
      plan: plan as GivingBackPlan | null,
      isGivenBack: answered === 'success',
    };
  },

  lane: ({ hosted }) => hosted?.volume.clusterId ?? '',

  exec: giveBackAndFill,

  async finalize(tx, work, failure) {
    await settle(tx, work);
    if (failure === null) return { location: null };
    return { location: null, remaining: [{ change: 'reinstate-brick', id: work.brickId, delta: null }], failure };
  },

  leftovers: ({ hosted, isGivenBack }) =>
    hosted && !isGivenBack
      ? { mustEnd: [hosted.manageName], mayStay: [], volumes: [soughtVolume(hosted.volume, [hosted])] }
      : { mustEnd: [], mayStay: [] },

  /** A brick that runs is given back; and one that gluster has taken while it was empty must not be forgotten. */
  async direction({ hosted, isGivenBack, plan }, context) {
    if (!hosted || isGivenBack || (await isRunning(hosted, context.hosts))) return 'forward';
    return plan?.wasEmpty && !(await isEmpty(hosted, context)) ? 'forward' : 'back';
  },

  async finish(work, context, attempt) {
    if (!work.hosted) return null;
    if (work.isGivenBack) return whyUnfilled(work.hosted, context);
    try {
      return await giveBackAndFill(work, context, attempt);
    } catch (error) {
      if (!(error instanceof DomainError || error instanceof CommandError)) throw error;
      return error;
    }
  },

  undo: async () => ALL_UNDONE,

  async retract(tx, work) {
    await settle(tx, work);
    return NOTHING_LEFT;
  },
};

async function settle(tx: Tx, { operationId, brickId }: BrickResetWork): Promise<void> {
  const now = await tx.bricks.find(brickId);
  if (now?.pendingId === operationId) await tx.bricks.update({ ...now, pendingId: null });
}

async function isRunning(hosted: VolumeBrick, hosts: Hosts): Promise<boolean> {
  const processes = await brickProcesses(hosts, hosted.manageName, hosted.volume.name);
  return processes.some(({ name, isRunning: runs }) => runs && name === glusterName(hosted));
}

async function giveBackAndFill({ hosted }: BrickResetWork, context: OperationContext, attempt: Attempt) {
  if (!hosted) return null;
  await giveBack(hosted, context, attempt);
  return whyUnfilled(hosted, context);
}

/** Its set must be able to do without it: then nothing is lost with what an empty one does not have. */
async function giveBack(hosted: VolumeBrick, context: OperationContext, attempt: Attempt): Promise<void> {
  const { volume, brick } = hosted;
  await context.work.onVolume(volume.clusterId, volume.name, context.hosts, async (hosts) => {
    if (await isRunning(hosted, hosts)) return;
    if (await wasServed(hosted, context)) return start(hosted, hosts, context);
    await completeDirectory(hosts, hosted.manageName, { path: brick.path, gid: volume.gid }, brickMount(brick));
    await reset(hosted, hosts, context, attempt);
  });
}

/** Null: its set is healed, or it is in none. What keeps one from knowing is a reason, too. */
async function whyUnfilled(hosted: VolumeBrick, context: OperationContext): Promise<Unfilled> {
  try {
    const reason = await findGap(hosted, context);
    if (reason === null) return null;
    return new NotYet(
      `brick ${glusterName(hosted)} was given back to volume ${hosted.volume.name}, and is not known to be filled yet: ${reason}`,
      HEAL_PAUSE_MS,
    );
  } catch (error) {
    if (error instanceof TransportError || error instanceof CommandError || error instanceof DomainError) return error;
    throw error;
  }
}

async function findGap(hosted: VolumeBrick, context: OperationContext): Promise<string | null> {
  const { volume } = hosted;
  if (bricksPerSet(volume.durability) < 2) return null;
  const found = await findVolume(soughtVolume(volume, [hosted]), context);
  if (!found) return 'gluster has no such volume';
  const set = setsOf(found).find((names) => names.includes(glusterName(hosted)));
  if (!set) return null;
  return (await findUnhealed(volume, found, context, [set]))?.reason ?? null;
}

/** Gluster has files of its own in a brick that it has served. Refuses one that holds something else. */
export async function wasServed(hosted: HostedBrick, context: OperationContext): Promise<boolean> {
  const { brick, manageName: host } = hosted;
  const { isMounted, names } = await look(hosted, context);
  if (!isMounted) throw new DomainError('failed', `${brickMount(brick).mountPoint} on ${host} is not mounted`);
  if (names?.some(isOwnFile)) return true;
  if (!names || names.length === 0) return false;
  throw new DomainError(
    'failed',
    `brick ${glusterName(hosted)} is not empty, and nothing of gluster's is in it: it was left alone; see: ls -A ${brick.path}`,
  );
}

/** It is proved that gluster has taken nothing of what lies at its place. */
async function isEmpty(hosted: VolumeBrick, context: OperationContext): Promise<boolean> {
  const { isMounted, names } = await look(hosted, context);
  return isMounted && (names === null || names.length === 0);
}

async function look({ brick, manageName: host }: HostedBrick, { hosts }: OperationContext): Promise<BrickLook> {
  const [seen] = await lookAtBricks(hosts, host, [{ path: brick.path, mount: brickMount(brick) }]);
  if (!seen) throw new TransportError(host, `no answer from ${host}`, true);
  return seen;
}

/** What it holds is as old as the day on which its machine went; its set heals the rest. */
async function start(hosted: VolumeBrick, hosts: Hosts, context: OperationContext): Promise<void> {
  const { brick, volume, manageName: host } = hosted;
  const { doubt } = await putEmptyAside(await othersDown(hosted, context), context);
  if (doubt !== null)
    throw new DomainError(
      'failed',
      `brick ${brick.id} of volume ${volume.name} was not started, since gluster starts all that do not run: ${doubt}`,
    );
  const outcome = await startBrickProcesses(hosts, host, volume.name, [brickMount(brick)]);
  if (outcome !== 'started')
    throw new DomainError('failed', `brick ${brick.id} of volume ${volume.name} was not started: it is ${outcome}`);
}

/** Bricks that gluster would start along with it; those of nodes that it does not reach are left out. */
async function othersDown(hosted: VolumeBrick, context: OperationContext): Promise<readonly ExpectedBrick[]> {
  const { brick, volume, manageName: host } = hosted;
  const processes = await brickProcesses(context.hosts, host, volume.name);
  const down = new Set(processes.filter(({ isRunning: runs }) => !runs).map(({ name }) => name));
  return context.store.read(async (tx) => {
    const others = (await tx.bricks.listByVolume(volume.id)).filter(({ id }) => id !== brick.id);
    const found = await Promise.all(others.map((other) => hostedBrick(tx, other)));
    const expected = found.flatMap((other) => (other ? expectedBrick(other.brick, other.storageName) : []));
    return expected.filter((other) => down.has(other.glusterName));
  });
}

async function reset(hosted: VolumeBrick, hosts: Hosts, context: OperationContext, { note }: Attempt): Promise<void> {
  const { brick, volume, manageName: host, storageName } = hosted;
  const send = async () => {
    await refuseNeededNow(volume, await findBrickSet(volume, hosted, context), context, true);
    await note({ wasEmpty: true } satisfies Partial<GivingBackPlan>);
    await resetBrick(hosts, host, volume.name, { host: storageName, path: brick.path }, brickMount(brick));
  };
  try {
    await send();
  } catch (error) {
    if (!(error instanceof CommandError && failsWith(error, 'brick known too late'))) throw error;
    const before = await connectedPeers(host, hosts);
    await restartGlusterd(hosts, host);
    await untilConnected(host, before, context);
    await send();
  }
}

/** Of those that do not come back, gluster tells at the next command. */
async function untilConnected(host: string, wanted: readonly string[], { hosts, work }: OperationContext) {
  for (let check = 1; check < CHECKS; check++) {
    const now = await connectedPeers(host, hosts);
    if (wanted.every((uuid) => now.includes(uuid))) return;
    await work.pacing.pause(PAUSE_MS);
  }
}

/** Their UUIDs; none while glusterd does not answer. */
async function connectedPeers(host: string, hosts: Hosts): Promise<readonly string[]> {
  try {
    const peers = await listPeers(hosts, host);
    return peers.filter(({ isConnected }) => isConnected).map(({ uuid }) => uuid);
  } catch (error) {
    if (error instanceof CommandError) return [];
    throw error;
  }
}
