import { type Answer, type Command, type CommandResult, runAll } from '../../executor.js';
import { mountPointOf } from '../brick/brick.js';
import { gluster } from '../host/command-lines.js';
import type { HostSettings } from '../host/host-settings.js';
import type { Hosts } from '../host/hosts.js';
import { type GlusterVolume, parseVolumes } from './gluster-volume-xml.js';
import { readGlusterXml } from './gluster-xml.js';
import { type Peer, parsePeers } from './glusterd.js';

/** What one host's glusterd says of bricks, and whom it is connected to. */
export interface BrickUsers {
  readonly host: string;
  /** Volumes with a brick in the file system of one of the bricks asked for. */
  readonly volumes: readonly GlusterVolume[];
  readonly peers: readonly Peer[];
}

export async function askForUsers(hosts: Hosts, host: string, paths: readonly string[]): Promise<BrickUsers> {
  const list = gluster(hosts.settings, ['pool', 'list', '--xml'], { mayFail: true });
  const info = listVolumesCommand(hosts.settings);
  const answers = (await runAll(hosts.executor, host, [list, info])) as [Answer, Answer];
  return {
    host,
    peers: parsePeers(readGlusterXml(host, list, answers[0])),
    volumes: parseUsers(host, info, answers[1], paths),
  };
}

export function listVolumesCommand(settings: HostSettings): Command {
  return gluster(settings, ['volume', 'info', '--xml'], { mayFail: true });
}

/**
 * Reads the list of all volumes for those that use the bricks. Paths hold fresh ids, so a list that names none of them
 * is not taken apart: with many volumes that would take long, and each delete needs it.
 */
export function parseUsers(
  host: string,
  command: Command,
  result: CommandResult,
  paths: readonly string[],
): readonly GlusterVolume[] {
  const mounts = paths.map(mountOf);
  const { exitCode, stdout } = result;
  const isWhole = exitCode === 0 && /^\s*<[^<]*<cliOutput>\s*<opRet>0<\/opRet>/.test(stdout.slice(0, 500));
  const isNaming = mounts.some((mount) => stdout.includes(mount));
  if (isWhole && !isNaming && stdout.trimEnd().endsWith('</cliOutput>')) return [];
  return parseVolumes(readGlusterXml(host, command, result)).filter((volume) =>
    paths.some((path) => usesBrick(volume, path)),
  );
}

/** Whether a brick of the volume is the given one, or lies in the same file system. */
export function usesBrick({ bricks }: GlusterVolume, path: string): boolean {
  const mount = mountOf(path);
  return bricks.some(({ name }) => `${name.slice(name.indexOf(':') + 1)}/`.includes(`${mount}/`));
}

/** /var/run is a link to /run everywhere, and gluster says either. */
function mountOf(path: string): string {
  return mountPointOf(path).replace(/^\/var\/run\//, '/run/');
}
