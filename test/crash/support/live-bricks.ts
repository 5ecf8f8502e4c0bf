import type { HostState, HostsState } from '../../../src/executors/mock/state.js';
import { served } from './administrator.js';

/** Watches the bricks that gluster's volumes name: what they stand on must not vanish under them. */
export class LiveBricks {
  /** What was destroyed while a volume named it. */
  readonly destroyed: string[] = [];
  readonly #standing = new Set<string>();
  readonly #doomed = new Set<string>();

  /** The server takes a volume of its own back: bricks of a clone go before the volume, which alone tells them. */
  doom(volume: string): void {
    this.#doomed.add(volume);
  }

  look(state: HostsState): void {
    const named = new Set<string>();
    const hosts = new Map(state.hosts.map((host) => [host.storage, host]));
    for (const volume of state.pools.flatMap((pool) => pool.volumes)) {
      for (const brick of served(volume)) {
        named.add(brick);
        const [storage = '', path = ''] = brick.split(':');
        const host = hosts.get(storage);
        if (!host?.isUp || isUnborn(volume, path)) continue;
        if (stands(host, path)) this.#standing.add(brick);
        else if (this.#standing.delete(brick) && !this.#doomed.has(volume.name))
          this.destroyed.push(`${brick} of ${volume.name}`);
      }
    }
    for (const brick of this.#standing) if (!named.has(brick)) this.#standing.delete(brick);
  }
}

/** A clone that was never started holds nothing of anybody's. */
function isUnborn({ status }: { readonly status: number }, path: string): boolean {
  return status === 0 && path.startsWith('/run/gluster/snaps/');
}

/** Mounted, from a volume that is there and active, with its directory. */
function stands({ mounts, groups, devices }: HostState, path: string): boolean {
  const mount = mounts.find(({ target }) => path.startsWith(`${target}/`));
  if (!mount) return false;
  if (devices.some((device) => device.path === mount.source && device.contents === 'xfs')) return true;
  return groups.some((group) =>
    group.volumes.some(
      ({ name, kind, mkfs, directories }) =>
        `/dev/mapper/${group.name}-${name}` === mount.source &&
        kind === 'thin' &&
        mkfs !== '' &&
        directories.some((directory) => directory.startsWith(`${path.slice(mount.target.length)} `)),
    ),
  );
}
