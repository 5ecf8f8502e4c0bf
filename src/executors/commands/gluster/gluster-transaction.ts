import { type Answer, type Command, CommandError, type CommandResult, runAll } from '../../executor.js';
import { failsWith } from '../../failures/failures.js';
import { gluster } from '../host/command-lines.js';
import type { Hosts } from '../host/hosts.js';
import { type GlusterVolume, isStarted, readVolumes } from './gluster-volume-xml.js';

/** `busy`: glusterd is in the midst of a change of this volume. */
export type Stillness =
  | { readonly state: 'busy' | 'absent' }
  | { readonly state: 'present'; readonly volume: GlusterVolume };

/** Whoever waits for the lock is refused at once; these only wait for glusterd itself. */
const PATIENCE_SECONDS = 60;

/**
 * Whether glusterd works on the volume. Both questions before the last one take the volume's lock; `volume info` does
 * not, and shows the old state until a change is made: it counts when the others agree with it.
 */
export async function lookForTransaction(hosts: Hosts, host: string, name: string): Promise<Stillness> {
  const seconds = Math.min(hosts.settings.glusterCliTimeoutSeconds || PATIENCE_SECONDS, PATIENCE_SECONDS);
  const settings = { ...hosts.settings, glusterCliTimeoutSeconds: seconds };
  const ask = (...words: readonly string[]) => gluster(settings, ['volume', ...words], { mayFail: true });
  const batch = [ask('rebalance', name, 'status'), ask('status', name), ask('info', name, '--xml')] as const;
  const answers = (await runAll(hosts.executor, host, batch)) as [Answer, Answer, Answer];
  const [rebalance, status, info] = answers;
  if ([rebalance, status].some((answer) => failsWith(answer, 'another transaction in progress')))
    return { state: 'busy' };
  const volume = await readInfo(host, batch[2], info, name);
  const isAbsent = failsWith(status, 'volume absent');
  const isStopped = failsWith(status, 'volume not started');
  if (status.exitCode !== 0 && !isAbsent && !isStopped) throw new CommandError(host, batch[1], status);
  if (volume === null) return { state: isAbsent ? 'absent' : 'busy' };
  const isAgreed = status.exitCode === 0 ? isStarted(volume) : isStopped && !isStarted(volume);
  return isAgreed ? { state: 'present', volume } : { state: 'busy' };
}

async function readInfo(
  host: string,
  command: Command,
  result: CommandResult,
  name: string,
): Promise<GlusterVolume | null> {
  try {
    return (await readVolumes(host, command, result)).find((volume) => volume.name === name) ?? null;
  } catch (error) {
    if (error instanceof CommandError && failsWith(error, 'volume absent')) return null;
    throw error;
  }
}
