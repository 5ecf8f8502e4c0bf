import { brickThinPoolName } from '../../domain/brick.js';
import { manageName, type Node } from '../../domain/node.js';
import { probeBrick } from '../../executors/commands/brick/brick.js';
import { directoryContents, isOwnFile, lookAtBricks } from '../../executors/commands/brick/brick-contents.js';
import { brickMount } from '../../executors/commands/brick/brick-mount.js';
import type { GlusterVolume } from '../../executors/commands/gluster/gluster-volume.js';
import { CommandError } from '../../executors/executor.js';
import type { OperationContext } from '../engine/operation.js';
import type { HostedBrick } from './hosted-brick.js';

/** Bricks that hold the same, in gluster's order and by gluster's names. */
export type SetNames = readonly string[];

/** How many bricks make a set, as gluster has it. */
export function setSizeOf({ replicaCount, disperseCount }: GlusterVolume): number {
  return Math.max(replicaCount, disperseCount, 1);
}

/** The sets of a volume. */
export function setsOf(volume: GlusterVolume): readonly SetNames[] {
  const size = setSizeOf(volume);
  const names = volume.bricks.map(({ name }) => name);
  return Array.from({ length: Math.ceil(names.length / size) }, (_, i) => names.slice(i * size, (i + 1) * size));
}

/** What lies in the roots of bricks, by the bricks' names, but for what gluster itself has put there. */
type Roots = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Why a set has not all of its data on each of its bricks, whatever heal info says, or null: one of them lacks a name in
 * its root that another one has. gluster counts what waits to be healed from the moment at which it begins to heal the
 * root: until then a brick that was put in place lacks nothing but holds only what clients have made since, and so for ever
 * where no self-heal daemon runs. What clients make and remove meanwhile differs in one look only.
 */
export function unfilledReason(sets: readonly SetNames[], context: OperationContext): Promise<string | null> {
  return whyLacking(sets, lackingBrick, context);
}

/** The same of a brick that is in no volume any more, and of the set that it was in: whether a whole set was emptied. */
export function emptiedReason(old: string, set: SetNames, context: OperationContext): Promise<string | null> {
  return whyLacking([[old, ...set]], emptyBrick, context);
}

/** By two looks at the roots. */
async function whyLacking(
  sets: readonly SetNames[],
  find: (set: SetNames, looks: readonly Roots[]) => Lack | null,
  context: OperationContext,
): Promise<string | null> {
  const nodes = await context.store.read((tx) => tx.nodes.list());
  const hosts = new Map<string, string[]>();
  for (const name of new Set(sets.flat())) {
    const host = hostOf(name, nodes);
    if (host === null) return `this server does not know the node of brick ${name}, and can't tell what it holds`;
    hosts.set(host, [...(hosts.get(host) ?? []), name]);
  }
  try {
    const before = await lookAtRoots(hosts, context);
    if (!sets.some((set) => find(set, [before]))) return null;
    const now = await lookAtRoots(hosts, context);
    for (const set of sets) {
      const found = find(set, [before, now]);
      if (found) return describeLack(found, now);
    }
    return null;
  } catch (error) {
    if (error instanceof CommandError) return `a host can't tell what its brick holds: ${error.message}`;
    throw error;
  }
}

async function lookAtRoots(hosts: ReadonlyMap<string, readonly string[]>, context: OperationContext): Promise<Roots> {
  const roots = new Map<string, ReadonlySet<string>>();
  const look = async ([host, names]: readonly [string, readonly string[]]): Promise<void> => {
    const contents = await directoryContents(context.hosts, host, names.map(pathOf));
    for (const [i, name] of names.entries()) roots.set(name, new Set(contents[i]?.filter((file) => !isOwnFile(file))));
  };
  await Promise.all([...hosts].map(look));
  return roots;
}

interface Lack {
  readonly brick: string;
  readonly other: string;
  readonly file: string;
}

/** A brick that has in no look what another one has in each. */
function lackingBrick(set: SetNames, looks: readonly Roots[]): Lack | null {
  const isIn = (brick: string, file: string) => looks.some((roots) => roots.get(brick)?.has(file));
  for (const other of set) {
    for (const file of looks[0]?.get(other) ?? []) {
      if (!looks.every((roots) => roots.get(other)?.has(file))) continue;
      const brick = set.find((name) => !isIn(name, file));
      if (brick !== undefined) return { brick, other, file };
    }
  }
  return null;
}

function emptyBrick(set: SetNames, looks: readonly Roots[]): Lack | null {
  const sizes = (name: string) => looks.map((roots) => roots.get(name)?.size ?? 0);
  const brick = set.find((name) => sizes(name).every((size) => size === 0));
  const other = set.find((name) => sizes(name).every((size) => size > 0));
  return brick !== undefined && other !== undefined ? { brick, other, file: '' } : null;
}

function describeLack({ brick, other, file }: Lack, roots: Roots): string {
  const lacks =
    roots.get(brick)?.size === 0
      ? `holds nothing, and brick ${other} does`
      : `lacks /${file}, which brick ${other} has`;
  return `brick ${brick} ${lacks}; where gluster does not begin by itself, gluster volume heal VOLUME full fills it`;
}

/** What a brick has that is in no volume any more: nobody writes to it. */
export interface OldContents {
  readonly holdsFiles: boolean;
  /** How many files it has of which it knows that others lack changes. */
  readonly missedByOthers: number;
}

/** Where it is proved that its logical volume is gone, as on a machine that was installed anew. */
const NOTHING: OldContents = { holdsFiles: false, missedByOthers: 0 };

/**
 * Null while its file system is there and not mounted: then nobody can tell. CommandError and TransportError: nor could its
 * host.
 */
export async function oldContents(
  { manageName: host, brick }: HostedBrick,
  { hosts }: OperationContext,
): Promise<OldContents | null> {
  const mount = brickMount(brick);
  const looks = await lookAtBricks(hosts, host, [
    { path: brick.path, mount },
    { path: `${brick.path}/.glusterfs/indices/xattrop`, mount },
  ]);
  if (!looks.every(({ isMounted }) => isMounted)) {
    const { deviceId, path } = brick;
    const place = { deviceId, path, lv: mount.lvName, thinPool: brickThinPoolName(brick) };
    return (await probeBrick(hosts, host, place)).lvExists ? null : NOTHING;
  }
  const [files, index] = looks.map(({ names }) => names ?? []);
  return {
    holdsFiles: files?.some((name) => !isOwnFile(name)) ?? false,
    // All entries are links to a file of this name.
    missedByOthers: index?.filter((name) => !name.startsWith('xattrop-')).length ?? 0,
  };
}

function hostOf(name: string, nodes: readonly Node[]): string | null {
  const storage = name.slice(0, name.indexOf(':/'));
  const node = nodes.find(({ storageNames }) => storageNames.includes(storage));
  return node ? manageName(node) : null;
}

function pathOf(name: string): string {
  return name.slice(name.indexOf(':/') + 1);
}
