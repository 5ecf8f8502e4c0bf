import type { Node } from '../../../domain/node.js';
import { CommandError } from '../../executor.js';
import { listBlockVolumes } from '../gluster/gluster-block.js';
import { volumeDocument } from '../gluster/gluster-volume-document.js';
import { type GlusterVolume, volumesIn } from '../gluster/gluster-volume-xml.js';
import { readGlusterXml } from '../gluster/gluster-xml.js';
import { type Peer, readPeers } from '../gluster/glusterd.js';
import { nameNodes } from '../gluster/peer-names.js';
import { parseMounts } from '../host/block-devices.js';
import type { Hosts } from '../host/hosts.js';
import { parseReportRows } from '../lvm/lvm-report.js';
import { AskedParts, looking, type PartFailure } from './asked-parts.js';

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
  readonly failures: readonly PartFailure<SurveyPart>[];
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

/**
 * Looks at one host in one round trip, and one more where it lists a peer by a name that is none of `nodes`; changes
 * nothing. Throws when the host can't be asked at all.
 */
export async function surveyHost(
  hosts: Hosts,
  host: string,
  nodes: readonly Node[],
  signal?: AbortSignal,
): Promise<HostSurvey> {
  const { settings, executor } = hosts;
  const ask = looking(settings);
  const parts = await AskedParts.ask<SurveyPart>(
    executor,
    host,
    {
      volumes: ask.gluster('volume', 'info', '--xml'),
      peers: ask.gluster('pool', 'list', '--xml'),
      pvs: ask.lvm('pvs'),
      vgs: ask.lvm('vgs'),
      lvs: ask.lvm('lvs'),
      mounts: ask.plain(['mount']),
      fstab: ask.plain(['cat', settings.fstab]),
    },
    signal,
  );
  const info = await parts.read('volumes', (result, command) => readGlusterXml(host, command, result));
  const peers = await parts.read('peers', (result, command) => readPeers(host, command, result));
  return {
    volumes: info === null ? null : volumesIn(info),
    volumeDocument: info === null ? null : volumeDocument(info),
    peers: peers && (await nameNodes(hosts, host, peers, nodes, signal)),
    physicalVolumes: await parts.readText('pvs', (text) => parseReportRows(text, 'pv')),
    volumeGroups: await parts.readText('vgs', (text) => parseReportRows(text, 'vg')),
    logicalVolumes: await parts.readText('lvs', (text) => parseReportRows(text, 'lv')),
    mounts: await parts.readText('mounts', parseMounts),
    fstab: await parts.readText('fstab', parseFstab),
    failures: parts.failures,
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
  return text.split('\n').flatMap((line) => parseFstabEntry(line) ?? []);
}

/** Null for a comment, and for a line that mounts nothing. */
export function parseFstabEntry(line: string): FstabLine | null {
  const [device = '', mountPoint, type, options] = line.trim().split(/\s+/);
  if (device.startsWith('#') || mountPoint === undefined || type === undefined || options === undefined) return null;
  return { device, mountPoint, type, options };
}
