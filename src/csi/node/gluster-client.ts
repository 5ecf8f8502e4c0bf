import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { CsiError } from '../rpc/csi-error.js';
import { HostCommandError, type NodeHost } from './host.js';
import { missingMount, mountFailure } from './mount-failure.js';
import type { MountLife } from './mount-life.js';
import { isGluster, mountsAt, readMounts } from './mount-table.js';
import type { MountedVolume } from './mounted-volume.js';
import { PathCommands } from './path-commands.js';

/** How long is waited for commands. */
export interface CommandLimits {
  readonly mountMs: number;
  readonly umountMs: number;
  readonly statMs: number;
}

export interface ClientFolders {
  /** Of the logs of mounts' processes. */
  readonly logs: string;
  /** For mounts that are gone again when a call ends; only we may write there. */
  readonly passing: string;
}

const LIMITS: CommandLimits = { mountMs: 120_000, umountMs: 60_000, statMs: 10_000 };

/** The program that a mount's process runs. */
const CLIENT = 'glusterfs';
const UNCONNECTED = /Transport endpoint is not connected/;

export interface Usage {
  readonly bytes: Figures;
  readonly inodes: Figures;
}

interface Figures {
  readonly total: bigint;
  readonly available: bigint;
  readonly used: bigint;
}

/** How a mount fares: `dead`: its process is gone; `silent`: it gives no answer that is one, and why. */
export type Fare =
  | { readonly is: 'well'; readonly usage: Usage }
  | { readonly is: 'dead' }
  | { readonly is: 'silent'; readonly reason: string }
  | { readonly is: 'absent' };

/** gluster's FUSE client and mount(8) on a host. */
export class GlusterClient {
  readonly #host: NodeHost;
  readonly #life: MountLife;
  readonly #folders: ClientFolders;
  readonly #limits: CommandLimits;
  readonly #commands: PathCommands;

  constructor(host: NodeHost, life: MountLife, folders: ClientFolders, limits = LIMITS) {
    this.#host = host;
    this.#life = life;
    this.#folders = folders;
    this.#limits = limits;
    this.#commands = new PathCommands(host);
  }

  /** Where the processes of mounts live. */
  get where(): MountLife['where'] {
    return this.#life.where;
  }

  /** Throws NOT_FOUND when a host says that there is no such volume, UNAVAILABLE when none of them answers. */
  async mount(volume: MountedVolume, target: string, options: readonly string[]): Promise<void> {
    const log = join(this.#folders.logs, `${volume.name}-${hashOf(target)}.log`);
    const [server, ...others] = volume.hosts;
    const all = [...options, ...backupServers(others, options), `log-file=${log}`];
    const before = await this.#host.sizeOf(log);
    const said = () => this.#host.readFrom(log, before);
    try {
      const argv = ['mount', '-t', 'glusterfs', '-o', all.join(','), `${server}:/${volume.name}`, target];
      await this.#commands.run('mount', target, [...this.#life.prefix, ...argv], this.#limits.mountMs);
    } catch (error) {
      if (!(error instanceof HostCommandError)) throw error;
      throw mountFailure(volume, log, await said(), error);
    }
    if (mountsAt(await readMounts(this.#host), target).some(isGluster)) return;
    throw missingMount(volume, target, log, await said());
  }

  async bind(source: string, target: string): Promise<void> {
    await this.#must('bind', target, ['mount', '--bind', source, target], this.#limits.mountMs);
  }

  /**
   * The right to write is taken from a bind between the two. Taken from `target` it would go here, in the namespace of this
   * container, and stay on the host, from which pods get theirs: a mount is passed on to there as it is at its beginning.
   */
  async bindReadOnly(source: string, target: string): Promise<void> {
    const between = join(this.#folders.passing, hashOf(target));
    await this.#takeAway(between);
    await this.#host.makeDirectory(between);
    try {
      await this.bind(source, between);
      await this.#must('remount', between, ['mount', '-o', 'remount,bind,ro', between], this.#limits.mountMs);
      await this.bind(between, target);
    } finally {
      await this.#takeAway(between);
      await this.#host.removeDirectory(between);
    }
  }

  /** Also what a call that did not come to its end has left. */
  async #takeAway(between: string): Promise<void> {
    const left = mountsAt(await readMounts(this.#host), between);
    for (const _ of left) await this.unmount(between, false);
  }

  /** `isDead`: nothing can be written to it any more, so it may go while processes still have files of it. */
  async unmount(target: string, isDead: boolean): Promise<void> {
    await this.#must('umount', target, ['umount', ...(isDead ? ['--lazy'] : []), target], this.#limits.umountMs);
  }

  /** Asked in a process of its own: one that hangs can be killed, a thread of ours could not. */
  async fare(path: string): Promise<Fare> {
    try {
      const argv = ['stat', '--file-system', '--format=%S %b %f %a %c %d', '--', path];
      const printed = await this.#commands.run('stat', path, argv, this.#limits.statMs);
      const [size = 0n, blocks = 0n, free = 0n, available = 0n, inodes = 0n, freeInodes = 0n] = printed
        .trim()
        .split(' ')
        .map(BigInt);
      return {
        is: 'well',
        usage: {
          bytes: { total: blocks * size, available: available * size, used: (blocks - free) * size },
          inodes: { total: inodes, available: freeInodes, used: inodes - freeInodes },
        },
      };
    } catch (error) {
      if (!(error instanceof HostCommandError)) throw error;
      if (/No such file or directory/.test(error.stderr)) return { is: 'absent' };
      const isDead = error.exitCode !== null && UNCONNECTED.test(error.stderr) && !(await this.#hasProcess(path));
      return isDead ? { is: 'dead' } : { is: 'silent', reason: error.message };
    }
  }

  /** A process that lives says the same as the kernel says for one that is gone, while it reaches no brick. */
  async #hasProcess(path: string): Promise<boolean> {
    const mounts = await readMounts(this.#host);
    const device = mountsAt(mounts, path).at(-1)?.device;
    const points = new Set(mounts.filter((mount) => mount.device === device).map(({ mountPoint }) => mountPoint));
    // The last word of gluster's client is where it is mounted.
    return (await this.#host.programs(CLIENT)).some((words) => points.has(words.at(-1) ?? ''));
  }

  async #must(what: string, path: string, argv: readonly string[], timeoutMs: number): Promise<void> {
    try {
      await this.#commands.run(what, path, argv, timeoutMs);
    } catch (error) {
      if (!(error instanceof HostCommandError)) throw error;
      throw new CsiError(error.exitCode === null ? 'UNAVAILABLE' : 'INTERNAL', error.message, { cause: error });
    }
  }
}

/** Colons separate them, so addresses that hold some can't be named there. */
function backupServers(others: readonly string[], options: readonly string[]): readonly string[] {
  const plain = others.filter((host) => !host.includes(':'));
  const isGiven = options.some((option) => /^backup-?volfile-?servers?=/.test(option));
  return isGiven || plain.length === 0 ? [] : [`backup-volfile-servers=${plain.join(':')}`];
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
