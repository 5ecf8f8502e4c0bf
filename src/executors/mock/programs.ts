import type { CommandResult } from '../executor.js';
import { glusterBlock } from './gluster/gluster-block-program.js';
import { gluster } from './gluster/gluster-program.js';
import { findmnt, mkfsXfs, mount, mountpoint, systemctl, udevadm, umount, wipefs } from './host/block-programs.js';
import { blkid, df, dmsetup, lsblk, stat } from './host/device-reports.js';
import {
  brickClaims,
  cat,
  chmod,
  chown,
  dd,
  fstabAppend,
  fstabDelete,
  glusterdUuid,
  grep,
  mkdir,
  rmdir,
  sed,
  tail,
} from './host/file-programs.js';
import { ls } from './host/list-directory.js';
import { getent } from './host/name-service.js';
import { pvcreate, pvremove, vgcreate, vgdisplay, vgremove } from './lvm/lvm-groups.js';
import { pvresize, vgextend } from './lvm/lvm-growth.js';
import { lvs, pvs, vgs } from './lvm/lvm-reports.js';
import { lvchange, lvcreate, lvremove } from './lvm/lvm-volumes.js';
import { fail, succeed } from './world/answers.js';
import { withNoise } from './world/host-noise.js';
import type { SimulatedHost } from './world/simulated-host.js';
import type { SimulatedProgram, World } from './world/world.js';

const PROGRAMS: ReadonlyMap<string, SimulatedProgram> = new Map<string, SimulatedProgram>([
  ['blkid', blkid],
  ['brick-claims', brickClaims],
  ['cat', cat],
  ['chmod', chmod],
  ['chown', chown],
  ['dd', dd],
  ['df', df],
  ['dmsetup', dmsetup],
  ['findmnt', findmnt],
  ['fstab-append', fstabAppend],
  ['fstab-delete', fstabDelete],
  ['getent', getent],
  ['gluster', gluster],
  ['gluster-block', glusterBlock],
  ['glusterd-uuid', glusterdUuid],
  ['grep', grep],
  ['ls', ls],
  ['lsblk', lsblk],
  ['lvchange', lvchange],
  ['lvcreate', lvcreate],
  ['lvremove', lvremove],
  ['lvs', lvs],
  ['mkdir', mkdir],
  ['mkfs.xfs', mkfsXfs],
  ['modprobe', () => succeed()],
  ['mount', mount],
  ['mountpoint', mountpoint],
  ['pvcreate', pvcreate],
  ['pvremove', pvremove],
  ['pvresize', pvresize],
  ['pvs', pvs],
  ['rmdir', rmdir],
  ['sed', sed],
  ['stat', stat],
  ['systemctl', systemctl],
  ['tail', tail],
  ['thin_check', () => succeed('0.9.0\n')],
  ['udevadm', udevadm],
  ['umount', umount],
  ['vgcreate', vgcreate],
  ['vgdisplay', vgdisplay],
  ['vgextend', vgextend],
  ['vgremove', vgremove],
  ['vgs', vgs],
  ['wipefs', wipefs],
  ['lsof', () => ({ exitCode: 1, stdout: '', stderr: '' })],
]);

/** The program that does the work, behind lvm's front end, an lvm wrapper or sudo; a script goes by its name. */
export interface ResolvedCommand {
  readonly name: string;
  readonly args: readonly string[];
}

export function resolveCommand(argv: readonly string[]): ResolvedCommand {
  const path = argv[0] ?? '';
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name === 'lvm') return { name: argv[1] ?? '', args: argv.slice(2) };
  if (PROGRAMS.has(name)) return { name, args: argv.slice(1) };
  if (name === 'bash' && argv[1] === '-c') return { name: argv[3] ?? '', args: argv.slice(4) };
  const next = argv[1] ?? '';
  if (name === 'sudo' || next.endsWith('/lvm') || next.endsWith('/udevadm')) return resolveCommand(argv.slice(1));
  return { name, args: argv.slice(1) };
}

export function runProgram(world: World, host: SimulatedHost, { name, args }: ResolvedCommand): CommandResult {
  const program = PROGRAMS.get(name);
  if (!program) return fail(127, `bash: ${name}: command not found`);
  const result = program(world, host, args);
  return host.noise ? withNoise(result, host.noise, name) : result;
}

/** How latencies are configured: `lvcreate`, `gluster volume start`. */
export function latencyKey({ name, args }: ResolvedCommand): string {
  if (name !== 'gluster') return name;
  return ['gluster', ...args.filter((arg) => !arg.startsWith('--')).slice(0, 2)].join(' ');
}

/** The volume group whose lock a command takes; null for one that takes none, or only reads. */
export function changedGroup({ name, args }: ResolvedCommand): string | null {
  if (name !== 'lvcreate' && name !== 'lvremove') return null;
  const volume = args.find((arg) => !arg.startsWith('-') && arg.includes('/'));
  return volume?.slice(0, volume.indexOf('/')) ?? null;
}
