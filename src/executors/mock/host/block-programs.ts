import type { CommandResult } from '../../executor.js';
import { fail, succeed } from '../world/answers.js';
import { FileSystem, normalPath } from '../world/file-system.js';
import { beginGlusterd } from '../world/reinstallation.js';
import type { SimulatedHost } from '../world/simulated-host.js';
import { type Disk, type LogicalVolume, mapperPath } from '../world/storage.js';
import type { World } from '../world/world.js';

const MORE_IN_DMESG = '       dmesg(1) may have more information after failed mount system call.';
const XFS_MINIMUM_KIB = 16 * 1024;

interface BlockDevice {
  readonly name: string;
  readonly device: Disk | LogicalVolume;
  readonly isPv: boolean;
}

function findBlockDevice(world: World, host: SimulatedHost, name: string): BlockDevice | null {
  const volume = host.findLogicalVolume(name);
  if (volume)
    return volume.kind === 'pool' || !volume.isActive
      ? null
      : { name: mapperPath(volume), device: volume, isPv: false };
  if (/^\/dev\/mapper\//.test(name)) return null;
  const disk = world.disk(host, name);
  return disk && { name: disk.path, device: disk, isPv: disk.pv !== null };
}

export function mkfsXfs(world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const layout: string[] = [];
  let name = '';
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (/^-[bcdilmnrs]$/.test(arg)) layout.push(arg, args[++i] ?? '');
    else if (!arg.startsWith('-')) name = arg;
  }
  if (args[0] === '-V') return succeed('mkfs.xfs version 6.1.0\n');
  const isForced = args.includes('-f');
  const found = findBlockDevice(world, host, name);
  if (!found) return fail(1, `Error accessing specified device ${name}: No such file or directory`, 'Usage: mkfs.xfs');
  const { device } = found;
  if (device.mounts > 0) return fail(1, `mkfs.xfs: ${found.name} contains a mounted filesystem`, 'Usage: mkfs.xfs');
  const contents = found.isPv ? 'LVM2_member' : device.fileSystem?.type;
  if (contents && !isForced) {
    return fail(
      1,
      `mkfs.xfs: ${found.name} appears to contain an existing filesystem (${contents}).`,
      'mkfs.xfs: Use the -f option to force overwrite.',
    );
  }
  if (device.sizeKib < XFS_MINIMUM_KIB && !world.isLenient) {
    return fail(1, `size ${device.sizeKib / 4} of data subvolume is too small, minimum 4096 blocks`, 'Usage: mkfs.xfs');
  }
  device.fileSystem = new FileSystem('xfs', layout.join(' '));
  return succeed(
    `meta-data=${found.name} isize=512\ndata     =                       bsize=4096   blocks=${Math.floor(device.sizeKib / 4)}\nDiscarding blocks...Done.\n`,
  );
}

/** `mount -o OPTIONS DEVICE DIR`, and without arguments the list. */
export function mount(world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  if (args.length === 0) {
    return succeed(
      [...host.mounts.values()]
        .map((m) => `${m.source} on ${m.target} type ${m.fileSystem.type} (${m.options})\n`)
        .join(''),
    );
  }
  const at = args.indexOf('-o');
  const options = at < 0 ? '' : (args[at + 1] ?? '');
  const [source = '', target = ''] = args.slice(-2);
  if (args[args.indexOf('-t') + 1] === 'glusterfs') return mountVolume(world, host, source, normalPath(target));
  return mountOne(world, host, source, normalPath(target), options);
}

/** Only what gluster's hosts see of it: there are no files to be read. */
function mountVolume(world: World, host: SimulatedHost, source: string, target: string): CommandResult {
  const colon = source.indexOf(':');
  const volume = world
    .hostByStorageName(source.slice(0, colon))
    ?.pool.volumes.get(source.slice(colon + 1).replace(/^\//, ''));
  if (volume?.status !== 1) return fail(1, 'Mount failed. Check the log file for more details.');
  volume.clients.set(`${host.manage}:${target}`, `${host.peerName}:${49_100 - volume.clients.size}`);
  return succeed();
}

export function mountOne(
  world: World,
  host: SimulatedHost,
  source: string,
  target: string,
  options: string,
): CommandResult {
  const found = findBlockDevice(world, host, source);
  if (!found) return fail(32, `mount: ${target}: special device ${source} does not exist.`, MORE_IN_DMESG);
  if (!host.directory(target)) return fail(32, `mount: ${target}: mount point does not exist.`, MORE_IN_DMESG);
  if (host.mounts.has(target))
    return fail(32, `mount: ${target}: ${found.name} already mounted on ${target}.`, MORE_IN_DMESG);
  const { fileSystem } = found.device;
  if (!fileSystem) {
    return fail(
      32,
      `mount: ${target}: wrong fs type, bad option, bad superblock on ${source}, missing codepage or helper program, or other error.`,
      MORE_IN_DMESG,
    );
  }
  host.mount({ source: found.name, target, options, device: found.device, fileSystem });
  return succeed();
}

function unmountVolume(host: SimulatedHost, target: string): boolean {
  return [...host.pool.volumes.values()].some(({ clients }) => clients.delete(`${host.manage}:${target}`));
}

export function umount(world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const given = args.at(-1) ?? '';
  const found = host.mounts.get(normalPath(given));
  if (!found && unmountVolume(host, normalPath(given))) return succeed();
  if (!found)
    return fail(
      32,
      host.directory(given) ? `umount: ${given}: not mounted.` : `umount: ${given}: no mount point specified.`,
    );
  // Brick processes keep the file system busy while their volume runs.
  if (!world.isLenient && isServing(host, found.target)) return fail(32, `umount: ${given}: target is busy.`);
  host.unmount(found);
  return succeed();
}

function isServing(host: SimulatedHost, target: string): boolean {
  if (!host.brickParents.has(target) && !host.brickPaths.has(target)) return false;
  for (const [path, volume] of host.brickPaths) {
    if (!(path === target || path.startsWith(`${target}/`))) continue;
    const brick = volume.bricks.find((other) => other.node === host && other.path === path);
    if (volume.status === 1 && !brick?.isDown) return true;
  }
  return false;
}

/** `findmnt -n -o SOURCE DIR`, `findmnt -n -o TARGET --source DEVICE` and `findmnt -n DEVICE DIR`. */
export function findmnt(_world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const none = { exitCode: 1, stdout: '', stderr: '' };
  const last = args.at(-1) ?? '';
  if (args.includes('--source')) {
    const found = [...host.mounts.values()].filter((mount) => mount.source === last);
    return found.length > 0 ? succeed(found.map((mount) => `${mount.target}\n`).join('')) : none;
  }
  const found = host.mounts.get(normalPath(last));
  if (args.includes('-o')) return found ? succeed(`${found.source}\n`) : none;
  if (!found || found.source !== args.at(-2)) return none;
  return succeed(`${found.target} ${found.source} ${found.fileSystem.type} ${found.options}\n`);
}

export function mountpoint(_world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  return { exitCode: host.mounts.has(normalPath(args.at(-1) ?? '')) ? 0 : 32, stdout: '', stderr: '' };
}

export function wipefs(world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const name = args.at(-1) ?? '';
  const disk = world.disk(host, name);
  if (!disk) return fail(1, `wipefs: error: ${name}: probing initialization failed: No such file or directory`);
  const group = disk.pv?.group;
  if (!world.isLenient && (disk.mounts > 0 || (group && group.volumes.size > 0))) {
    return fail(1, `wipefs: error: ${name}: probing initialization failed: Device or resource busy`);
  }
  const lines: string[] = [];
  if (disk.pv) lines.push(`${name}: 8 bytes were erased at offset 0x00000218 (LVM2_member): 4c 56 4d 32 20 30 30 31\n`);
  if (disk.fileSystem)
    lines.push(`${name}: 2 bytes were erased at offset 0x00000438 (${disk.fileSystem.type}): 53 ef\n`);
  if (group && !world.isLenient) host.groups.delete(group.name);
  disk.pv = null;
  disk.fileSystem = null;
  return succeed(lines.join(''));
}

export function udevadm(world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const name = args.find((arg) => arg.startsWith('--name='))?.slice('--name='.length) ?? '';
  if (args[0] !== 'info') return succeed();
  const disk = world.disk(host, name);
  if (!disk) return fail(1, `Unknown device "${name}": No such device`);
  const links = [...disk.links, ...(disk.pv?.uuid ? [`/dev/disk/by-id/lvm-pv-uuid-${disk.pv.uuid}`] : [])];
  return succeed(`${links.map((link) => link.replace('/dev/', '')).join(' ')}\n`);
}

const SERVICES = new Map<string, 'isGlusterdUp' | 'isBlockDaemonUp' | 'isBlockTargetUp'>([
  ['glusterd', 'isGlusterdUp'],
  ['gluster-blockd', 'isBlockDaemonUp'],
  ['tcmu-runner', 'isBlockTargetUp'],
]);

export function systemctl(_world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const [verb = '', unit = ''] = args;
  const name = unit.replace(/\.service$/, '');
  const service = SERVICES.get(name);
  if (!service) return fail(4, `Unit ${name}.service could not be found.`);
  if (verb === 'start' || verb === 'stop' || verb === 'restart') {
    host[service] = verb !== 'stop';
    if (service === 'isGlusterdUp' && verb !== 'stop') beginGlusterd(host);
    return succeed();
  }
  const isUp = host[service];
  const state = isUp ? 'active (running)' : 'inactive (dead)';
  const stdout = `${isUp ? '●' : '○'} ${name}.service\n     Active: ${state}\n`;
  return { exitCode: isUp ? 0 : 3, stdout, stderr: '' };
}
