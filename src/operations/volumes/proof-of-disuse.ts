import { DomainError } from '../../domain/errors.js';
import { manageName, type Node } from '../../domain/node.js';
import type { Volume } from '../../domain/volume.js';
import {
  type BrickClients,
  brickContents,
  type VolumeClients,
  volumeClients,
} from '../../executors/commands/gluster-clients.js';
import { type GlusterVolume, isStarted } from '../../executors/commands/gluster-volume.js';
import { listPeers } from '../../executors/commands/glusterd.js';
import { CommandError, TransportError } from '../../executors/executor.js';
import type { OperationContext } from '../engine/operation.js';
import type { FoundVolume } from './find-volume.js';
import { cloneOptionsReason, optionsReason } from './ordered-options.js';
import { glusterName, type HostedBrick } from './volume-bricks.js';

/** A volume as a record ordered it. */
export interface OrderedVolume {
  readonly volume: Volume;
  /** All of them, in gluster's order. */
  readonly bricks: readonly HostedBrick[];
}

export interface DisuseOptions {
  /** An undo of this record was begun before, and may have stopped the volume. */
  readonly mayBeStopped?: boolean;
  /** A clone holds what its source held, and gluster gives it the source's options: only what differs tells of use. */
  readonly cloneOf?: GlusterVolume;
}

/** gluster's own clients: daemons that every volume has, used or not. */
const OWN_CLIENTS = ['glustershd', 'quotad', 'snapd'];
/** What gluster itself puts into a brick; gluster-block's two folders are looked into. */
const OWN_FILES = /^(?:\.glusterfs|\.glusterfs-anonymous-inode-[0-9a-f-]+|\.trashcan)$/;
const BLOCK_FOLDERS = ['block-meta', 'block-store'];

/**
 * Throws DomainError, with the reason, unless gluster's volume is unused at this moment: it has exactly the bricks that
 * were ordered, nobody has changed it since, no client is connected, and its bricks hold nothing but gluster's own files,
 * or what a clone's source held.
 * Whoever deletes a volume on the strength of a record asks this immediately before. Throws TransportError where a
 * host that would know can't be asked.
 */
export async function proveUnused(
  ordered: OrderedVolume,
  found: FoundVolume,
  context: OperationContext,
  options: DisuseOptions = {},
): Promise<void> {
  const reason =
    changedReason(ordered, found, options) ??
    (await clientsReason(found, context)) ??
    (options.cloneOf ? null : await contentsReason(ordered.volume, servedBricks(ordered, found), context));
  if (reason === null) return;
  throw new DomainError(
    'conflict',
    `gluster's volume ${found.name} is not deleted, since it may be in use: ${reason}. Whoever knows that it is not needed deletes it by hand ("gluster volume stop" and "delete"); the rest is then removed by itself`,
  );
}

/** Created and never started, it may lack sets that were to be added; otherwise it has all that was ordered. */
function changedReason(ordered: OrderedVolume, found: GlusterVolume, options: DisuseOptions): string | null {
  const names = ordered.bricks.map(glusterName);
  const isUnfinished = found.status === 0 || (!isStarted(found) && options.mayBeStopped === true);
  const stranger = found.bricks.find(({ name }) => !names.includes(name));
  if (stranger) return `it has brick ${stranger.name}, which was not ordered`;
  if (!isUnfinished && !isStarted(found)) return 'somebody stopped it';
  if (!isUnfinished && found.bricks.length < names.length)
    return `it has ${found.bricks.length} of the ${names.length} bricks that were ordered`;
  return options.cloneOf ? cloneOptionsReason(options.cloneOf, found) : optionsReason(ordered.volume, found);
}

async function clientsReason(found: FoundVolume, context: OperationContext): Promise<string | null> {
  if (!isStarted(found)) return null; // a brick without a process has no clients
  const now = await volumeClients(context.hosts, found.seenFrom, found.name);
  const listed = new Map(now.bricks.map((brick) => [brick.name, brick]));
  const missing = now.volume.bricks.find(({ name }) => !listed.has(name));
  if (missing)
    throw new TransportError(
      found.seenFrom,
      `the node of brick ${missing.name} can't tell who is connected to it`,
      false,
    );
  if (now.kinds) return strangersAmong(now, now.kinds);
  const own = isHealing(now.volume) ? await poolAddresses(found, context) : new Set<string>();
  const stranger = now.bricks.flatMap((brick) => strangersOf(brick, own))[0];
  return stranger === undefined ? null : `a client is connected from ${stranger}`;
}

function strangersAmong({ bricks }: VolumeClients, kinds: ReadonlyMap<string, number>): string | null {
  const own = OWN_CLIENTS.reduce((sum, kind) => sum + (kinds.get(kind) ?? 0), 0);
  const clients = Math.max((kinds.get('total') ?? 0) - own, ...bricks.map(({ addresses }) => addresses.length - own));
  if (clients <= 0) return null;
  const named = [...kinds].filter(([kind]) => kind !== 'total' && !OWN_CLIENTS.includes(kind)).map(([kind]) => kind);
  return `${clients} clients are connected${named.length > 0 ? ` (${named.join(', ')})` : ''}`;
}

/** Each node's self-heal daemon is connected once to each brick of a volume that heals. */
function strangersOf({ addresses }: BrickClients, own: ReadonlySet<string>): readonly string[] {
  const seen = new Set<string>();
  return addresses.filter((text) => {
    const address = text.slice(0, text.lastIndexOf(':'));
    const isOwn = own.has(address) && !seen.has(address);
    seen.add(address);
    return !isOwn;
  });
}

function isHealing({ replicaCount, disperseCount }: GlusterVolume): boolean {
  return replicaCount > 1 || disperseCount > 1;
}

async function poolAddresses({ seenFrom }: FoundVolume, context: OperationContext): Promise<ReadonlySet<string>> {
  const peers = await listPeers(context.hosts, seenFrom);
  const names = new Set(peers.map(({ name }) => name));
  const nodes = await context.store.read((tx) => tx.nodes.list());
  const isMember = (node: Node) => manageName(node) === seenFrom || node.storageNames.some((name) => names.has(name));
  return new Set(nodes.filter(isMember).flatMap((node) => node.storageNames));
}

function servedBricks({ bricks }: OrderedVolume, found: GlusterVolume): readonly HostedBrick[] {
  const served = new Set(found.bricks.map(({ name }) => name));
  return bricks.filter((hosted) => served.has(glusterName(hosted)));
}

async function contentsReason(
  { isBlockHosting }: Volume,
  bricks: readonly HostedBrick[],
  context: OperationContext,
): Promise<string | null> {
  const isOwn = (name: string) => OWN_FILES.test(name) || (isBlockHosting && BLOCK_FOLDERS.includes(name));
  const hosts = [...new Set(bricks.map(({ manageName: host }) => host))];
  const reasons = await Promise.all(
    hosts.map(async (host) => {
      const paths = bricks.filter((hosted) => hosted.manageName === host).map(({ brick }) => brick.path);
      try {
        for (const [path, names] of await brickContents(context.hosts, host, paths)) {
          const file = names.find((name) => !isOwn(name));
          if (file !== undefined) return `brick ${path} on ${host} holds ${JSON.stringify(file)}`;
        }
        return null;
      } catch (error) {
        if (error instanceof CommandError) return `${host} can't tell what its brick holds (${error.message})`;
        throw error;
      }
    }),
  );
  return reasons.find((reason) => reason !== null) ?? null;
}
