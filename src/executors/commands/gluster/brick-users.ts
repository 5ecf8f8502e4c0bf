import type { Node } from '../../../domain/node.js';
import { Slices } from '../../../timing/turns.js';
import { type Answer, type Command, type CommandResult, runAll } from '../../executor.js';
import { mountPointOf } from '../brick/brick.js';
import { gluster } from '../host/command-lines.js';
import type { HostSettings } from '../host/host-settings.js';
import type { Hosts } from '../host/hosts.js';
import { type GlusterVolume, readVolumes } from './gluster-volume-xml.js';
import { type Peer, readPeers } from './glusterd.js';
import { nameNodes } from './peer-names.js';

/** What one host's glusterd says of bricks, and whom it is connected to. */
export interface BrickUsers {
  readonly host: string;
  /** Volumes with a brick in the file system of one of the bricks asked for. */
  readonly volumes: readonly GlusterVolume[];
  readonly peers: readonly Peer[];
}

/** `nodes`: by whose names peers are known too. */
export async function askForUsers(
  hosts: Hosts,
  host: string,
  paths: readonly string[],
  nodes: readonly Node[],
): Promise<BrickUsers> {
  const list = gluster(hosts.settings, ['pool', 'list', '--xml'], { mayFail: true });
  const info = listVolumesCommand(hosts.settings);
  const answers = (await runAll(hosts.executor, host, [list, info])) as [Answer, Answer];
  const peers = await readPeers(host, list, answers[0]);
  const volumes = await readUsers(host, info, answers[1], paths);
  return { host, peers: await nameNodes(hosts, host, peers, nodes), volumes };
}

export function listVolumesCommand(settings: HostSettings): Command {
  return gluster(settings, ['volume', 'info', '--xml'], { mayFail: true });
}

/**
 * Reads the list of all volumes for those that use the bricks. Paths hold fresh ids, so a list that names none of them
 * is not taken apart: with many volumes that would take long, and each delete needs it.
 */
export async function readUsers(
  host: string,
  command: Command,
  result: CommandResult,
  paths: readonly string[],
): Promise<readonly GlusterVolume[]> {
  const mounts = paths.map(mountOf);
  const { exitCode, stdout } = result;
  const isWhole = exitCode === 0 && /^\s*<[^<]*<cliOutput>\s*<opRet>0<\/opRet>/.test(stdout.slice(0, 500));
  if (isWhole && stdout.trimEnd().endsWith('</cliOutput>') && !(await namesAny(stdout, mounts))) return [];
  return (await readVolumes(host, command, result)).filter((volume) => paths.some((path) => usesBrick(volume, path)));
}

async function namesAny(text: string, words: readonly string[]): Promise<boolean> {
  const slices = new Slices();
  for (const word of words) {
    if (slices.isOver) await slices.next();
    if (text.includes(word)) return true;
  }
  return false;
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
