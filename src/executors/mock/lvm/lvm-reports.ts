import type { CommandResult } from '../../executor.js';
import { fail, succeed } from '../world/answers.js';
import type { SimulatedHost } from '../world/simulated-host.js';
import { type Disk, extentsOn, type LogicalVolume, type VolumeGroup } from '../world/storage.js';
import type { World } from '../world/world.js';
import { type LvmArguments, parseLvmArguments } from './lvm-arguments.js';
import { LVM_FAILED, noGroup } from './lvm-groups.js';

type Row = Readonly<Record<string, string>>;

const DEFAULT_FIELDS = {
  pv: 'pv_name,vg_name,pv_fmt,pv_attr,pv_size,pv_free',
  vg: 'vg_name,pv_count,lv_count,snap_count,vg_attr,vg_size,vg_free',
  lv: 'lv_name,vg_name,lv_attr,lv_size,pool_lv,origin,data_percent,metadata_percent,move_pv,mirror_log,copy_percent,convert_lv',
} as const;

/** Columns of numbers are as wide as their headings, also without these. */
const RIGHT_ALIGNED: Readonly<Record<string, number>> = { thin_count: '#Thins'.length };

export function pvs(world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const parsed = parseLvmArguments(args, 'uva');
  const disks: Disk[] = [];
  for (const name of parsed.names) {
    const disk = world.disk(host, name);
    if (!disk || disk.isDead || !(disk.pv || world.isLenient))
      return fail(LVM_FAILED, `  Failed to find physical volume "${name}".`);
    disks.push(disk);
  }
  const wanted = parsed.names.length > 0 ? disks : [...new Set(host.disks.values())].filter(isShown);
  return report(
    'pv',
    parsed,
    wanted.map((disk) => diskRow(world, disk)),
  );
}

export function vgs(world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const parsed = parseLvmArguments(args, 'uva');
  const rows: Row[] = [];
  const byMember = fields('vg', parsed).some((field) => field.startsWith('pv_') && field !== 'pv_count');
  for (const name of parsed.names.length > 0 ? parsed.names : host.groups.keys()) {
    const group = host.groups.get(name);
    if (!group) return noGroup(name);
    if (byMember) rows.push(...group.disks.map((disk) => ({ ...diskRow(world, disk), ...groupRow(world, group) })));
    else rows.push(groupRow(world, group));
  }
  return report('vg', parsed, rows);
}

export function lvs(world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const parsed = parseLvmArguments(args, 'uva');
  const found: LogicalVolume[] = [];
  for (const name of parsed.names) {
    const [groupName = '', volumeName] = name.replace(/^\/dev\//, '').split('/');
    const group = name.startsWith('/dev/') ? host.groups.get(groupName) : world.group(host, groupName);
    if (!group && !name.startsWith('/dev/')) return noGroup(groupName);
    if (group && volumeName === undefined) found.push(...group.volumes.values());
    else {
      const volume = host.findLogicalVolume(name);
      if (!volume) return fail(LVM_FAILED, `  Failed to find logical volume "${name.replace(/^\/dev\//, '')}"`);
      found.push(volume);
    }
  }
  const wanted =
    parsed.names.length > 0 ? found : [...host.groups.values()].flatMap((group) => [...group.volumes.values()]);
  const hidden = parsed.options.has('a') && parsed.names.length === 0 ? hiddenRows(host) : [];
  return report('lv', parsed, [...wanted.map(volumeRow), ...hidden]);
}

/** What pools are made of, and the spare of each group. */
function hiddenRows(host: SimulatedHost): readonly Row[] {
  const row = (group: VolumeGroup, name: string, extents: number, attr: string): Row => ({
    lv_name: `[${name}]`,
    vg_name: group.name,
    lv_attr: attr,
    lv_size: kib(extents * group.extentKib),
  });
  return [...host.groups.values()].flatMap((group) => [
    ...(group.spareExtents > 0 ? [row(group, 'lvol0_pmspare', group.spareExtents, 'ewi-------')] : []),
    ...[...group.volumes.values()]
      .filter(({ kind }) => kind === 'pool')
      .flatMap(({ name, extents, metadataExtents }) => [
        row(group, `${name}_tdata`, extents, 'Twi-ao----'),
        row(group, `${name}_tmeta`, metadataExtents, 'ewi-ao----'),
      ]),
  ]);
}

/** A disk that can't be read is not shown, unless another one of its group tells of it. */
function isShown({ pv, isDead }: Disk): boolean {
  return pv !== null && (!isDead || pv.group?.disks.some((disk) => !disk.isDead) === true);
}

function diskRow(world: World, disk: Disk): Row {
  const group = disk.pv?.group ?? null;
  const totalKib = group ? extentsOn(disk) * group.extentKib : disk.sizeKib;
  const usedKib = group && !world.isLenient ? group.usedExtents * group.extentKib : 0;
  return {
    pv_name: disk.isDead ? '[unknown]' : disk.path,
    pv_uuid: disk.pv?.uuid ?? '',
    vg_name: group?.name ?? '',
    pv_fmt: 'lvm2',
    pv_attr: `${group ? 'a-' : '--'}${disk.isDead ? 'm' : '-'}`,
    pv_missing: disk.isDead ? 'missing' : '',
    dev_size: disk.isDead ? '0k' : kib(disk.sizeKib),
    pv_size: kib(totalKib),
    pv_free: kib(totalKib - usedKib),
    pv_count: String(group?.disks.length ?? 0),
    lv_count: String(group?.volumes.size ?? 0),
  };
}

/** A lenient group always looks empty: that is what clients of the original's mock see. */
function groupRow(world: World, group: VolumeGroup): Row {
  const freeExtents = group.extents - (world.isLenient ? 0 : group.usedExtents);
  const missing = group.disks.filter(({ isDead }) => isDead).length;
  return {
    vg_name: group.name,
    vg_uuid: group.uuid,
    pv_count: String(group.disks.length),
    lv_count: String(group.volumes.size),
    snap_count: '0',
    vg_attr: missing > 0 ? 'wz-pn-' : 'wz--n-',
    vg_size: kib(group.extents * group.extentKib),
    vg_free: kib(freeExtents * group.extentKib),
    vg_extent_size: kib(group.extentKib),
    vg_extent_count: String(group.extents),
    vg_free_count: String(freeExtents),
    vg_missing_pv_count: String(missing),
  };
}

function volumeRow(volume: LogicalVolume): Row {
  const isPool = volume.kind === 'pool';
  return {
    lv_name: volume.name,
    vg_name: volume.group.name,
    lv_attr: attributes(volume),
    lv_size: kib(volume.sizeKib),
    lv_metadata_size: isPool ? kib(volume.metadataExtents * volume.group.extentKib) : '',
    pool_lv: volume.pool?.name ?? '',
    origin: volume.origin,
    data_percent: volume.shownUse?.data ?? '0.00',
    metadata_percent: isPool ? (volume.shownUse?.metadata ?? '10.00') : '',
    thin_count: isPool ? String(volume.thinCount) : '',
  };
}

function attributes({ kind, isActive, mounts }: LogicalVolume): string {
  if (kind === 'pool') return `twi-${isActive ? 'ao' : '--'}tz--`;
  const state = `${isActive ? 'a' : '-'}${mounts > 0 ? 'o' : '-'}`;
  return kind === 'thin' ? `Vwi-${state}tz--` : `-wi-${state}----`;
}

function kib(size: number): string {
  return `${size.toFixed(2)}k`;
}

function fields(kind: keyof typeof DEFAULT_FIELDS, { options }: LvmArguments): readonly string[] {
  return (options.get('options') ?? options.get('o') ?? DEFAULT_FIELDS[kind]).split(',');
}

function report(kind: keyof typeof DEFAULT_FIELDS, parsed: LvmArguments, rows: readonly Row[]): CommandResult {
  const names = fields(kind, parsed);
  if (parsed.options.get('reportformat') === 'json') {
    const shown = rows.map((row) => Object.fromEntries(names.map((name) => [name, row[name] ?? ''])));
    return succeed(`${JSON.stringify({ report: [{ [kind]: shown }] }, null, 2)}\n`);
  }
  const heading = parsed.options.has('noheadings') ? [] : [names.map((name) => name.replace(/^(?:pv|vg|lv)_/, ''))];
  const lines = [
    ...heading,
    ...rows.map((row) => names.map((name) => (row[name] ?? '').padStart(RIGHT_ALIGNED[name] ?? 0))),
  ];
  return succeed(lines.map((words) => `  ${words.join(parsed.options.get('separator') ?? ' ')}\n`).join(''));
}
