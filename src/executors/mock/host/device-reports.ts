import type { CommandResult } from '../../executor.js';
import { fail, succeed } from '../world/answers.js';
import type { SimulatedHost } from '../world/simulated-host.js';
import { type Disk, type LogicalVolume, mapperPath } from '../world/storage.js';
import type { World } from '../world/world.js';

/* Programs that only look at devices. Lenient hosts have none of them: nothing about their devices is true. */

const BYTES_PER_KIB = 1024;

interface Row {
  readonly name: string;
  readonly kname: string;
  readonly type: string;
  readonly size: number;
  readonly ro: boolean;
  readonly fstype: string | null;
  readonly mountpoint: string | null;
  readonly children?: readonly Row[];
}

/** Only `lsblk --json --bytes --paths -o ... DEVICE`. */
export function lsblk(world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const name = args.at(-1) ?? '';
  if (world.isLenient) return fail(127, 'bash: lsblk: command not found');
  const disk = host.findDisk(name);
  if (!disk) {
    const stdout = '{\n   "blockdevices": [\n\n   ]\n}\n';
    return { exitCode: 32, stdout, stderr: `lsblk: ${name}: not a block device\n` };
  }
  return succeed(`${JSON.stringify({ blockdevices: [diskRow(host, disk)] }, null, 3)}\n`);
}

function diskRow(host: SimulatedHost, disk: Disk): Row {
  const volumes = [...(disk.pv?.group?.volumes.values() ?? [])].filter((volume) => volume.isActive);
  return {
    name: disk.path,
    kname: disk.path,
    type: 'disk',
    size: disk.sizeKib * BYTES_PER_KIB,
    ro: false,
    fstype: contentsOf(disk),
    mountpoint: mountPointOf(host, disk.path),
    ...(volumes.length > 0 && { children: volumes.map((volume) => volumeRow(host, volume)) }),
  };
}

function volumeRow(host: SimulatedHost, volume: LogicalVolume): Row {
  const name = mapperPath(volume);
  return {
    name,
    kname: name,
    type: 'lvm',
    size: volume.sizeKib * BYTES_PER_KIB,
    ro: false,
    fstype: volume.fileSystem?.type ?? null,
    mountpoint: mountPointOf(host, name),
  };
}

function contentsOf(disk: Disk): string | null {
  return disk.pv ? 'LVM2_member' : (disk.fileSystem?.type ?? null);
}

function mountPointOf(host: SimulatedHost, source: string): string | null {
  return [...host.mounts.values()].find((mount) => mount.source === source)?.target ?? null;
}

/** Only `stat [-L] -c %F PATH`, and `%g` of a directory. */
export function stat(world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const name = args.at(-1) ?? '';
  if (args.includes('%g')) {
    const directory = host.directory(name);
    return directory
      ? succeed(`${directory.group}\n`)
      : fail(1, `stat: cannot statx '${name}': No such file or directory`);
  }
  if (world.isLenient || host.findDisk(name)) return succeed('block special file\n');
  if (host.files.has(name)) return succeed('regular file\n');
  if (host.directory(name)) return succeed('directory\n');
  return fail(1, `stat: cannot statx '${name}': No such file or directory`);
}

/** Only `blkid -p DEVICE`. */
export function blkid(world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const name = args.at(-1) ?? '';
  const disk = world.isLenient ? undefined : host.findDisk(name);
  const volume = host.findLogicalVolume(name);
  const type = disk ? contentsOf(disk) : (volume?.fileSystem?.type ?? null);
  return type === null ? { exitCode: 2, stdout: '', stderr: '' } : succeed(`${name}: TYPE="${type}"\n`);
}

export function dmsetup(_world: World, _host: SimulatedHost, args: readonly string[]): CommandResult {
  return succeed(args[0] === 'targets' ? 'thin-pool        v1.22.0\nlinear           v1.4.0\n' : '');
}

/** Of XFS itself, and of each file that a client has written. */
const XFS_KIB = 40_092;
const FILE_KIB = 1024;

const DF_HEADING = 'Filesystem 1024-blocks Used Available Capacity Mounted on';

/** `df -P -k PATH...`: of a path that is no mount point it shows the file system that the path lies on. */
export function df(_: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const rows = args.filter((arg) => arg.startsWith('/')).map((path) => `${fileSystemRow(host, path)}\n`);
  return succeed(`${DF_HEADING}\n${rows.join('')}`);
}

function fileSystemRow(host: SimulatedHost, path: string): string {
  const { mount, fileSystem } = host.locate(path);
  const files = [...fileSystem.directories.values()].reduce(
    (sum, { contents }) => sum + (contents?.files.size ?? 0),
    0,
  );
  const totalKib = mount?.device.sizeKib ?? XFS_KIB * 100;
  const usedKib = XFS_KIB + files * FILE_KIB;
  const shares = `${totalKib} ${usedKib} ${totalKib - usedKib} ${Math.ceil((usedKib * 100) / totalKib)}%`;
  return `${mount?.source ?? '/dev/vda1'} ${shares} ${mount?.target ?? '/'}`;
}
