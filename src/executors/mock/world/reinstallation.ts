import { randomUUID } from 'node:crypto';
import { startBrick } from './brick-processes.js';
import { Pool, type SimulatedHost } from './simulated-host.js';
import type { Disk } from './storage.js';

/** What becomes of a host's disks when its machine is installed anew. */
export interface Reinstallation {
  /** Paths of disks that keep what they hold; the others are empty. */
  readonly kept?: readonly string[];
  /** New paths of disks by their old ones: the kernel numbers them as it finds them. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** Sizes in KiB of other disks that are plugged in, by the old paths of those whose places they take. */
  readonly exchanged?: Readonly<Record<string, number>>;
  /** Disks are plugged in elsewhere: their stable links are other ones. */
  readonly isRewired?: boolean;
}

/** A fresh system under the same names: nothing is mounted, and glusterd has another UUID and knows nobody. */
export function reinstall(
  host: SimulatedHost,
  { kept = [], renamed = {}, exchanged = {}, isRewired = false }: Reinstallation,
): void {
  for (const mount of [...host.mounts.values()]) host.unmount(mount);
  const disks = [...new Set(host.disks.values())];
  host.disks.clear();
  for (const disk of disks) {
    const isKept = kept.includes(disk.path);
    if (!isKept && disk.pv?.group) dropGroup(host, disk);
    const path = renamed[disk.path] ?? disk.path;
    const links = isRewired ? [] : disk.links;
    const fresh: Disk = isKept
      ? { ...disk, path, links }
      : {
          ...disk,
          path,
          links,
          sizeKib: exchanged[disk.path] ?? disk.sizeKib,
          pv: null,
          fileSystem: null,
          isDead: false,
        };
    if (isKept && disk.pv?.group) disk.pv.group.disks.splice(disk.pv.group.disks.indexOf(disk), 1, fresh);
    for (const name of [path, ...links]) host.disks.set(name, fresh);
  }
  host.forgetRoot();
  host.isUp = true;
  host.isGlusterdUp = true;
  forgetPool(host);
}

function dropGroup(host: SimulatedHost, { pv }: Disk): void {
  for (const volume of [...(pv?.group?.volumes.values() ?? [])]) host.removeLogicalVolume(volume);
  host.groups.delete(pv?.group?.name ?? '');
}

/** The others remember it under the UUID that it had. */
function forgetPool(host: SimulatedHost): void {
  host.ownUuid = randomUUID();
  host.isAccepted = false;
  const pool = host.formerPool ?? host.pool;
  for (const volume of pool.volumes.values())
    for (const brick of volume.bricks) {
      if (brick.node !== host) continue;
      brick.isDown = true;
      delete brick.isOnUnmountedDirectory;
    }
  host.pool = new Pool();
  host.pool.hosts.add(host);
  host.formerPool = pool.hosts.size > 1 ? pool : null;
}

/** glusterd starts: it knows the bricks in its files, and is in the pool that has accepted it. */
export function beginGlusterd(host: SimulatedHost): void {
  host.learntBricks.clear();
  const pool = host.formerPool;
  if (!pool || !host.isAccepted) return;
  host.pool = pool;
  host.formerPool = null;
  host.isAccepted = false;
  for (const volume of pool.volumes.values()) {
    for (const brick of volume.bricks) {
      if (brick.node !== host) continue;
      host.learntBricks.add(brick.path);
      if (volume.status === 1) startBrick(volume, brick, false);
    }
  }
}
