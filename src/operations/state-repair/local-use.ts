import { dirname } from 'node:path/posix';
import type { Brick } from '../../domain/brick.js';
import { counted } from '../../domain/counted.js';
import { volumeGroupName } from '../../domain/device.js';
import { manageName, type Node } from '../../domain/node.js';
import type { HostSurvey, LvmReport, Mount } from '../../executors/commands/node/host-survey.js';
import { logicalVolumeOf, underRun } from '../examination/brick-places.js';
import { whyInFstab } from './fstab-use.js';
import { isPoolName, type LogicalVolume } from './unclaimed-name.js';

/** A host at one moment. */
export interface LocalSight {
  readonly node: Node;
  readonly survey: HostSurvey;
  /** Of the file system on the logical volume, as an fstab may call it; null: they are not known. */
  readonly fileSystemNames: readonly string[] | null;
  /** Volumes of bricks, `host:path`, that any host of its cluster says are, or may be, on it. */
  readonly served: ReadonlyMap<string, string>;
  /** Bricks that the database knows on it. */
  readonly bricks: readonly Brick[];
}

/** Why a logical volume must stay for what its own host shows; `leaving`: others of it, as `vg_ID/NAME`, that go before. */
export function whyUsedHere(volume: LogicalVolume, sight: LocalSight, leaving: ReadonlySet<string>): string | null {
  const { node, survey, fileSystemNames } = sight;
  const { logicalVolumes, volumes, mounts, fstab } = survey;
  const host = manageName(node);
  if (!logicalVolumes || !volumes || !mounts || !fstab) return `${host} does not tell enough to be sure`;
  const inFstab = whyInFstab(volume, host, { fstab, mounts }, fileSystemNames);
  if (inFstab !== null) return inFstab;
  const held = isPoolName(volume) ? whyPoolHolds(volume, logicalVolumes, leaving) : whyOpen(volume, logicalVolumes);
  return held ?? whyPerhapsServed(sight);
}

function whyPoolHolds(pool: LogicalVolume, { rows }: LvmReport, leaving: ReadonlySet<string>): string | null {
  const vg = volumeGroupName(pool.deviceId);
  const inIt = rows.filter((row) => row['vg_name'] === vg && row['pool_lv'] === pool.lv);
  const held = inIt.map((row) => `${vg}/${row['lv_name']}`).filter((name) => !leaving.has(name));
  if (held.length > 0) return `it holds ${counted(held.length, 'logical volume')}: ${held.join(', ')}`;
  const row = rowOf(pool, rows);
  if (!row) return 'lvm does not show it';
  const attributes = row['lv_attr'] ?? '';
  return attributes.startsWith('t') ? null : `lvm does not show it as a thin pool (${attributes})`;
}

/** lvm tells whether anything has its device open, in whichever container, and what was made of it. */
function whyOpen(volume: LogicalVolume, { rows }: LvmReport): string | null {
  const row = rowOf(volume, rows);
  if (!row) return 'lvm does not show it';
  const attributes = row['lv_attr'] ?? '';
  if (!/^V.{9}/.test(attributes)) return `lvm does not show it as a thin volume (${attributes})`;
  if (attributes[5] === 'o') return 'something has it open';
  const vg = volumeGroupName(volume.deviceId);
  const snapshot = rows.find((other) => other['vg_name'] === vg && other['origin'] === volume.lv);
  return snapshot ? `${vg}/${snapshot['lv_name']} is a snapshot of it` : null;
}

function rowOf({ deviceId, lv }: LogicalVolume, rows: LvmReport['rows']) {
  return rows.find((row) => row['vg_name'] === volumeGroupName(deviceId) && row['lv_name'] === lv);
}

/** A brick whose file system is away may lie on any logical volume of its host that is not mounted. */
function whyPerhapsServed({ served, survey: { logicalVolumes, mounts }, bricks }: LocalSight): string | null {
  const shown = new Set(logicalVolumes?.rows.map((row) => `${row['vg_name']}/${row['lv_name']}`));
  // One whose recorded logical volume is gone may have been given another.
  const placed = new Set(bricks.filter((brick) => shown.has(logicalVolumeOf(brick))).map(({ path }) => underRun(path)));
  for (const [brick, user] of served) {
    const path = underRun(brick.slice(brick.indexOf(':') + 1));
    if (!placed.has(path) && !mounts?.some((mount) => isOwnFileSystem(path, mount)))
      return `brick ${brick} of gluster's volume ${user} lies on no file system of its own now, and may belong on it`;
  }
  return null;
}

/** A mount further up, such as /var, may only show through where the brick's own is missing. */
function isOwnFileSystem(path: string, { source, target }: Mount): boolean {
  if (target === '/' || !`${path}/`.startsWith(`${target}/`)) return false;
  return target === path || target === dirname(path) || /^\/dev\/mapper\/vg_[0-9a-f]{32}-/.test(source);
}
