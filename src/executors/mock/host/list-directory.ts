import type { CommandResult } from '../../executor.js';
import { fail, succeed } from '../world/answers.js';
import { normalPath, parentOf } from '../world/file-system.js';
import { gfidOf, healAtOnce, owedEntries } from '../world/healing.js';
import type { SimulatedHost } from '../world/simulated-host.js';
import type { World } from '../world/world.js';

const INDEX = '/.glusterfs/indices/xattrop';

/** Only `ls -A DIRECTORY`. In a directory that gluster has used lie files of its own, and what was written to it. */
export function ls(world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const path = normalPath(args.at(-1) ?? '');
  const known = knownToGlusterd(host, path);
  if (known) return listed(known);
  const { fileSystem, below } = host.locate(path);
  const directory = fileSystem.directories.get(below);
  const volume = host.brickPaths.get(path);
  if (volume) healAtOnce(world, volume);
  const index = directory ? null : indexIn(host, path);
  if (index) return listed(index);
  if (!directory && !world.isLenient) return fail(2, `ls: cannot access '${path}': No such file or directory`);
  const names = [...fileSystem.directories.keys()]
    .filter((name) => name !== below && parentOf(name) === below)
    .map((name) => name.slice(below.length + 1));
  const own = directory?.volumeMark ? ['.glusterfs', `.glusterfs-anonymous-inode-${directory.volumeMark}`] : [];
  const written = [...(directory?.contents?.files ?? [])].map((file) => `file-${file}`);
  return listed([...own, ...names, ...written]);
}

/** What glusterd keeps in files: members of the pool besides itself, and volumes. */
function knownToGlusterd(host: SimulatedHost, path: string): readonly string[] | null {
  const { pool, formerPool, isAccepted } = host;
  if (path === '/var/lib/glusterd/vols') return [...pool.volumes.keys()];
  if (path !== '/var/lib/glusterd/peers') return null;
  const members = [...(isAccepted && formerPool ? formerPool : pool).hosts].filter((member) => member !== host);
  return members.map(({ uuid }) => uuid);
}

/** A brick's list of the files that others lack. */
function indexIn(host: SimulatedHost, path: string): readonly string[] | null {
  if (!path.endsWith(INDEX)) return null;
  const brick = host.directory(path.slice(0, -INDEX.length));
  if (!brick?.volumeMark) return null;
  return [`xattrop-${brick.volumeMark}`, ...owedEntries(brick.contents).map(gfidOf)];
}

function listed(names: readonly string[]): CommandResult {
  return succeed(names.map((name) => `${name}\n`).join(''));
}
