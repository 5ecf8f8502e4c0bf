import { parseMountLine } from '../host/block-devices.js';
import type { Hosts } from '../host/hosts.js';
import { forEachLine } from '../host/text-lines.js';
import { field, forEachRow } from '../lvm/lvm-report.js';
import { AskedParts, looking, type PartFailure } from './asked-parts.js';
import { parseFstabEntry } from './host-survey.js';

/** What of a host's own is compared with the store. A part that could not be had is null, and `failures` has the reason. */
export interface HostFacts {
  readonly volumeGroups: ReadonlySet<string> | null;
  /** By `group/volume`. */
  readonly logicalVolumes: ReadonlyMap<string, LogicalVolumeFact> | null;
  /** Source by mount point; /var/run is written as /run. */
  readonly mounts: ReadonlyMap<string, string> | null;
  /** Mount points with a line. */
  readonly fstab: ReadonlySet<string> | null;
  readonly failures: readonly PartFailure<'vgs' | 'lvs' | 'mounts' | 'fstab'>[];
}

export interface LogicalVolumeFact {
  /** `group/volume`. */
  readonly name: string;
  readonly group: string;
  readonly volume: string;
  /** '' for one that lies in no thin pool. */
  readonly pool: string;
}

/** Looks at one host in one round trip, and changes nothing. Throws when the host can't be asked at all. */
export async function readHostFacts(hosts: Hosts, host: string, signal?: AbortSignal): Promise<HostFacts> {
  const { settings, executor } = hosts;
  const ask = looking(settings);
  const commands = {
    vgs: ask.lvm('vgs', '-o', 'vg_name'),
    lvs: ask.lvm('lvs', '-o', 'vg_name,lv_name,pool_lv'),
    mounts: ask.plain(['mount']),
    fstab: ask.plain(['cat', settings.fstab]),
  };
  const parts = await AskedParts.ask(executor, host, commands, signal);
  return {
    volumeGroups: await parts.readText('vgs', groupsIn),
    logicalVolumes: await parts.readText('lvs', logicalVolumesIn),
    mounts: await parts.readText('mounts', mountsIn),
    fstab: await parts.readText('fstab', fstabIn),
    failures: parts.failures,
  };
}

async function groupsIn(report: string): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  await forEachRow(report, 'vg', (row) => found.add(field(row, 'vg_name')));
  return found;
}

async function logicalVolumesIn(report: string): Promise<ReadonlyMap<string, LogicalVolumeFact>> {
  const found = new Map<string, LogicalVolumeFact>();
  await forEachRow(report, 'lv', (row) => {
    const [group, volume, pool] = [field(row, 'vg_name'), field(row, 'lv_name'), field(row, 'pool_lv')];
    const name = `${group}/${volume}`;
    found.set(name, { name, group, volume, pool });
  });
  return found;
}

async function mountsIn(text: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  await forEachLine(text, (line) => {
    const mount = parseMountLine(line);
    if (mount) found.set(mount.target.replace(/^\/var\/run\//, '/run/'), mount.source);
  });
  return found;
}

async function fstabIn(text: string): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  await forEachLine(text, (line) => {
    const entry = parseFstabEntry(line);
    if (entry) found.add(entry.mountPoint);
  });
  return found;
}
