import { type Answer, CommandError, type CommandResult, runAll, runOne } from '../../executor.js';
import { failsWith } from '../../failures/failures.js';
import { gluster } from '../host/command-lines.js';
import type { Hosts } from '../host/hosts.js';
import { type GlusterVolume, readVolumes } from './gluster-volume-xml.js';
import { child, childNumber, children, readGlusterXml, type XmlElement } from './gluster-xml.js';

export interface VolumeToClone {
  readonly source: string;
  readonly clone: string;
  /** Name of the snapshot in between; must be new. */
  readonly snapshot: string;
}

/** Both volumes as gluster shows them: the n-th brick of the clone was snapped from the n-th of the source. */
export interface Cloned {
  readonly source: GlusterVolume;
  readonly clone: GlusterVolume;
}

/**
 * Clones a volume by way of a snapshot and starts the clone. The snapshot is removed, after a failure too. A clone
 * that could not be started is left to the caller, who has to see its bricks before it deletes it: gluster would
 * leave their logical volumes mounted.
 */
export async function cloneVolume(
  hosts: Hosts,
  host: string,
  { source, clone, snapshot }: VolumeToClone,
): Promise<Cloned> {
  const { settings, executor } = hosts;
  const info = (name: string) => gluster(settings, ['volume', 'info', name, '--xml']);
  let results: readonly CommandResult[];
  try {
    // Without --xml, which would exit 0 on a failure and let the batch go on.
    results = await runAll(executor, host, [
      gluster(settings, ['snapshot', 'create', snapshot, source, 'no-timestamp']),
      gluster(settings, ['snapshot', 'activate', snapshot]),
      gluster(settings, ['snapshot', 'clone', clone, snapshot]),
      gluster(settings, ['volume', 'start', clone]),
      info(clone),
      info(source),
    ]);
  } catch (error) {
    if (error instanceof CommandError) await removeQuietly(hosts, host, snapshot);
    throw error;
  }
  await removeQuietly(hosts, host, snapshot);
  const shown = async (name: string, answer: CommandResult | undefined): Promise<GlusterVolume> => {
    const found = answer && (await readVolumes(host, info(name), answer)).find((one) => one.name === name);
    if (!found) throw new Error(`gluster cloned ${source} to ${clone} but does not show ${name}`);
    return found;
  };
  return { clone: await shown(clone, results.at(-2)), source: await shown(source, results.at(-1)) };
}

/** 0 also when there is no such volume. */
export async function snapshotCount(hosts: Hosts, host: string, volume: string): Promise<number> {
  const list = await snapshotList(hosts, host, volume);
  return list === null ? 0 : childNumber(list, 'count');
}

/** Names of a volume's snapshots; none also when there is no such volume. */
export async function listSnapshots(hosts: Hosts, host: string, volume: string): Promise<readonly string[]> {
  const list = await snapshotList(hosts, host, volume);
  return children(list, 'snapshot').filter((name) => typeof name === 'string');
}

async function snapshotList(hosts: Hosts, host: string, volume: string): Promise<XmlElement | null> {
  const command = gluster(hosts.settings, ['snapshot', 'list', volume, '--xml'], { mayFail: true });
  const result = await runOne(hosts.executor, host, command);
  try {
    return child(await readGlusterXml(host, command, result), 'snapList');
  } catch (error) {
    if (error instanceof CommandError && failsWith(error, 'volume absent')) return null;
    throw error;
  }
}

/** `absent`: this host knows of no such snapshot. */
export async function deleteSnapshot(hosts: Hosts, host: string, snapshot: string): Promise<'deleted' | 'absent'> {
  const { settings, executor } = hosts;
  const deactivate = gluster(settings, ['snapshot', 'deactivate', snapshot], { mayFail: true });
  const remove = gluster(settings, ['snapshot', 'delete', snapshot], { mayFail: true });
  const [, removed] = (await runAll(executor, host, [deactivate, remove])) as [Answer, Answer];
  if (removed.exitCode === 0) return 'deleted';
  if (!failsWith(removed, 'snapshot absent')) throw new CommandError(host, remove, removed);
  return 'absent';
}

/** A snapshot that stays keeps its volume from being deleted, which then says so; the clone is good without. */
async function removeQuietly(hosts: Hosts, host: string, snapshot: string): Promise<void> {
  try {
    await deleteSnapshot(hosts, host, snapshot);
  } catch (error) {
    if (!(error instanceof Error) || !['CommandError', 'TransportError'].includes(error.name)) throw error;
  }
}
