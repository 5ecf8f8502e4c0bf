import { type Command, CommandError, type CommandResult } from '../../executor.js';
import { listBlockVolumes } from '../gluster/gluster-block.js';
import { volumeDocument } from '../gluster/gluster-volume-document.js';
import { type GlusterVolume, parseVolumes } from '../gluster/gluster-volume-xml.js';
import { readGlusterXml } from '../gluster/gluster-xml.js';
import { type Peer, parsePeers } from '../gluster/glusterd.js';
import { parseMounts } from '../host/block-devices.js';
import { gluster, lvm, program } from '../host/command-lines.js';
import type { Hosts } from '../host/hosts.js';
import { LvmReportError, parseReportRows } from '../lvm/lvm-report.js';

/** One host that does not answer must not keep everybody waiting for the comparison. */
const SURVEY_TIMEOUT_MS = 60_000;

/** What a host says about itself. A part that could not be had is null, and `failures` has the reason. */
export interface HostSurvey {
  readonly volumes: readonly GlusterVolume[] | null;
  /** The same, as it is shown to people. */
  readonly volumeDocument: object | null;
  readonly peers: readonly Peer[] | null;
  readonly physicalVolumes: LvmReport | null;
  readonly volumeGroups: LvmReport | null;
  readonly logicalVolumes: LvmReport | null;
  readonly mounts: readonly Mount[] | null;
  readonly fstab: readonly FstabLine[] | null;
  readonly failures: readonly { readonly part: SurveyPart; readonly reason: string }[];
}

export type SurveyPart = 'volumes' | 'peers' | 'pvs' | 'vgs' | 'lvs' | 'mounts' | 'fstab';

export interface LvmReport {
  /** lvm's own JSON. */
  readonly document: unknown;
  readonly rows: readonly Readonly<Record<string, string>>[];
}

export interface Mount {
  readonly source: string;
  readonly target: string;
}

export interface FstabLine {
  readonly device: string;
  readonly mountPoint: string;
  readonly type: string;
  readonly options: string;
}

/** Looks at one host in one round trip, and changes nothing. Throws when the host can't be asked at all. */
export async function surveyHost(hosts: Hosts, host: string, signal?: AbortSignal): Promise<HostSurvey> {
  const { settings, executor } = hosts;
  const plain = (argv: readonly string[]) => program(argv, SURVEY_TIMEOUT_MS, { mayFail: true, isReading: true });
  const report = (kind: string) =>
    lvm(settings, [kind, '--reportformat', 'json', '--units', 'k'], SURVEY_TIMEOUT_MS, {
      mayFail: true,
      isReading: true,
    });
  const glusterInfo = (args: readonly string[]) => ({
    ...gluster(settings, args, { mayFail: true }),
    timeoutMs: SURVEY_TIMEOUT_MS,
  });
  const commands: Readonly<Record<SurveyPart, Command>> = {
    volumes: glusterInfo(['volume', 'info', '--xml']),
    peers: glusterInfo(['pool', 'list', '--xml']),
    pvs: report('pvs'),
    vgs: report('vgs'),
    lvs: report('lvs'),
    mounts: plain(['mount']),
    fstab: plain(['cat', settings.fstab]),
  };
  const parts = Object.keys(commands) as SurveyPart[];
  const results = await executor.run(
    host,
    parts.map((part) => commands[part]),
    signal,
  );
  const failures: { part: SurveyPart; reason: string }[] = [];
  const read = <T>(part: SurveyPart, parse: (result: CommandResult, command: Command) => T): T | null => {
    const result = results[parts.indexOf(part)];
    try {
      if (!result) throw new CommandError(host, commands[part], { exitCode: 1, stdout: '', stderr: 'no answer' });
      return parse(result, commands[part]);
    } catch (error) {
      if (!(error instanceof CommandError || error instanceof LvmReportError)) throw error;
      failures.push({ part, reason: error.message });
      return null;
    }
  };
  const text = ({ exitCode, stdout, stderr }: CommandResult, command: Command): string => {
    if (exitCode !== 0) throw new CommandError(host, command, { exitCode, stdout, stderr });
    return stdout;
  };
  const lvmReport = (part: SurveyPart, rows: string) =>
    read(part, (result, command) => parseReportRows(text(result, command), rows));
  const info = read('volumes', (result, command) => readGlusterXml(host, command, result));
  return {
    volumes: info === null ? null : parseVolumes(info),
    volumeDocument: info === null ? null : volumeDocument(info),
    peers: read('peers', (result, command) => parsePeers(readGlusterXml(host, command, result))),
    physicalVolumes: lvmReport('pvs', 'pv'),
    volumeGroups: lvmReport('vgs', 'vg'),
    logicalVolumes: lvmReport('lvs', 'lv'),
    mounts: read('mounts', (result, command) => parseMounts(text(result, command))),
    fstab: read('fstab', (result, command) => parseFstab(text(result, command))),
    failures,
  };
}

/** Names of the block volumes on each hosting volume; null where gluster-block did not tell. */
export async function surveyBlockVolumes(
  hosts: Hosts,
  host: string,
  hostingVolumes: readonly string[],
): Promise<ReadonlyMap<string, readonly string[] | null>> {
  const found = new Map<string, readonly string[] | null>();
  for (const name of hostingVolumes) {
    try {
      found.set(name, await listBlockVolumes(hosts, host, name));
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      found.set(name, null);
    }
  }
  return found;
}

export function parseFstab(text: string): readonly FstabLine[] {
  return text.split('\n').flatMap((line) => {
    const [device = '', mountPoint, type, options] = line.trim().split(/\s+/);
    if (device.startsWith('#') || mountPoint === undefined || type === undefined || options === undefined) return [];
    return [{ device, mountPoint, type, options }];
  });
}
