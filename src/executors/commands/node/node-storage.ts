import { type Answer, type Command, type CommandResult, runAll } from '../../executor.js';
import { failsWith } from '../../failures/failures.js';
import { parseFstabLine, parseMountLine } from '../host/block-devices.js';
import { lvm, program, SHORT_TIMEOUT_MS } from '../host/command-lines.js';
import type { HostSettings } from '../host/host-settings.js';
import type { Hosts } from '../host/hosts.js';
import { forEachLine } from '../host/text-lines.js';
import { type LogicalVolumeRow, readLogicalVolumes } from '../lvm/lvm-report.js';
import { type GlusterState, glusterQuestion, readGlusterState } from './gluster-state.js';

const LVS_FIELDS = 'vg_name,lv_name,lv_attr,data_percent,metadata_percent';

/** What a node's own programs say of its disks. A part that could not be read is null, with the reason in `unreadable`. */
export interface LocalStorage {
  /** By `group/volume`. */
  readonly logicalVolumes: ReadonlyMap<string, LogicalVolumeRow> | null;
  /** Source by mount point. */
  readonly mounts: ReadonlyMap<string, string> | null;
  /** Mount points with a line; none also when there is no fstab. */
  readonly fstab: ReadonlySet<string> | null;
  readonly unreadable: readonly string[];
}

/** The same, with what its gluster says. */
export interface NodeStorage extends LocalStorage, GlusterState {}

/** Reads a node's storage in one round trip; changes nothing. `volumes`: of which gluster is asked; null: of all. */
export async function readNodeStorage(
  hosts: Hosts,
  host: string,
  volumes: readonly string[] | null = null,
): Promise<NodeStorage> {
  const question = glusterQuestion(hosts.settings, volumes);
  const commands = localCommands(hosts.settings);
  const answers = await runAll(hosts.executor, host, [...commands, ...question.commands]);
  const local = await readLocalAnswers(hosts.settings, answers);
  const gluster = await readGlusterState(host, question, answers.slice(commands.length));
  return { ...local, ...gluster, unreadable: [...local.unreadable, ...gluster.unreadable] };
}

/** The same without a word of gluster's. */
export async function readLocalStorage(hosts: Hosts, host: string): Promise<LocalStorage> {
  return readLocalAnswers(hosts.settings, await runAll(hosts.executor, host, localCommands(hosts.settings)));
}

function localCommands(settings: HostSettings): readonly Command[] {
  return [
    lvm(settings, ['lvs', '-o', LVS_FIELDS, '--reportformat=json'], SHORT_TIMEOUT_MS, { mayFail: true }),
    program(['mount'], SHORT_TIMEOUT_MS, { mayFail: true }),
    program(['cat', settings.fstab], SHORT_TIMEOUT_MS, { mayFail: true }),
  ];
}

async function readLocalAnswers(settings: HostSettings, answers: readonly Answer[]): Promise<LocalStorage> {
  const [lvs, mount, fstab] = answers as [Answer, Answer, Answer];
  const unreadable: string[] = [];
  const attempt = async <T>(what: string, read: () => Promise<T>): Promise<T | null> => {
    try {
      return await read();
    } catch (error) {
      unreadable.push(`${what}: ${(error as Error).message}`);
      return null;
    }
  };
  return {
    logicalVolumes: await attempt('logical volumes', async () =>
      byName(await readLogicalVolumes(required(lvs)), ({ vgName, lvName }) => `${vgName}/${lvName}`),
    ),
    mounts: await attempt('mounts', () => mountedSources(required(mount))),
    fstab: await attempt(settings.fstab, async () =>
      failsWith(fstab, 'file absent', { path: settings.fstab }) ? new Set<string>() : mountPointsIn(required(fstab)),
    ),
    unreadable,
  };
}

function required({ exitCode, stdout, stderr }: CommandResult): string {
  if (exitCode !== 0) throw new Error(stderr.trim() || `exit code ${exitCode}`);
  return stdout;
}

/** Of several with one name the first counts. */
function byName<T>(rows: readonly T[], nameOf: (row: T) => string): ReadonlyMap<string, T> {
  const found = new Map<string, T>();
  for (const row of rows) {
    const name = nameOf(row);
    if (!found.has(name)) found.set(name, row);
  }
  return found;
}

async function mountedSources(text: string): Promise<ReadonlyMap<string, string>> {
  const sources = new Map<string, string>();
  await forEachLine(text, (line) => {
    const mount = parseMountLine(line);
    // Where systemd waits for the first access to mount something.
    if (mount && mount.type !== 'autofs') sources.set(mount.target, mount.source);
  });
  return sources;
}

async function mountPointsIn(fstab: string): Promise<ReadonlySet<string>> {
  const points = new Set<string>();
  await forEachLine(fstab, (line) => {
    const entry = parseFstabLine(line);
    if (entry) points.add(entry.target);
  });
  return points;
}
