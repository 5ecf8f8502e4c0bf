import { type Command, runAll } from '../../executor.js';
import { lvm } from '../host/command-lines.js';
import type { Hosts } from '../host/hosts.js';
import {
  GROUP_FIELDS,
  GROUP_VOLUME_FIELDS,
  type GroupRow,
  type GroupVolumeRow,
  MEMBER_FIELDS,
  type MemberRow,
  parseGroups,
  parseGroupVolumes,
  parseMembers,
} from '../lvm/group-report.js';

/** A host that takes longer only to look has other troubles. */
const LOOK_TIMEOUT_MS = 60_000;

/** What LVM shows on a host. A disk that can't be read is missing in all of it, without a word of lvm's. */
export interface NodeGroups {
  readonly groups: readonly GroupRow[];
  /** Names of groups that came, went or changed while the host was read: what is said of them need not fit together. */
  readonly unsteady: ReadonlySet<string>;
  readonly members: readonly MemberRow[];
  readonly volumes: readonly GroupVolumeRow[];
}

/**
 * All volume groups of a host in one round trip; changes nothing. Throws when any part can't be had: then nothing is
 * known of any of them.
 */
export async function readNodeGroups(hosts: Hosts, host: string, signal?: AbortSignal): Promise<NodeGroups> {
  const report = (...args: readonly string[]): Command =>
    lvm(hosts.settings, [...args, '--units=k', '--reportformat=json'], LOOK_TIMEOUT_MS, { isReading: true });
  const ofGroups = report('vgs', '-o', GROUP_FIELDS);
  const [before, members, volumes, after] = await runAll(
    hosts.executor,
    host,
    [ofGroups, report('pvs', '-o', MEMBER_FIELDS), report('lvs', '-a', '-o', GROUP_VOLUME_FIELDS), ofGroups],
    signal,
  );
  const groups = parseGroups(after?.stdout ?? '');
  return {
    groups,
    unsteady: namesOfUnlike(parseGroups(before?.stdout ?? ''), groups),
    members: parseMembers(members?.stdout ?? ''),
    volumes: parseGroupVolumes(volumes?.stdout ?? ''),
  };
}

function namesOfUnlike(before: readonly GroupRow[], after: readonly GroupRow[]): ReadonlySet<string> {
  const texts = (rows: readonly GroupRow[]) => new Map(rows.map((row) => [JSON.stringify(row), row.name]));
  const [first, second] = [texts(before), texts(after)];
  return new Set(
    [...[...first].filter(([text]) => !second.has(text)), ...[...second].filter(([text]) => !first.has(text))].map(
      ([, name]) => name,
    ),
  );
}
