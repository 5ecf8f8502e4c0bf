import { CommandError, runOne } from '../../executor.js';
import { failsWith } from '../../failures/failures.js';
import { autobackup, lvm, SHORT_TIMEOUT_MS } from '../host/command-lines.js';
import type { Hosts } from '../host/hosts.js';
import { parseReportRows } from './lvm-report.js';

const FIELDS = 'lv_name,lv_attr,lv_size,lv_tags';
/** A plain volume that is not open, active (as after a restart) or not. */
const UNUSED_LINEAR = /^-wi-[a-]-----$/;

/**
 * The first lvcreate of a thin pool in a volume group makes the group's spare metadata volume before the pool, under a
 * name of lvm's own (lvol0), and renames it then. Cut off in between (power, a kill at the time limit) it leaves that
 * volume, and the next lvcreate makes another. Removes such leftovers: only what has the name, the exact size, and
 * is neither open nor tagged. `metadataKib`: the pool metadata's size, whole extents.
 */
export async function removeUnnamedMetadata(
  hosts: Hosts,
  host: string,
  vg: string,
  metadataKib: number,
): Promise<void> {
  const { settings, executor } = hosts;
  const list = lvm(settings, ['lvs', '--reportformat=json', '--units=k', `--options=${FIELDS}`, vg], SHORT_TIMEOUT_MS);
  const listed = await runOne(executor, host, list);
  for (const name of findUnnamedMetadata(listed.stdout, metadataKib)) {
    const removal = lvm(settings, ['lvremove', autobackup(settings), '-f', `${vg}/${name}`], SHORT_TIMEOUT_MS, {
      mayFail: true,
    });
    const removed = await runOne(executor, host, removal);
    if (removed.exitCode !== 0 && !failsWith(removed, 'logical volume absent', { vg, lv: name }))
      throw new CommandError(host, removal, removed);
  }
}

/** Names in the report `lvs -o lv_name,lv_attr,lv_size,lv_tags` in KiB of one group. */
export function findUnnamedMetadata(report: string, metadataKib: number): readonly string[] {
  return parseReportRows(report, 'lv').rows.flatMap((row) => {
    const isUnnamed = /^lvol\d+$/.test(row['lv_name'] ?? '') && row['lv_tags'] === '';
    const isUnused = UNUSED_LINEAR.test(row['lv_attr'] ?? '');
    return isUnnamed && isUnused && Number.parseFloat(row['lv_size'] ?? '') === metadataKib
      ? [row['lv_name'] ?? '']
      : [];
  });
}
