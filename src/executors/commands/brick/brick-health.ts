import { type Answer, runAll } from '../../executor.js';
import { failsWith } from '../../failures/failures.js';
import { program } from '../host/command-lines.js';
import type { Hosts } from '../host/hosts.js';
import type { BrickMount } from './brick-mount.js';

/** Short: a disk that does not answer within this time is no better than one that answers with errors. */
const LOOK_TIMEOUT_MS = 60_000;
const LOG_TAIL_BYTES = 128 * 1024;

export interface BrickTrouble {
  /** The disk or the file system answers with errors now; false: gluster's own check met some before the process ended. */
  readonly isNow: boolean;
  readonly text: string;
}

/**
 * Whether a brick whose process ended went down for its disk; null when nothing says so. Writes nothing: the file
 * system is asked for its root (one that shut itself down refuses), the device is read past every cache, and the
 * brick's log says whether gluster's health check ended the process, which writes and therefore notices more.
 */
export async function findBrickTrouble(
  hosts: Hosts,
  host: string,
  { device, mountPoint, isSnapshot }: BrickMount,
  path: string,
): Promise<BrickTrouble | null> {
  const look = (...argv: readonly string[]) => program(argv, LOOK_TIMEOUT_MS, { mayFail: true });
  const log = `/var/log/glusterfs/bricks/${path.slice(1).replaceAll('/', '-')}.log`;
  const [log_, ...answers] = (await runAll(hosts.executor, host, [
    look('tail', '-c', String(LOG_TAIL_BYTES), log),
    look('stat', '-c', '%F', mountPoint),
    ...(isSnapshot ? [] : [look('dd', `if=${device}`, 'of=/dev/null', 'bs=4096', 'count=1', 'iflag=direct')]),
  ])) as [Answer, ...Answer[]];
  const failed = answers.find((answer) => failsWith(answer, 'disk error'));
  if (failed) return { isNow: true, text: failed.stderr.trim().split('\n')[0] ?? '' };
  const line = log_.exitCode === 0 ? lastHealthFailure(log_.stdout) : null;
  return line === null ? null : { isNow: false, text: line };
}

/** The line with which gluster's health check ended the process, unless the process was started again after it. */
export function lastHealthFailure(log: string): string | null {
  let found: string | null = null;
  for (const line of log.split('\n')) {
    if (line.includes('Started running')) found = null;
    else if (line.includes('health-check failed')) found = line.trim();
  }
  return found;
}
