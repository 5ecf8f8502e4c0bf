import type { Brick } from '../../domain/brick.js';
import { idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { Node } from '../../domain/node.js';
import type { Volume } from '../../domain/volume.js';
import { brickProcesses, healInfo, isStarted } from '../../executors/commands/gluster/gluster-volume.js';
import { CommandError, TransportError } from '../../executors/executor.js';
import type { OperationContext } from '../engine/operation.js';
import type { VolumeHealth } from '../ports/volumes.js';
import { type FoundVolume, findVolume } from './find-volume.js';
import { setSizeOf } from './unfilled.js';
import { explainUnreadableHeal } from './unreadable-heal.js';

interface Books {
  readonly volume: Volume;
  readonly bricks: readonly Brick[];
  readonly nodes: readonly Node[];
}

/** Asks gluster for a volume's sets, which of its bricks run, and what waits to be healed; changes nothing. */
export async function examineVolume(volumeId: Id, context: OperationContext): Promise<VolumeHealth> {
  const books = await readBooks(volumeId, context);
  const { volume, bricks } = books;
  const unknown: string[] = [];
  const ask = async <T>(question: () => Promise<T>, explain = (error: Error) => error.message): Promise<T | null> => {
    try {
      return await question();
    } catch (error) {
      if (!(error instanceof CommandError || error instanceof TransportError)) throw error;
      unknown.push(explain(error));
      return null;
    }
  };
  const sought = { ...volume, nodeIds: bricks.map(({ nodeId }) => nodeId) };
  const found = await ask(() => findVolume(sought, context));
  if (found === null) return { volumeId, state: unknown.length > 0 ? 'unknown' : 'missing', sets: [], unknown };
  const running = isStarted(found) ? await ask(() => runningBricks(found, context)) : null;
  const healing =
    isStarted(found) && setSizeOf(found) > 1
      ? await ask(
          () => entriesToHeal(found, context),
          (error) => (error instanceof CommandError ? explainUnreadableHeal(error, found.name) : error.message),
        )
      : null;
  const seen = found.bricks.map(({ name, isArbiter }) => ({
    brickId: brickNamed(name, books)?.id ?? null,
    name,
    isArbiter,
    isRunning: isStarted(found) ? (running?.get(name) ?? null) : false,
    healEntries: healing?.get(name) ?? null,
  }));
  const size = setSizeOf(found);
  const sets = Array.from({ length: Math.ceil(seen.length / size) }, (_, i) => seen.slice(i * size, (i + 1) * size));
  return { volumeId, state: isStarted(found) ? 'started' : 'stopped', sets, unknown };
}

function readBooks(volumeId: Id, { store }: OperationContext): Promise<Books> {
  return store.read(async (tx) => {
    const volume = await tx.volumes.find(volumeId);
    // As for everybody who asks for it: it is not there yet, or not any more.
    if (volume?.pendingId !== null) throw idNotFound();
    const nodes = await tx.nodes.listByCluster(volume.clusterId);
    return { volume, nodes, bricks: await tx.bricks.listByVolume(volumeId) };
  });
}

async function runningBricks(
  { seenFrom, name }: FoundVolume,
  { hosts }: OperationContext,
): Promise<ReadonlyMap<string, boolean>> {
  const processes = await brickProcesses(hosts, seenFrom, name);
  return new Map(processes.map((brick) => [brick.name, brick.isRunning]));
}

async function entriesToHeal(
  { seenFrom, name }: FoundVolume,
  { hosts }: OperationContext,
): Promise<ReadonlyMap<string, number | null>> {
  const bricks = await healInfo(hosts, seenFrom, name);
  return new Map(bricks.map((brick) => [brick.name, brick.entries]));
}

/** The brick that gluster calls so, by whichever of its node's names. */
function brickNamed(name: string, { bricks, nodes }: Books): Brick | undefined {
  return bricks.find(({ nodeId, path }) =>
    nodes.some(({ id, storageNames }) => id === nodeId && storageNames.some((host) => `${host}:${path}` === name)),
  );
}
