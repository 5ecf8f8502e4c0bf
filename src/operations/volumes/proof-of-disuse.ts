import type { Brick } from '../../domain/brick.js';
import { DomainError } from '../../domain/errors.js';
import { manageName, type Node } from '../../domain/node.js';
import type { Volume } from '../../domain/volume.js';
import { brickContents, isOwnFile } from '../../executors/commands/brick/brick-contents.js';
import { brickMount } from '../../executors/commands/brick/brick-mount.js';
import {
  type BrickClients,
  type VolumeClients,
  volumeClients,
} from '../../executors/commands/gluster/gluster-clients.js';
import { type GlusterVolume, isStarted } from '../../executors/commands/gluster/gluster-volume.js';
import { isPeerOf, listPeersOf } from '../../executors/commands/gluster/peer-names.js';
import { CommandError, TransportError } from '../../executors/executor.js';
import type { OperationContext } from '../engine/operation.js';
import { BLOCK_FOLDERS, filesOfBlocks } from './block-files.js';
import type { FoundVolume } from './find-volume.js';
import type { HostedBrick } from './hosted-brick.js';
import { cloneOptionsReason, optionsReason } from './ordered-options.js';
import { glusterName } from './volume-bricks.js';

/** A volume as a record ordered it. */
export interface OrderedVolume {
  readonly volume: Volume;
  /** All of them, in gluster's order. */
  readonly bricks: readonly HostedBrick[];
}

export interface DisuseOptions {
  /** The record says that this server has stopped the volume, or was about to. */
  readonly mayBeStopped?: boolean;
  /** A clone holds what its source held, and gluster gives it the source's options: only what differs tells of use. */
  readonly cloneOf?: GlusterVolume;
}

/** gluster's own clients: daemons that every volume has, used or not. */
const OWN_CLIENTS = ['glustershd', 'quotad', 'snapd'];
/** That of block hosting volumes, on any node where gluster-block was called: it keeps the connection. */
const BLOCK_DAEMON = 'gfapi.gluster-blockd';

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
    (await clientsReason(ordered.volume, found, context)) ??
    (options.cloneOf ? null : await contentsReason(ordered, found, context));
  if (reason !== null) throw mayBeInUse(found, reason);
}

/** The part of `proveUnused` that can still change until the volume is stopped: what its bricks hold. */
export async function proveEmpty(
  ordered: OrderedVolume,
  found: GlusterVolume,
  context: OperationContext,
): Promise<void> {
  const reason = await contentsReason(ordered, found, context);
  if (reason !== null) throw mayBeInUse(found, reason);
}

function mayBeInUse({ name }: GlusterVolume, reason: string): DomainError {
  return new DomainError(
    'conflict',
    `gluster's volume ${name} is not deleted, since it may be in use: ${reason}. Whoever knows that it is not needed deletes it by hand ("gluster volume stop" and "delete"); the rest is then removed by itself`,
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

async function clientsReason(
  { isBlockHosting }: Volume,
  found: FoundVolume,
  context: OperationContext,
): Promise<string | null> {
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
  if (now.kinds) return strangersAmong(now, now.kinds, isBlockHosting ? [...OWN_CLIENTS, BLOCK_DAEMON] : OWN_CLIENTS);
  const daemons = (isHealing(now.volume) ? 1 : 0) + (isBlockHosting ? 1 : 0);
  const own = daemons > 0 ? await poolAddresses(found, context) : new Set<string>();
  const stranger = now.bricks.flatMap((brick) => strangersOf(brick, own, daemons))[0];
  return stranger === undefined ? null : `a client is connected from ${stranger}`;
}

function strangersAmong(
  { bricks }: VolumeClients,
  kinds: ReadonlyMap<string, number>,
  ownKinds: readonly string[],
): string | null {
  const own = ownKinds.reduce((sum, kind) => sum + (kinds.get(kind) ?? 0), 0);
  const clients = Math.max((kinds.get('total') ?? 0) - own, ...bricks.map(({ addresses }) => addresses.length - own));
  if (clients <= 0) return null;
  const named = [...kinds].filter(([kind]) => kind !== 'total' && !ownKinds.includes(kind)).map(([kind]) => kind);
  return `${clients} clients are connected${named.length > 0 ? ` (${named.join(', ')})` : ''}`;
}

/** Each node's own daemons are connected once each to each brick: that for healing, and that for block volumes. */
function strangersOf({ addresses }: BrickClients, own: ReadonlySet<string>, daemons: number): readonly string[] {
  const seen = new Map<string, number>();
  return addresses.filter((text) => {
    const address = text.slice(0, text.lastIndexOf(':'));
    const before = seen.get(address) ?? 0;
    seen.set(address, before + 1);
    return !(own.has(address) && before < daemons);
  });
}

function isHealing({ replicaCount, disperseCount }: GlusterVolume): boolean {
  return replicaCount > 1 || disperseCount > 1;
}

async function poolAddresses({ seenFrom }: FoundVolume, context: OperationContext): Promise<ReadonlySet<string>> {
  const nodes = await context.store.read((tx) => tx.nodes.list());
  const peers = await listPeersOf(context.hosts, seenFrom, nodes);
  const isMember = (node: Node) => manageName(node) === seenFrom || peers.some((peer) => isPeerOf(node, peer));
  return new Set(nodes.filter(isMember).flatMap((node) => node.storageNames));
}

function servedBricks({ bricks }: OrderedVolume, found: GlusterVolume): readonly HostedBrick[] {
  const served = new Set(found.bricks.map(({ name }) => name));
  return bricks.filter((hosted) => served.has(glusterName(hosted)));
}

async function contentsReason(
  ordered: OrderedVolume,
  found: GlusterVolume,
  context: OperationContext,
): Promise<string | null> {
  const bricks = servedBricks(ordered, found);
  const hosts = [...new Set(bricks.map(({ manageName: host }) => host))];
  const reasons = await Promise.all(
    hosts.map((host) => {
      const there = bricks.filter(({ manageName: own }) => own === host).map(({ brick }) => brick);
      return contentsReasonOn(host, there, ordered.volume.isBlockHosting, context);
    }),
  );
  return reasons.find((reason) => reason !== null) ?? null;
}

async function contentsReasonOn(
  host: string,
  bricks: readonly Brick[],
  isBlockHosting: boolean,
  context: OperationContext,
): Promise<string | null> {
  try {
    const places = bricks.map((brick) => ({ path: brick.path, mount: brickMount(brick) }));
    for (const { path, names } of await brickContents(context.hosts, host, places)) {
      if (names === null) return `the file system of brick ${path} is not mounted on ${host}`;
      const folders = isBlockHosting ? names.filter((name) => BLOCK_FOLDERS.has(name)) : [];
      const file =
        names.find((name) => !isOwnFile(name) && !folders.includes(name)) ??
        (await filesOfBlocks(host, path, folders, context))[0];
      if (file !== undefined) return `brick ${path} on ${host} holds ${JSON.stringify(file)}`;
    }
    return null;
  } catch (error) {
    if (error instanceof CommandError) return `${host} can't tell what its brick holds (${error.message})`;
    throw error;
  }
}
