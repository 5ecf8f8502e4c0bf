import type { Answer, Command } from '../../executor.js';
import { runAll } from '../../executor.js';
import { failsWith } from '../../failures/failures.js';
import { glusterdByUnit } from '../gluster/glusterd.js';
import {
  BLOCK_DEVICE_COLUMNS,
  type BlockDevice,
  flattened,
  parseBlockDevices,
  parseSignatures,
} from '../host/block-devices.js';
import { lvm, lvmConfiguration, program, udevadm, wrapped } from '../host/command-lines.js';
import type { Hosts } from '../host/hosts.js';
import { LvmReportError, type OccupiedPhysicalVolumeRow, parseOccupiedPhysicalVolumes } from '../lvm/lvm-report.js';
import { isNoPhysicalVolume } from './lvm-device-commands.js';

/** Only looks: a host that takes longer than this to answer is in no state to take a device. */
const LOOK_TIMEOUT_MS = 60_000;

const READING = { mayFail: true, isReading: true };

const THIN_MODULE = 'dm_thin_pool';

export type Presence = 'present' | 'missing' | 'unknown';

/** What one round trip found out about a device and its host. `unknown` and null: no program there tells. */
export interface DeviceFacts {
  /** Commands are refused for want of rights; the text is what the host said. */
  readonly refusedRights: { readonly isSudo: boolean; readonly text: string } | null;
  readonly kind: 'block device' | 'absent' | 'other' | 'unknown';
  /** With all that is built on it; null when unknown. */
  readonly device: BlockDevice | null;
  /** Where the device itself is mounted. */
  readonly mountPoints: readonly string[];
  /** 'none': no physical volume. */
  readonly physicalVolume: OccupiedPhysicalVolumeRow | 'none' | 'unknown';
  /** Such as `ext4`, `LVM2_member`, `gpt`. */
  readonly signatures: readonly string[];
  /** What lvm.conf sets that puts words of its own into lvm's output, such as `log/command_names=1`. */
  readonly outputSettings: readonly string[];
  readonly lvm: Presence;
  readonly mkfsXfs: Presence;
  readonly thinCheck: Presence;
  /** The kernel's thin-provisioning target, loaded or loadable. */
  readonly thinTarget: Presence;
  readonly glusterd: 'running' | 'stopped' | 'unknown';
  /** Programs that could not be asked, so that a report can say what was not looked at. */
  readonly unanswered: readonly string[];
}

/** Looks at a device in one round trip; changes nothing. Throws only TransportError. */
export async function lookAtDevice(hosts: Hosts, host: string, name: string): Promise<DeviceFacts> {
  const { settings, executor } = hosts;
  const look = (...argv: readonly string[]): Command => program(argv, LOOK_TIMEOUT_MS, READING);
  // What belongs to LVM lives where lvm does: behind the wrapper when there is one.
  const beside = (...argv: readonly string[]): Command => look(...wrapped(settings), ...argv);
  const pvFields = 'pv_name,pv_uuid,vg_name,pv_count,lv_count';
  const batch = [
    look('lsblk', '--json', '--bytes', '--paths', '-o', BLOCK_DEVICE_COLUMNS, name),
    look('stat', '-L', '-c', '%F', name),
    look('findmnt', '-n', '-o', 'TARGET', '--source', name),
    lvm(settings, ['pvs', '-o', pvFields, '--reportformat=json', name], LOOK_TIMEOUT_MS, READING),
    look('blkid', '-p', name),
    look('mkfs.xfs', '-V'),
    beside('thin_check', '-V'),
    beside('modprobe', '--dry-run', THIN_MODULE),
    beside('dmsetup', 'targets'),
    look('systemctl', 'status', 'glusterd'),
    lvmConfiguration(settings, [...OUTPUT_SETTINGS.keys()], LOOK_TIMEOUT_MS),
    udevadm(settings, ['info', '--query=symlink', `--name=${name}`], READING),
  ] as const;
  const [lsblk, stat, findmnt, pvs, blkid, mkfs, thinCheck, modprobe, targets, systemctl, lvmConf] = (await runAll(
    executor,
    host,
    batch,
  )) as Answer[] as [Answer, Answer, Answer, Answer, Answer, Answer, Answer, Answer, Answer, Answer, Answer];
  const tree = lsblk.stdout === '' ? null : parseBlockDevices(lsblk.stdout);
  const [device = null] = tree ?? [];
  const physicalVolume = physicalVolumeOf(pvs, name);
  return {
    refusedRights: refusedRights([pvs, blkid, lsblk]),
    kind: kindOf(name, tree, lsblk, stat),
    device,
    mountPoints: [
      ...new Set([
        ...(findmnt.exitCode === 0 ? findmnt.stdout.split('\n').map(firstWord).filter(Boolean) : []),
        ...(device?.mountPoint ? [device.mountPoint] : []),
      ]),
    ],
    physicalVolume,
    signatures: [...new Set([...parseSignatures(blkid.stdout), ...(device?.contents ? [device.contents] : [])])],
    outputSettings: outputSettings(lvmConf.stdout),
    lvm: presence(pvs),
    mkfsXfs: presence(mkfs),
    thinCheck: presence(thinCheck),
    thinTarget: thinTarget(modprobe, targets),
    glusterd: glusterdByUnit(systemctl),
    unanswered: [
      ...(tree === null ? ['lsblk'] : []),
      ...(physicalVolume === 'unknown' ? ['lvm pvs'] : []),
      ...(failsWith(blkid, 'program missing') ? ['blkid'] : []),
      ...(failsWith(findmnt, 'program missing') ? ['findmnt'] : []),
    ],
  };
}

/** The first of these paths that is a block device on the host; null when none is. */
export async function firstBlockDevice(
  { executor }: Hosts,
  host: string,
  paths: readonly string[],
): Promise<string | null> {
  const batch = paths.map((path) => program(['stat', '-L', '-c', '%F', path], LOOK_TIMEOUT_MS, READING));
  const answers = await runAll(executor, host, batch);
  const at = answers.findIndex(({ exitCode, stdout }) => exitCode === 0 && stdout.startsWith('block special'));
  return paths[at] ?? null;
}

/** All that is built on the device and keeps it from being wiped: volumes, arrays, mounts. */
export function holdersOf(device: BlockDevice): readonly BlockDevice[] {
  return flattened(device)
    .slice(1)
    .filter((on) => on.type !== 'part' || on.mountPoint !== null);
}

/** Older ones of lsblk know no JSON; stat then says whether there is a device of this name. */
function kindOf(name: string, tree: readonly BlockDevice[] | null, lsblk: Answer, stat: Answer): DeviceFacts['kind'] {
  if (tree && tree.length > 0) return 'block device';
  if (tree === null && lsblk.exitCode === 0) return 'unknown'; // it answered, in words that nobody understands
  if (failsWith(stat, 'file absent', { path: name })) return 'absent';
  if (stat.exitCode === 0 && stat.stdout !== '' && !stat.stdout.startsWith('block special')) return 'other';
  if (tree === null || !failsWith(lsblk, 'not a block device')) return 'unknown';
  return stat.exitCode === 0 ? 'other' : 'absent';
}

function physicalVolumeOf(pvs: Answer, name: string): DeviceFacts['physicalVolume'] {
  if (pvs.exitCode !== 0) return isNoPhysicalVolume(pvs, name) ? 'none' : 'unknown';
  try {
    const [row] = parseOccupiedPhysicalVolumes(pvs.stdout);
    // Real ones have a UUID; the simulated hosts of the original's mock don't.
    return row && row.pvUuid !== '' ? row : 'none';
  } catch (error) {
    if (error instanceof LvmReportError) return 'unknown';
    throw error;
  }
}

function refusedRights(results: readonly Answer[]): DeviceFacts['refusedRights'] {
  const refused = results.find(areRightsMissing);
  if (!refused) return null;
  return { isSudo: SUDO.some((kind) => failsWith(refused, kind)), text: refused.stderr.trim() };
}

const SUDO = ['sudo refused', 'sudo failed'] as const;
const NO_RIGHTS = [...SUDO, 'rights missing', 'program not executable'] as const;

function areRightsMissing(answer: Answer): boolean {
  return NO_RIGHTS.some((kind) => failsWith(answer, kind));
}

/** A program that ran, whatever it said, is there. */
function presence(result: Answer): Presence {
  if (failsWith(result, 'program missing')) return 'missing';
  return areRightsMissing(result) ? 'unknown' : 'present';
}

function thinTarget(modprobe: Answer, targets: Answer): Presence {
  if (/^thin-pool\b/m.test(targets.stdout) || modprobe.exitCode === 0) return 'present';
  // Both must say so: a container has no modules of its own, and a kernel may have the target built in.
  const isListed = targets.exitCode === 0 && /^\S+\s+v\d/m.test(targets.stdout);
  return isListed && failsWith(modprobe, 'kernel module absent', { module: THIN_MODULE }) ? 'missing' : 'unknown';
}

/** What decides on lvm's output, with the values that leave it plain. */
const OUTPUT_SETTINGS: ReadonlyMap<string, readonly string[]> = new Map([
  ['log/command_names', ['0']],
  ['log/prefix', ['"  "', '""']],
]);

/** Lines of `lvm dumpconfig log/command_names log/prefix`, such as `command_names=1`. */
function outputSettings(stdout: string): readonly string[] {
  return stdout.split('\n').flatMap((line) => {
    const at = line.indexOf('=');
    const name = `log/${line.slice(0, at).trim()}`;
    const plain = at < 0 ? undefined : OUTPUT_SETTINGS.get(name);
    const value = line.slice(at + 1).trim();
    return plain && !plain.includes(value) ? [`${name}=${value}`] : [];
  });
}

function firstWord(line: string): string {
  return line.trim().split(/\s+/)[0] ?? '';
}
