import type { Id } from '../../../domain/ids.js';
import { manageName, type Node, storageName } from '../../../domain/node.js';
import { type Answer, CommandError, runAll } from '../../executor.js';
import { listThinVolumes } from '../brick/mounted-brick.js';
import { inspectDevice } from '../device/lvm-device.js';
import type { GlusterVolume } from '../gluster/gluster-volume.js';
import type { Peer } from '../gluster/glusterd.js';
import { program, SHORT_TIMEOUT_MS } from '../host/command-lines.js';
import type { Hosts } from '../host/hosts.js';
import type { ThinVolumeRow } from '../lvm/lvm-report.js';
import { type Mount, surveyHost } from './host-survey.js';
import { type NodeGroups, readNodeGroups } from './node-groups.js';

/** Everything on a host from which records can be made again. */
export interface PoolMember {
  readonly volumes: readonly GlusterVolume[];
  readonly peers: readonly Peer[];
  readonly mounts: readonly Mount[];
  readonly lvm: NodeGroups;
  /** Of those in `lvm`. */
  readonly groups: readonly FoundGroup[];
  /** Groups of directories by path: of the bricks that are on this host. */
  readonly gids: ReadonlyMap<string, number>;
}

/** A volume group with a name of ours. */
export interface FoundGroup {
  readonly deviceId: Id;
  /** More than one where somebody has added disks to it. */
  readonly pvNames: readonly string[];
  /** Of the first disk; '' and none where the host does not tell. */
  readonly pvUuid: string;
  readonly paths: readonly string[];
  readonly extentKib: number;
  readonly thinVolumes: readonly ThinVolumeRow[];
}

const OUR_GROUP = /^vg_([0-9a-f]{32})$/;

/** Only looks. Throws when any part can't be had: what is built on half of it would forget the other half. */
export async function readPoolMember(hosts: Hosts, node: Node, nodes: readonly Node[]): Promise<PoolMember> {
  const host = manageName(node);
  const { volumes, peers, mounts, failures } = await surveyHost(hosts, host, nodes);
  if (volumes === null || peers === null || mounts === null) {
    const reasons = failures.map(({ part, reason }) => `${part}: ${reason}`).join('; ');
    const command = program(['a look at the host'], SHORT_TIMEOUT_MS);
    throw new CommandError(host, command, { exitCode: 1, stdout: '', stderr: reasons });
  }
  const lvm = await readNodeGroups(hosts, host);
  const gids = await readGids(hosts, host, bricksOn(storageName(node), volumes));
  return { volumes, peers, mounts, lvm, groups: await ourGroups(hosts, host, lvm), gids };
}

async function ourGroups(hosts: Hosts, host: string, { groups, members }: NodeGroups): Promise<readonly FoundGroup[]> {
  const found: FoundGroup[] = [];
  for (const { name: vg, extentKib } of groups) {
    const deviceId = OUR_GROUP.exec(vg)?.[1];
    const disks = members.filter(({ group, isMissing }) => group === vg && !isMissing);
    const [disk] = disks;
    if (deviceId === undefined || !disk) continue;
    const { pvUuid, paths } = await inspectDevice(hosts, host, disk.path);
    const thinVolumes = await listThinVolumes(hosts, host, vg);
    found.push({
      deviceId,
      pvNames: disks.map(({ path }) => path),
      pvUuid: pvUuid ?? '',
      paths,
      extentKib,
      thinVolumes,
    });
  }
  return found.sort((a, b) => (a.deviceId < b.deviceId ? -1 : 1));
}

function bricksOn(name: string, volumes: readonly GlusterVolume[]): readonly string[] {
  const prefix = `${name}:`;
  const bricks = volumes.flatMap((volume) => volume.bricks.map((brick) => brick.name));
  return bricks.filter((brick) => brick.startsWith(prefix)).map((brick) => brick.slice(prefix.length));
}

async function readGids(hosts: Hosts, host: string, paths: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (paths.length === 0) return new Map();
  const batch = paths.map((path) =>
    program(['stat', '-L', '-c', '%g', path], SHORT_TIMEOUT_MS, { mayFail: true, isReading: true }),
  );
  const answers = await runAll(hosts.executor, host, batch);
  const known = answers.flatMap(({ exitCode, stdout }: Answer, i) =>
    exitCode === 0 && /^\d{1,10}$/.test(stdout.trim()) ? [[paths[i] as string, Number(stdout.trim())] as const] : [],
  );
  return new Map(known);
}
