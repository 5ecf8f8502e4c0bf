import { type Command, CommandError, type CommandResult, runAll } from '../../executor.js';
import { gluster } from '../host/command-lines.js';
import type { Hosts } from '../host/hosts.js';
import { isNotStarted, isTransactionInProgress, isVolumeAbsent } from './gluster-errors.js';
import { type GlusterVolume, isStarted, parseVolumes } from './gluster-volume-xml.js';
import { readGlusterXml } from './gluster-xml.js';

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
  const answers = (await runAll(hosts.executor, host, batch)) as [CommandResult, CommandResult, CommandResult];
  const errors = [0, 1].map((i) => failureOf(host, batch[i] as Command, answers[i] as CommandResult));
  if (errors.some((error) => error && isTransactionInProgress(error))) return { state: 'busy' };
  const volume = readInfo(host, batch[2], answers[2], name);
  const status = errors[1] ?? null;
  if (status && !isVolumeAbsent(status) && !isNotStarted(status)) throw status;
  if (volume === null) return { state: status && isVolumeAbsent(status) ? 'absent' : 'busy' };
  const isAgreed = status === null ? isStarted(volume) : isNotStarted(status) && !isStarted(volume);
  return isAgreed ? { state: 'present', volume } : { state: 'busy' };
}

function failureOf(host: string, command: Command, result: CommandResult): CommandError | null {
  return result.exitCode === 0 ? null : new CommandError(host, command, result);
}

function readInfo(host: string, command: Command, result: CommandResult, name: string): GlusterVolume | null {
  try {
    return parseVolumes(readGlusterXml(host, command, result)).find((volume) => volume.name === name) ?? null;
  } catch (error) {
    if (error instanceof CommandError && isVolumeAbsent(error)) return null;
    throw error;
  }
}
