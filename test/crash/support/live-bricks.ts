import { parseGluster } from '../../../src/executors/mock/gluster/gluster-program.js';
import { resolveCommand } from '../../../src/executors/mock/programs.js';
import type { HostState, HostsState } from '../../../src/executors/mock/world/state.js';
import { served } from './administrator.js';

const CLONES = '/run/gluster/snaps/';

/** Watches the bricks that gluster's volumes name: what they stand on must not vanish under them. */
export class LiveBricks {
  /** What was destroyed while a volume named it. */
  readonly destroyed: string[] = [];
  readonly #standing = new Set<string>();
  readonly #doomed = new Set<string>();

  /** Of a server that stops a clone, to take it back: the bricks of one go before the volume, which alone tells them. */
  ordered(argv: readonly string[]): void {
    const { name, args } = resolveCommand(argv);
    const [area, verb, volume = ''] = parseGluster(args).words;
    if (name === 'gluster' && area === 'volume' && verb === 'stop') this.#doomed.add(volume);
  }

  look(state: HostsState): void {
    const named = new Set<string>();
    const hosts = new Map(state.hosts.map((host) => [host.storage, new Standing(host)]));
    for (const volume of state.pools.flatMap((pool) => pool.volumes)) {
      for (const brick of served(volume)) {
        named.add(brick);
        const [storage = '', path = ''] = brick.split(':');
        const host = hosts.get(storage);
        if (!host?.isUp || isUnborn(volume, path)) continue;
        if (host.has(path)) this.#standing.add(brick);
        else if (this.#standing.delete(brick) && !(path.startsWith(CLONES) && this.#doomed.has(volume.name)))
          this.destroyed.push(`${brick} of ${volume.name}`);
      }
    }
    for (const brick of this.#standing) if (!named.has(brick)) this.#standing.delete(brick);
  }
}

/** A clone that was never started holds nothing of anybody's. */
function isUnborn({ status }: { readonly status: number }, path: string): boolean {
  return status === 0 && path.startsWith(CLONES);
}

/** What bricks of one host can stand on. */
class Standing {
  readonly isUp: boolean;
  /** By mount point, what is mounted there. */
  readonly #sources: ReadonlyMap<string, string>;
  /** By what can be mounted: its directories; null: any. */
  readonly #fileSystems = new Map<string, ReadonlySet<string> | null>();

  constructor({ isUp, mounts, devices, groups }: HostState) {
    this.isUp = isUp;
    this.#sources = new Map(mounts.map(({ target, source }) => [target, source]));
    for (const { path, contents } of devices) if (contents === 'xfs') this.#fileSystems.set(path, null);
    for (const group of groups) {
      for (const { name, kind, mkfs, directories } of group.volumes) {
        if (kind !== 'thin' || mkfs === '') continue;
        const paths = new Set(directories.map((directory) => directory.slice(0, directory.indexOf(' '))));
        this.#fileSystems.set(`/dev/mapper/${group.name}-${name}`, paths);
      }
    }
  }

  /** Mounted, from a volume that is there and active, with its directory. */
  has(path: string): boolean {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const source = this.#sources.get(path.slice(0, end));
      if (source === undefined) continue;
      const directories = this.#fileSystems.get(source);
      return directories === null || directories?.has(path.slice(end)) === true;
    }
    return false;
  }
}
