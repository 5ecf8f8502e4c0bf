import { pathOfBrick } from '../../domain/brick.js';
import { DomainError } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { manageName, type Node } from '../../domain/node.js';
import { askForUsers, type BrickUsers, usesBrick } from '../../executors/commands/gluster/brick-users.js';
import type { GlusterVolume } from '../../executors/commands/gluster/gluster-volume.js';
import { isPeerOf } from '../../executors/commands/gluster/peer-names.js';
import { CommandError, TransportError } from '../../executors/executor.js';
import type { OperationContext } from '../engine/operation.js';
import type { HostedBrick } from './hosted-brick.js';

/** What the caller knows of gluster's volumes already. */
export interface KnownUsers {
  /** Asked for a moment ago, on a host that can know: the volumes that use any of the bricks. */
  readonly users?: readonly GlusterVolume[] | null;
  /**
   * By brick, another one of its host that gluster uses: with it the host itself can tell at the moment when the brick
   * is removed (see `refuseClaimed`), and gluster is asked only where it can't.
   */
  readonly witnesses?: ReadonlyMap<Id, string>;
  /** A stopped volume that goes together with its bricks. */
  readonly doomed?: Pick<GlusterVolume, 'id' | 'name'>;
}

/**
 * Bricks that must not be destroyed now, with the reason: one of gluster's volumes uses them, or nobody who could know
 * can be asked. It is the brick's own host that knows, if it is in a pool, or one that is connected to it.
 */
export async function refusedBricks(
  bricks: readonly HostedBrick[],
  context: OperationContext,
  { users = null, doomed }: KnownUsers,
): Promise<ReadonlyMap<Id, Error>> {
  const refused = new Map<Id, Error>();
  const refuse = (volumes: readonly GlusterVolume[]) => {
    for (const hosted of bricks) {
      const user = volumes.find((volume) => volume.id !== doomed?.id && usesBrick(volume, pathOfBrick(hosted.brick)));
      if (user) refused.set(hosted.brick.id, usedBy(user, hosted));
    }
  };
  if (users) refuse(users);
  if (users || bricks.length === 0) return refused;
  const nodes = await context.store.read((tx) => tx.nodes.list());
  const paths = bricks.map(({ brick }) => pathOfBrick(brick));
  const answers = new Map<string, BrickUsers | Error>();
  const ask = async (host: string) => {
    const answer = await askForUsers(context.hosts, host, paths, nodes).catch((error: unknown) => {
      if (error instanceof CommandError || error instanceof TransportError) return error;
      throw error;
    });
    answers.set(host, answer);
  };
  await Promise.all([...new Set(bricks.map(({ manageName: host }) => host))].map(ask));
  const known = () => [...answers.values()].filter((answer): answer is BrickUsers => !(answer instanceof Error));
  const undecided = () => bricks.filter((hosted) => !known().some((answer) => canKnow(answer, hosted, nodes)));
  if (undecided().length > 0) {
    const clusters = new Set(undecided().map(({ brick }) => nodes.find(({ id }) => id === brick.nodeId)?.clusterId));
    const others = nodes.filter(({ clusterId }) => clusters.has(clusterId)).map(manageName);
    await Promise.all(others.filter((host) => !answers.has(host)).map(ask));
  }
  for (const hosted of undecided()) refused.set(hosted.brick.id, unknownUser(hosted, answers.get(hosted.manageName)));
  refuse(known().flatMap(({ volumes }) => volumes));
  return refused;
}

/** A witness for each of the bricks of a volume that is deleted; null when one has none. */
export async function witnessesOf(
  volumeId: Id,
  bricks: readonly HostedBrick[],
  { store, work }: OperationContext,
): Promise<ReadonlyMap<Id, string> | null> {
  if (bricks.some(({ manageName: host }) => !work.glusterdFiles.mayTell(host))) return null;
  return store.read(async (tx) => {
    const witnesses = new Map<Id, string>();
    for (const { brick } of bricks) {
      const other = await tx.bricks.findAnother(brick.deviceId, volumeId);
      if (!other) return null;
      witnesses.set(brick.id, pathOfBrick(other));
    }
    return witnesses;
  });
}

function canKnow(
  { host, peers }: BrickUsers,
  { brick, manageName: own }: HostedBrick,
  nodes: readonly Node[],
): boolean {
  const others = peers.filter(({ name, isConnected }) => isConnected && name !== 'localhost');
  const node = nodes.find(({ id }) => id === brick.nodeId);
  if (host === own) {
    const isAlone = nodes.every(
      ({ id, clusterId, state }) => id === node?.id || clusterId !== node?.clusterId || state === 'failed',
    );
    return isAlone || others.length > 0;
  }
  return node !== undefined && others.some((peer) => isPeerOf(node, peer));
}

function usedBy({ name }: GlusterVolume, { brick, manageName: host }: HostedBrick): DomainError {
  return new DomainError(
    'conflict',
    `gluster's volume ${name} uses brick ${pathOfBrick(brick)} on ${host}, which was to be removed; it was left alone. Compare the volume with the database.`,
  );
}

function unknownUser({ brick, manageName: host }: HostedBrick, answer: BrickUsers | Error | undefined): Error {
  if (answer instanceof TransportError) return answer;
  return new TransportError(
    host,
    `nobody can tell whether gluster uses brick ${pathOfBrick(brick)} on ${host}: ${answer instanceof Error ? answer.message : 'its glusterd is connected to no other node'}`,
    false,
    answer instanceof Error ? { cause: answer } : {},
  );
}
