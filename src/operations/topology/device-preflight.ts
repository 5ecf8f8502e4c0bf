import { brickSpace } from '../../domain/allocator/brick-space.js';
import { type Device, volumeGroupName } from '../../domain/device.js';
import { DomainError } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { manageName, type Node } from '../../domain/node.js';
import { type DeviceFacts, holdersOf, lookAtDevice } from '../../executors/commands/device/device-facts.js';
import { TransportError } from '../../executors/executor.js';
import type { ReadTx } from '../../store/store.js';
import type { OperationContext } from '../engine/operation.js';
import type { DevicePreflight, PreflightCheck } from '../ports/devices.js';

/** LVM's label and metadata area before the first extent (pvcreate --metadatasize=128M), rounded up generously. */
const LVM_AREA_KIB = 129 * 1024;
const EXTENT_KIB = 4096;

/** Looks at a device before it is taken; changes nothing. Throws TransportError when the host can't be asked. */
export async function inspectCandidate(context: OperationContext, node: Node, name: string): Promise<DevicePreflight> {
  const host = manageName(node);
  const facts = await lookAtDevice(context.hosts, host, name);
  const owner = await context.store.read((tx) => findOwner(tx, facts));
  const minimumKib = smallestDeviceKib(context.settings.limits.minBrickKib);
  const checks = checksOf(facts, { name, host, owner, minimumKib });
  const problems = checks.filter((check) => check.result === 'problem');
  return {
    nodeId: node.id,
    host,
    device: name,
    sizeKib: facts.device && Number.isFinite(facts.device.sizeBytes) ? Math.floor(facts.device.sizeBytes / 1024) : null,
    isUsable: problems.length === 0,
    isUsableIfWiped: problems.every((check) => check.isMendedByWiping),
    checks,
  };
}

/** The refusal of a device: each problem with what to do about it. */
export function preflightRefusal(preflight: DevicePreflight, mayDestroyData: boolean): DomainError {
  const problems = preflight.checks.filter(
    (check) => check.result === 'problem' && !(mayDestroyData && check.isMendedByWiping),
  );
  const lines = problems.map(({ detail, advice }) => (advice ? `${detail}; ${advice}` : detail));
  const start = `Initializing device ${preflight.device} failed on ${preflight.host}`;
  return new DomainError(
    'failed',
    lines.length === 1 ? `${start}: ${lines[0]}` : `${start}:\n${lines.map((line) => `- ${line}`).join('\n')}`,
  );
}

/** A device that holds less than one brick of the smallest size is of no use. */
export function smallestDeviceKib(minBrickKib: number): number {
  const { totalKib, poolMetadataKib } = brickSpace(minBrickKib, 1, EXTENT_KIB);
  return LVM_AREA_KIB + totalKib + poolMetadataKib + EXTENT_KIB;
}

/** The device of this server that the disk is already, by its UUID or its volume group. */
async function findOwner(tx: ReadTx, { physicalVolume }: DeviceFacts): Promise<Device | null> {
  if (typeof physicalVolume !== 'object') return null;
  const { pvUuid, vgName } = physicalVolume;
  return (await tx.devices.findByPvUuid(pvUuid)) ?? (await findByVolumeGroup(tx, vgName));
}

async function findByVolumeGroup(tx: ReadTx, vgName: string): Promise<Device | null> {
  const device = await tx.devices.find(vgName.slice(volumeGroupName('').length));
  return device && volumeGroupName(device.id) === vgName ? device : null;
}

interface Candidate {
  readonly name: string;
  readonly host: string;
  readonly owner: Device | null;
  readonly minimumKib: number;
}

function checksOf(facts: DeviceFacts, candidate: Candidate): readonly PreflightCheck[] {
  return [
    rights(facts, candidate),
    existence(facts, candidate),
    size(facts, candidate),
    use(facts, candidate),
    lvmUse(facts, candidate),
    contents(facts, candidate),
    tools(facts, candidate),
    thinProvisioning(facts, candidate),
    glusterd(facts, candidate),
  ];
}

const ok = (name: PreflightCheck['name'], detail: string): PreflightCheck => ({
  name,
  result: 'ok',
  detail,
  advice: null,
  isMendedByWiping: false,
});
const unknown = (name: PreflightCheck['name'], detail: string): PreflightCheck => ({
  ...ok(name, detail),
  result: 'unknown',
});
const warning = (name: PreflightCheck['name'], detail: string, advice: string): PreflightCheck => ({
  ...ok(name, detail),
  result: 'warning',
  advice,
});
const problem = (
  name: PreflightCheck['name'],
  detail: string,
  advice: string,
  isMendedByWiping = false,
): PreflightCheck => ({ name, result: 'problem', detail, advice, isMendedByWiping });

function rights({ refusedRights, lvm }: DeviceFacts, { host }: Candidate): PreflightCheck {
  if (refusedRights?.isSudo) {
    return problem(
      'rights',
      `sudo refuses this server's user (${lastLine(refusedRights.text)})`,
      `on ${host}, allow it with a line "USER ALL=(ALL) NOPASSWD: ALL" in /etc/sudoers.d/`,
    );
  }
  if (refusedRights) {
    return problem(
      'rights',
      `commands do not run with root's rights (${lastLine(refusedRights.text)})`,
      'log in as root, or set sshexec.sudo to true',
    );
  }
  return lvm === 'unknown' ? unknown('rights', 'not known') : ok('rights', 'commands run with the rights they need');
}

function existence({ kind, device }: DeviceFacts, { name, host }: Candidate): PreflightCheck {
  const list = `see the devices of ${host} with: lsblk --paths`;
  if (kind === 'absent') return problem('device', `${name} does not exist`, list);
  if (kind === 'other') return problem('device', `${name} is not a block device`, list);
  if (!device) return unknown('device', `${host} has no lsblk that answers in JSON`);
  if (device.isReadOnly) {
    return problem('device', `${name} is read-only`, `find out why with: dmesg | grep ${shortName(name)}`);
  }
  if (device.type === 'rom') return problem('device', `${name} is an optical drive`, list);
  return ok('device', `${name} is a block device (${device.type})`);
}

function size({ device }: DeviceFacts, { name, minimumKib }: Candidate): PreflightCheck {
  if (!device || !Number.isFinite(device.sizeBytes)) return unknown('size', 'not known');
  const kib = Math.floor(device.sizeBytes / 1024);
  if (kib >= minimumKib) return ok('size', `${mib(kib)} MiB`);
  return problem(
    'size',
    `${name} has ${mib(kib)} MiB, less than LVM's metadata and the smallest brick need (${mib(minimumKib)} MiB)`,
    'use a larger device, or lower brick_min_size_gb',
  );
}

/** Mounts, swap, arrays, encryption and logical volumes on the device: nothing gets past these. */
function use(facts: DeviceFacts, { name, host }: Candidate): PreflightCheck {
  const { device, physicalVolume, mountPoints, unanswered } = facts;
  const [mountPoint] = mountPoints;
  if (mountPoint === '[SWAP]') {
    return problem('use', `${name} is used as swap`, `on ${host}: swapoff ${name}, and remove it from /etc/fstab`);
  }
  if (mountPoint) {
    return problem(
      'use',
      `${name} is mounted on ${mountPoint}`,
      `if nothing needs it, on ${host}: umount ${mountPoint}, and remove it from /etc/fstab`,
    );
  }
  // Logical volumes of its own volume group are told with that group.
  const hasGroup = typeof physicalVolume === 'object' && physicalVolume.vgName !== '';
  const holders = (device ? holdersOf(device) : []).filter(
    (on) => on.mountPoint !== null || !(hasGroup && on.type === 'lvm'),
  );
  if (holders.length > 0) {
    const mounted = holders.find((holder) => holder.mountPoint !== null);
    const list = holders.slice(0, 4).map((holder) => `${holder.name} (${holderKind(holder.type)})`);
    const more = holders.length > list.length ? ` and ${holders.length - list.length} more` : '';
    return problem(
      'use',
      `${name} is in use by ${list.join(', ')}${more}${mounted ? `, mounted on ${mounted.mountPoint}` : ''}`,
      `see what needs it on ${host} with: lsblk ${name}`,
    );
  }
  if (!device && unanswered.includes('findmnt')) return unknown('use', 'not known');
  return ok('use', 'not mounted, nothing is built on it');
}

function lvmUse(facts: DeviceFacts, { name, host, owner }: Candidate): PreflightCheck {
  const { physicalVolume, lvm, signatures } = facts;
  if (lvm === 'missing') return unknown('lvm', 'not known without lvm');
  if (physicalVolume === 'unknown') return unknown('lvm', 'lvm pvs did not answer');
  if (physicalVolume === 'none' && signatures.includes('LVM2_member')) {
    return problem(
      'lvm',
      `${name} carries a label of LVM that lvm on ${host} does not show: a filter of lvm.conf or LVM's devices file hides it`,
      `see what hides it on ${host}: lvmconfig devices; lvmdevices. If nothing on it is needed: wipefs --all ${name}`,
    );
  }
  if (physicalVolume === 'none') return ok('lvm', 'no physical volume of LVM');
  const { pvUuid, vgName, lvCount, pvCount } = physicalVolume;
  if (owner) {
    return problem(
      'lvm',
      `${name} is device ${owner.id} of this server already (physical volume ${pvUuid})`,
      `see: heketi-cli device info ${owner.id}`,
    );
  }
  if (vgName === '') {
    return warning(
      'lvm',
      `${name} is physical volume ${pvUuid} of no volume group`,
      'it holds no data and will be initialized anew',
    );
  }
  const whose = /^vg_[0-9a-f]{32}$/.test(vgName)
    ? 'made by another Heketi or Mortar server, or before this database'
    : 'not made by this server';
  const holds = lvCount === null ? '' : ` with ${count(lvCount, 'logical volume')}`;
  const isEmpty = lvCount === 0 && pvCount === 1;
  return problem(
    'lvm',
    `${name} already contains Physical Volume ${pvUuid} of volume group ${vgName}${holds} (${whose}); ` +
      'lvm refuses such a device with "Can\'t initialize physical volume ... without -ff"',
    isEmpty
      ? `if it is not needed, on ${host}: vgremove ${vgName} && pvremove ${name}; or add it with destroydata`
      : `if nothing in it is needed, on ${host}: vgremove ${vgName} (it asks for each logical volume), then pvremove ${name}`,
    isEmpty,
  );
}

/** A partition table, a file system or another signature on the device itself. */
function contents({ device, signatures, unanswered }: DeviceFacts, { name, host }: Candidate): PreflightCheck {
  const partitions = device?.children.filter((child) => child.type === 'part') ?? [];
  if (partitions.length > 0) {
    const valuable = partitions.filter((part) => part.contents !== null || part.children.length > 0);
    const names = partitions.map((part) => (part.contents ? `${part.name} (${part.contents})` : part.name));
    return problem(
      'contents',
      `${name} has a partition table with ${names.join(', ')}`,
      `name one of the partitions instead, or remove them on ${host}: wipefs --all ${[...partitions.map((part) => part.name), name].join(' ')}`,
      // Whoever names the disk has not named what its partitions hold.
      valuable.length === 0,
    );
  }
  const found = signatures.filter((type) => type !== 'LVM2_member');
  const member = found.find((type) => /^ceph|_member$|crypto_LUKS|^bcache|^zfs/.test(type));
  if (found.length > 0) {
    return problem(
      'contents',
      member
        ? `${name} belongs to other storage software (${member})`
        : `${name} already contains data (${found.join(', ')})`,
      `if it is not needed, on ${host}: wipefs --all ${name}; or add the device with destroydata`,
      true,
    );
  }
  if (!device && unanswered.includes('blkid')) return unknown('contents', 'not known');
  return ok('contents', 'no file system, partition table or other signature');
}

function tools({ lvm, mkfsXfs, thinCheck, outputSettings }: DeviceFacts, { host }: Candidate): PreflightCheck {
  const missing = [...(lvm === 'missing' ? ['lvm2'] : []), ...(mkfsXfs === 'missing' ? ['xfsprogs'] : [])];
  if (missing.length > 0) {
    return problem('tools', `${missing.join(' and ')} not installed`, `install on ${host}: ${missing.join(' ')}`);
  }
  if (thinCheck === 'missing') {
    return warning(
      'tools',
      'thin_check is not installed; LVM then activates thin pools unchecked, and can not repair them',
      `install on ${host}: device-mapper-persistent-data (Red Hat) or thin-provisioning-tools (Debian)`,
    );
  }
  if (outputSettings.length > 0) {
    return warning(
      'tools',
      `lvm.conf on ${host} puts words of its own before what lvm prints (${outputSettings.join(', ')})`,
      `this server asks lvm for plain output; other programs there may not: remove the setting from /etc/lvm/lvm.conf`,
    );
  }
  return lvm === 'unknown' ? unknown('tools', 'not known') : ok('tools', 'lvm, mkfs.xfs and thin_check are there');
}

function thinProvisioning({ thinTarget }: DeviceFacts, { host }: Candidate): PreflightCheck {
  if (thinTarget === 'present') return ok('thin provisioning', 'the kernel has the thin-pool target');
  if (thinTarget === 'unknown') return unknown('thin provisioning', 'not known: no dmsetup or modprobe that tells');
  return problem(
    'thin provisioning',
    'the kernel has no thin-pool target, which every brick needs',
    `on ${host}: modprobe dm_thin_pool, or install the kernel's module package`,
  );
}

/** A stopped glusterd does not spoil a device; volumes will need it. */
function glusterd(facts: DeviceFacts, { host }: Candidate): PreflightCheck {
  if (facts.glusterd === 'running') return ok('glusterd', 'running');
  if (facts.glusterd === 'unknown') return unknown('glusterd', 'not known: no systemctl that tells');
  return warning('glusterd', `glusterd does not run on ${host}`, 'start it: systemctl start glusterd');
}

function holderKind(type: string): string {
  if (type === 'lvm') return 'logical volume';
  if (type === 'crypt') return 'encryption';
  if (type === 'mpath') return 'multipath';
  return type.startsWith('raid') || type === 'md' ? 'md array' : type;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

function mib(kib: number): number {
  return Math.floor(kib / 1024);
}

function shortName(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

function lastLine(text: string): string {
  return text.slice(text.lastIndexOf('\n') + 1).trim();
}

/** The same for a client that asks; the text for a missing node is that of adding a device. */
export async function preflightDevice(context: OperationContext, nodeId: Id, name: string): Promise<DevicePreflight> {
  const node = await context.store.read((tx) => tx.nodes.find(nodeId));
  if (!node) throw new DomainError('not_found', 'Node id does not exist');
  try {
    return await inspectCandidate(context, node, name);
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    throw new DomainError('failed', `${name} could not be looked at: ${error.message}`, { cause: error });
  }
}
