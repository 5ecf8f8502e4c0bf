import { type Answer, type Command, CommandError, type CommandResult, runAll } from '../../executor.js';
import { failsWith } from '../../failures/failures.js';
import { forEachVolume, readBrickProcesses } from '../gluster/gluster-volume-xml.js';
import { childNumber, childText, type XmlElement } from '../gluster/gluster-xml.js';
import { gluster } from '../host/command-lines.js';
import type { HostSettings } from '../host/host-settings.js';
import type { Hosts } from '../host/hosts.js';

/** What one host's gluster says of volumes and their bricks. A part that could not be read is null. */
export interface GlusterState {
  /** Whether each is started, by name. */
  readonly volumes: ReadonlyMap<string, boolean> | null;
  /** Bricks of started volumes that run, `host:path`; those on nodes that are down are not among them. */
  readonly running: ReadonlySet<string> | null;
  readonly unreadable: readonly string[];
}

/** What to ask a host's gluster; `readGlusterState` reads the answers, in the order of the commands. */
export interface GlusterQuestion {
  readonly commands: readonly Command[];
  /** Null: all volumes are asked about. */
  readonly names: readonly string[] | null;
}

export function glusterQuestion(settings: HostSettings, names: readonly string[] | null): GlusterQuestion {
  const ask = (...words: readonly string[]) => gluster(settings, ['volume', ...words, '--xml'], { mayFail: true });
  if (names === null) return { names, commands: [ask('info'), ask('status', 'all')] };
  return { names, commands: names.flatMap((name) => [ask('info', name), ask('status', name)]) };
}

/** All volumes, in one round trip. */
export async function askGlusterState(hosts: Hosts, host: string): Promise<GlusterState> {
  const question = glusterQuestion(hosts.settings, null);
  return readGlusterState(host, question, await runAll(hosts.executor, host, question.commands));
}

export async function readGlusterState(
  host: string,
  { commands, names }: GlusterQuestion,
  answers: readonly Answer[],
): Promise<GlusterState> {
  const volumes = new Map<string, boolean>();
  const running = new Set<string>();
  const unreadable = { volumes: new Set<string>(), running: new Set<string>() };
  for (const [i, command] of commands.entries()) {
    const answer = answers[i];
    if (!answer) continue;
    const isInfo = i % 2 === 0;
    try {
      if (isInfo)
        for (const { name, isStarted } of await readStarted(host, command, answer)) volumes.set(name, isStarted);
      else
        for (const { name, isRunning } of await readBrickProcesses(host, command, answer))
          if (isRunning) running.add(name);
    } catch (error) {
      if (names !== null && isNothingToTell(error)) continue;
      (isInfo ? unreadable.volumes : unreadable.running).add((error as Error).message);
    }
  }
  return {
    volumes: unreadable.volumes.size > 0 ? null : volumes,
    running: unreadable.running.size > 0 ? null : running,
    unreadable: [
      ...[...unreadable.volumes].map((reason) => `gluster volumes: ${reason}`),
      ...[...unreadable.running].map((reason) => `brick processes: ${reason}`),
    ],
  };
}

/** Of volumes that are listed with all they have, no more than that. */
async function readStarted(host: string, command: Command, result: CommandResult) {
  const found: { readonly name: string; readonly isStarted: boolean }[] = [];
  const take = (volume: XmlElement) =>
    found.push({ name: childText(volume, 'name'), isStarted: childNumber(volume, 'status') === 1 });
  await forEachVolume(host, command, result, take, ['bricks', 'options']);
  return found;
}

/** Asked about one volume, gluster refuses where a list of all would leave it out. */
function isNothingToTell(error: unknown): boolean {
  return error instanceof CommandError && (failsWith(error, 'volume absent') || failsWith(error, 'volume not started'));
}
