import type { Id } from '../../../domain/ids.js';
import { type Answer, type Command, runOne } from '../../executor.js';
import { failsWith } from '../../failures/failures.js';
import { lvm, SHORT_TIMEOUT_MS } from '../host/command-lines.js';
import type { Hosts } from '../host/hosts.js';
import { type PhysicalVolumeRow, parsePhysicalVolumes } from '../lvm/lvm-report.js';

/** A device as the store remembers it. */
export interface KnownDevice {
  readonly deviceId: Id;
  /** The path it was added with, such as /dev/sdb. */
  readonly name: string;
  readonly paths: readonly string[];
  /** '' when unknown. */
  readonly pvUuid: string;
}

export const BY_PV_UUID = '/dev/disk/by-id/lvm-pv-uuid-';
const PV_FIELDS = ['-o', 'pv_name,pv_uuid,vg_name,dev_size', '--units=k', '--reportformat=json'];

/** The name /dev/sdX may be another disk after a restart of the host; the UUID is not. */
export function effectivePath({ pvUuid, paths, name }: KnownDevice): string {
  return pvUuid === '' ? (paths[0] ?? name) : `${BY_PV_UUID}${pvUuid}`;
}

/** One row: the physical volume. */
export function physicalVolume(hosts: Hosts, path: string): Command {
  return lvm(hosts.settings, ['pvs', ...PV_FIELDS, path], SHORT_TIMEOUT_MS, { isReading: true });
}

/** All that lvm on the host shows. */
export async function listPhysicalVolumes(hosts: Hosts, host: string): Promise<readonly PhysicalVolumeRow[]> {
  const { stdout } = await runOne(hosts.executor, host, lvm(hosts.settings, ['pvs', ...PV_FIELDS], SHORT_TIMEOUT_MS));
  return parsePhysicalVolumes(stdout);
}

/** A row for each physical volume of the group. */
export function groupMembers(hosts: Hosts, vg: string): Command {
  return lvm(hosts.settings, ['vgs', ...PV_FIELDS, vg], SHORT_TIMEOUT_MS, { isReading: true });
}

/** lvm knows of no physical volume on the device, or of no such device. */
export function isNoPhysicalVolume(pvs: Answer, device: string): boolean {
  return failsWith(pvs, 'physical volume label absent', { device }) || failsWith(pvs, 'device unseen', { device });
}
