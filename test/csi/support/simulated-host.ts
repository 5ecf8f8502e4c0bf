import { HostCommandError, type NodeHost } from '../../../src/csi/node/host.js';

/** A file system: a process of gluster's client, or the disk of the machine. */
interface FileSystem {
  readonly device: string;
  readonly type: string;
  readonly source: string;
  /** Where gluster's client was told to mount it. */
  readonly startedAt?: string;
  /** `ill`: answers with an error; `unreachable`: its process lives, and reaches no brick. */
  fares: 'well' | 'dead' | 'silent' | 'ill' | 'unreachable';
}

interface Mounted {
  readonly fileSystem: FileSystem;
  readonly mountPoint: string;
  isReadOnly: boolean;
}

const MOUNT_FAILED = 32;
const STAT_ERRORS: Readonly<Record<string, string>> = {
  dead: 'Transport endpoint is not connected',
  unreachable: 'Transport endpoint is not connected',
  ill: 'Input/output error',
};

/** A machine whose mounts behave as Linux's do, with gluster's client. */
export class SimulatedHost implements NodeHost {
  /** The lowest first, as in /proc/self/mountinfo. */
  readonly mounts: Mounted[] = [];
  readonly directories = new Set<string>();
  /** Folders with something in them, and mount points that a process has open. */
  readonly filled = new Set<string>();
  readonly busy = new Set<string>();
  readonly commands: string[][] = [];
  readonly logs = new Map<string, string>();
  /** What gluster answers: volumes that it has; null: no host answers. */
  volumes: Set<string> | null = new Set(['vol_a', 'vol_b']);
  /** The host that is asked goes away meanwhile, upon which old clients end as if all were well. */
  breaksOff = false;
  /** The kernel knows of gluster's mounts that they are read-only. */
  showsReadOnly = true;
  silentPrograms = new Set<string>();
  missingPrograms = new Set<string>();
  /** Mounts that the host makes are seen in the container. */
  isShared = true;
  /** What the container mounts is seen on the host. */
  isSharedBack = true;
  #devices = 40;

  /** The first failure of commands with this word is this text. */
  failOnce: { readonly word: string; readonly stderr: string } | null = null;

  fileSystemAt(path: string): FileSystem {
    const found = this.#top(path)?.fileSystem;
    if (!found) throw new Error(`nothing is mounted at ${path}`);
    return found;
  }

  /** Somebody else's. */
  mountForeign(path: string): void {
    this.#add(path, { device: '8:1', type: 'ext4', source: '/dev/sda1', fares: 'well' }, false);
  }

  pathsOf(): readonly string[] {
    return this.mounts.map(({ mountPoint }) => mountPoint);
  }

  async run(argv: readonly string[]): Promise<string> {
    this.commands.push([...argv]);
    const words = argv[0] === 'nsenter' ? afterPrefixes(argv) : argv;
    if (argv.some((word) => this.silentPrograms.has(word))) throw new HostCommandError(argv, null, '');
    for (const word of argv) {
      if (this.missingPrograms.has(word)) throw new HostCommandError(argv, 127, `${word}: not found`);
    }
    if (this.failOnce && argv.includes(this.failOnce.word)) {
      const { stderr } = this.failOnce;
      this.failOnce = null;
      throw new HostCommandError(words, MOUNT_FAILED, stderr);
    }
    const [program, ...args] = words;
    if (program === 'mount') return this.#mount(words, args);
    if (program === 'umount') return this.#unmount(words, args.at(-1) ?? '', args.includes('--lazy'));
    if (program === 'stat') return this.#stat(words, args.at(-1) ?? '');
    return '';
  }

  #mount(argv: readonly string[], args: readonly string[]): string {
    const target = args.at(-1) ?? '';
    const options = (args[args.indexOf('-o') + 1] ?? '').split(',');
    if (!this.directories.has(target))
      throw new HostCommandError(argv, MOUNT_FAILED, `mount: ${target}: mount point does not exist.`);
    if (args[0] === '--bind') {
      const source = this.#top(args[1] ?? '');
      this.#add(
        target,
        source?.fileSystem ?? { device: '8:1', type: 'ext4', source: '/dev/sda1', fares: 'well' },
        source?.isReadOnly ?? false,
      );
      return '';
    }
    if (options.includes('remount')) {
      const top = this.#top(target);
      if (!top) throw new HostCommandError(argv, MOUNT_FAILED, `mount: ${target}: not mounted.`);
      top.isReadOnly = options.includes('ro');
      return '';
    }
    const source = args.at(-2) ?? '';
    const log = options.find((option) => option.startsWith('log-file='))?.slice('log-file='.length) ?? '';
    const say = (text: string): void => void this.logs.set(log, (this.logs.get(log) ?? '') + text);
    if (this.breaksOff) {
      say('E [rpc-clnt.c:346:saved_frames_unwind] 0-glusterfs: forced unwinding frame type(GlusterFS Handshake)\n');
      say(`E [glusterfsd-mgmt.c:2159:mgmt_getspec_cbk] 0-mgmt: failed to fetch volume file (key:${source})\n`);
      return '';
    }
    if (this.volumes === null) {
      say('E [glusterfsd-mgmt.c] 0-glusterfsd-mgmt: Exhausted all volfile servers\n');
      throw new HostCommandError(argv, 1, 'Mount failed. Check the log file for more details.');
    }
    if (!this.volumes.has(source.slice(source.lastIndexOf('/') + 1))) {
      say("E [glusterfsd-mgmt.c:1890:mgmt_getspec_cbk] 0-glusterfs: failed to get the 'volume file' from server\n");
      say(`E [glusterfsd-mgmt.c:2067:mgmt_getspec_cbk] 0-mgmt: failed to fetch volume file (key:${source})\n`);
      throw new HostCommandError(argv, 1, 'Mount failed. Check the log file for more details.');
    }
    const fileSystem: FileSystem = {
      device: `0:${this.#devices++}`,
      type: 'fuse.glusterfs',
      source,
      startedAt: target,
      fares: 'well',
    };
    if (this.isShared) this.#add(target, fileSystem, this.showsReadOnly && options.includes('ro'));
    return '';
  }

  #unmount(argv: readonly string[], target: string, isLazy: boolean): string {
    const top = this.#top(target);
    if (!top) throw new HostCommandError(argv, MOUNT_FAILED, `umount: ${target}: not mounted.`);
    if (this.busy.has(target) && !isLazy)
      throw new HostCommandError(argv, MOUNT_FAILED, `umount: ${target}: target is busy.`);
    this.mounts.splice(this.mounts.lastIndexOf(top), 1);
    return '';
  }

  #stat(argv: readonly string[], path: string): string {
    const top = this.#top(path);
    const said = top && STAT_ERRORS[top.fileSystem.fares];
    if (said) throw new HostCommandError(argv, 1, `stat: cannot read file system information for '${path}': ${said}`);
    if (top?.fileSystem.fares === 'silent') throw new HostCommandError(argv, null, '');
    if (!top && !this.directories.has(path))
      throw new HostCommandError(argv, 1, `stat: cannot read: No such file or directory`);
    return '4096 1000 600 500 64 60\n';
  }

  #add(mountPoint: string, fileSystem: FileSystem, isReadOnly: boolean): void {
    this.directories.add(mountPoint);
    this.mounts.push({ fileSystem, mountPoint, isReadOnly });
  }

  #top(path: string): Mounted | undefined {
    return this.mounts.findLast(({ mountPoint }) => mountPoint === path);
  }

  async mountInfo(): Promise<string> {
    const lines = this.mounts.map(({ fileSystem, mountPoint, isReadOnly }, i) =>
      [
        `${100 + i} 1 ${fileSystem.device} / ${escaped(mountPoint)} ${isReadOnly ? 'ro' : 'rw'},relatime ${this.isSharedBack ? `shared:${i} ` : ''}master:1 -`,
        `${fileSystem.type} ${escaped(fileSystem.source)} rw,user_id=0`,
      ].join(' '),
    );
    return `${['1 0 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw', ...lines].join('\n')}\n`;
  }

  async programs(name: string): Promise<readonly (readonly string[])[]> {
    if (name !== 'glusterfs') return [];
    const alive = this.mounts.filter(
      ({ fileSystem: { type, fares } }) => type === 'fuse.glusterfs' && fares !== 'dead',
    );
    return alive.map(({ fileSystem, mountPoint }) => ['/usr/sbin/glusterfs', fileSystem.startedAt ?? mountPoint]);
  }

  async realPath(path: string): Promise<string> {
    return path;
  }

  async isDirectory(path: string): Promise<boolean> {
    return this.directories.has(path);
  }

  async makeDirectory(path: string): Promise<void> {
    this.directories.add(path);
  }

  async removeDirectory(path: string): Promise<void> {
    if (this.#top(path)) throw new Error(`EBUSY: resource busy or locked, rmdir '${path}'`);
    if (this.filled.has(path)) throw new Error(`ENOTEMPTY: directory not empty, rmdir '${path}'`);
    this.directories.delete(path);
  }

  async sizeOf(path: string): Promise<number> {
    return Buffer.byteLength(this.logs.get(path) ?? '');
  }

  async readFrom(path: string, offset: number): Promise<string> {
    return Buffer.from(this.logs.get(path) ?? '')
      .subarray(offset)
      .toString();
  }
}

/** What nsenter and systemd-run start in the end. */
function afterPrefixes(argv: readonly string[]): readonly string[] {
  const inner = argv.slice(argv.indexOf('--') + 1);
  return inner[0] === 'systemd-run' && inner.includes('--') ? inner.slice(inner.indexOf('--') + 1) : inner;
}

function escaped(text: string): string {
  return text.replace(/[ \t\n\\]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
