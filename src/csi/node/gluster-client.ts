import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { CsiError } from '../rpc/csi-error.js';
import { HostCommandError, type NodeHost } from './host.js';
import type { MountLife } from './mount-life.js';
import type { MountedVolume } from './mounted-volume.js';

const MOUNT_MS = 120_000;
const UMOUNT_MS = 60_000;
const STAT_MS = 10_000;

/** What gluster's client says in its log when a host answers that there is no such volume. */
const NO_VOLUME = /failed to fetch volume file|failed to get the 'volume file' from server/;
const NO_HOST = /Exhausted all volfile servers|failed to connect with remote-host|DNS resolution failed/;
/** mount(8) where there is no mount.glusterfs. */
const NO_CLIENT = /unknown filesystem type/;
const DEAD = /Transport endpoint is not connected/;

export interface Usage {
  readonly bytes: Figures;
  readonly inodes: Figures;
}

interface Figures {
  readonly total: bigint;
  readonly available: bigint;
  readonly used: bigint;
}

/** How a mount fares: `dead`: its process is gone; `silent`: it does not answer. */
export type Fare =
  | { readonly is: 'well'; readonly usage: Usage }
  | { readonly is: 'dead' }
  | { readonly is: 'silent' }
  | { readonly is: 'absent' };

/** gluster's FUSE client and mount(8) on a host. */
export class GlusterClient {
  readonly #host: NodeHost;
  readonly #life: MountLife;
  readonly #logFolder: string;

  constructor(host: NodeHost, life: MountLife, logFolder: string) {
    this.#host = host;
    this.#life = life;
    this.#logFolder = logFolder;
  }

  /** Throws NOT_FOUND when a host says that there is no such volume, UNAVAILABLE when none of them answers. */
  async mount(volume: MountedVolume, target: string, options: readonly string[]): Promise<void> {
    const log = join(this.#logFolder, `${volume.name}-${hashOf(target)}.log`);
    const [server, ...others] = volume.hosts;
    const all = [...options, ...backupServers(others, options), `log-file=${log}`];
    const before = await this.#host.sizeOf(log);
    try {
      const argv = ['mount', '-t', 'glusterfs', '-o', all.join(','), `${server}:/${volume.name}`, target];
      await this.#host.run([...this.#life.prefix, ...argv], MOUNT_MS);
    } catch (error) {
      if (!(error instanceof HostCommandError)) throw error;
      throw mountFailure(volume, log, `${await this.#host.readFrom(log, before)}\n${error.stderr}`, error);
    }
  }

  async bind(source: string, target: string): Promise<void> {
    await this.#must(['mount', '--bind', source, target], MOUNT_MS);
  }

  async makeReadOnly(target: string): Promise<void> {
    await this.#must(['mount', '-o', 'remount,bind,ro', target], MOUNT_MS);
  }

  /** `isDead`: nothing can be written to it any more, so it may go while processes still have files of it. */
  async unmount(target: string, isDead: boolean): Promise<void> {
    await this.#must(['umount', ...(isDead ? ['--lazy'] : []), target], UMOUNT_MS);
  }

  /** Asked in a process of its own: one that hangs can be killed, a thread of ours could not. */
  async fare(path: string): Promise<Fare> {
    try {
      const printed = await this.#host.run(
        ['stat', '--file-system', '--format=%S %b %f %a %c %d', '--', path],
        STAT_MS,
      );
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
      if (error.exitCode === null) return { is: 'silent' };
      if (DEAD.test(error.stderr)) return { is: 'dead' };
      if (/No such file or directory/.test(error.stderr)) return { is: 'absent' };
      throw new CsiError('INTERNAL', error.message, { cause: error });
    }
  }

  async #must(argv: readonly string[], timeoutMs: number): Promise<void> {
    try {
      await this.#host.run(argv, timeoutMs);
    } catch (error) {
      if (error instanceof HostCommandError) throw new CsiError('INTERNAL', error.message, { cause: error });
      throw error;
    }
  }
}

function mountFailure({ name, hosts }: MountedVolume, log: string, said: string, cause: HostCommandError): CsiError {
  if (cause.exitCode === 127 || NO_CLIENT.test(cause.stderr))
    return new CsiError('FAILED_PRECONDITION', `${cause.message}: gluster's client is missing`, { cause });
  if (NO_VOLUME.test(said)) {
    return new CsiError('NOT_FOUND', `gluster on ${hosts.join(', ')} has no volume ${name}, or it is not started`, {
      cause,
    });
  }
  const reason = NO_HOST.test(said) ? `none of ${hosts.join(', ')} answers` : cause.message;
  return new CsiError('UNAVAILABLE', `volume ${name} can't be mounted: ${reason}; ${log} tells more`, { cause });
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
