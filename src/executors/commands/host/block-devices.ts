/** A block device as lsblk shows it, with what is built on it. Size in bytes. */
export interface BlockDevice {
  /** With /dev/ in front; device-mapper devices as /dev/mapper/NAME. */
  readonly name: string;
  /** `disk`, `part`, `lvm`, `crypt`, `mpath`, `raid1`, `rom`, `loop`, ... */
  readonly type: string;
  readonly sizeBytes: number;
  readonly isReadOnly: boolean;
  /** `ext4`, `LVM2_member`, `ceph_bluestore`, ...; null: none, or not known to udev. */
  readonly contents: string | null;
  /** `[SWAP]` for swap in use; null when not mounted. */
  readonly mountPoint: string | null;
  readonly children: readonly BlockDevice[];
}

/** Columns that `parseBlockDevices` needs, for `lsblk --json --bytes --paths -o`. */
export const BLOCK_DEVICE_COLUMNS = 'NAME,KNAME,TYPE,SIZE,RO,FSTYPE,MOUNTPOINT';

/** The devices at the top of lsblk's tree; null when the text is not lsblk's JSON (older ones know none). */
export function parseBlockDevices(stdout: string): readonly BlockDevice[] | null {
  let json: unknown;
  try {
    json = JSON.parse(betweenBraces(stdout));
  } catch {
    return null;
  }
  const devices = isRecord(json) ? json['blockdevices'] : null;
  return Array.isArray(devices) ? devices.map(blockDevice) : null;
}

/** From the first line that begins with a brace to the last one: where streams are one, notes stand around it. */
function betweenBraces(text: string): string {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => line.trimStart().startsWith('{'));
  const last = lines.findLastIndex((line) => line.trimStart().startsWith('}') || line.trimEnd().endsWith('}'));
  return lines.slice(Math.max(0, first), last + 1).join('\n');
}

/** The device and everything on it, itself first. */
export function flattened(device: BlockDevice): readonly BlockDevice[] {
  return [device, ...device.children.flatMap(flattened)];
}

/** lsblk of older versions writes numbers and booleans as text. */
function blockDevice(json: unknown): BlockDevice {
  const row = isRecord(json) ? json : {};
  const text = (key: string) => (typeof row[key] === 'string' && row[key] !== '' ? (row[key] as string) : null);
  const readOnly = row['ro'];
  return {
    name: text('name') ?? '',
    type: text('type') ?? '',
    sizeBytes: Number(row['size'] ?? Number.NaN),
    isReadOnly: readOnly === true || readOnly === '1' || readOnly === 1,
    contents: text('fstype'),
    mountPoint: text('mountpoint'),
    children: Array.isArray(row['children']) ? row['children'].map(blockDevice) : [],
  };
}

/** A line of a host's output that is longer than any of these programs writes is left out. */
const LONGEST_LINE = 16 * 1024;

function linesOf(stdout: string): readonly string[] {
  return stdout.split('\n').filter((line) => line.length <= LONGEST_LINE);
}

/** What `blkid -p` says is on a device, such as `ext4` or `dos` (a partition table); empty when nothing. */
export function parseSignatures(stdout: string): readonly string[] {
  const words = linesOf(stdout).flatMap((line) => line.split(' '));
  return words.map((word) => /^(?:PT)?TYPE="([^"]*)"$/.exec(word.trim())?.[1] ?? '').filter(Boolean);
}

/** One line of `mount` without arguments. */
export interface MountLine {
  readonly source: string;
  readonly target: string;
  readonly type: string;
}

/** Lines of `mount`, `/dev/sdb1 on /data type xfs (rw)`; paths may hold blanks, the words between them tell them apart. */
export function parseMounts(stdout: string): readonly MountLine[] {
  return linesOf(stdout).flatMap((line) => parseMountLine(line) ?? []);
}

/** Null for a line of another form. */
export function parseMountLine(line: string): MountLine | null {
  if (line.length > LONGEST_LINE) return null;
  const on = line.indexOf(' on ');
  const type = line.lastIndexOf(' type ');
  const options = line.indexOf(' (', type + 6);
  if (on <= 0 || type < on + 4 || options < 0 || !line.trimEnd().endsWith(')')) return null;
  const found = {
    source: line.slice(0, on),
    target: line.slice(on + 4, type),
    type: line.slice(type + 6, options),
  };
  return found.target === '' || found.type === '' || found.type.includes(' ') ? null : found;
}

/** One line of an fstab that is no comment. */
export interface FstabLine {
  readonly source: string;
  readonly target: string;
}

export function parseFstab(text: string): readonly FstabLine[] {
  return text.split('\n').flatMap((line) => parseFstabLine(line) ?? []);
}

/** Null for a comment and an empty line. */
export function parseFstabLine(line: string): FstabLine | null {
  const [source = '', target = ''] = line.trim().split(/\s+/);
  return source === '' || source.startsWith('#') ? null : { source, target };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
