import { type Answer, answerTo, CommandError, runAll, TransportError } from '../../executor.js';
import { failsWith } from '../../failures/failures.js';
import { type BrickMount, isMountedCheck } from '../brick/brick-mount.js';
import { gluster, LONG_TIMEOUT_MS, lvm, program, SHORT_TIMEOUT_MS } from '../host/command-lines.js';
import { appendFstabLine, findFstabLine } from '../host/fstab-lines.js';
import type { Hosts } from '../host/hosts.js';

/**
 * Brings a brick's file system where it belongs: activates its logical volume, adds the missing fstab line, mounts.
 * What is right already is left alone. The caller has made sure that nobody is removing the brick.
 */
export async function restoreBrickMount(hosts: Hosts, host: string, brick: BrickMount): Promise<void> {
  const { settings, executor } = hosts;
  const { vgName, lvName, device, mountPoint } = brick;
  const [mounted, line] = (await runAll(executor, host, [
    isMountedCheck(brick, true),
    findFstabLine(settings.fstab, mountPoint),
  ])) as [Answer, Answer];
  const fstabLine = `${device} ${mountPoint} xfs ${settings.mountOptions} 1 2`;
  const mount = program(['mount', '-o', settings.mountOptions, device, mountPoint], LONG_TIMEOUT_MS, { mayFail: true });
  const results = await runAll(executor, host, [
    ...(line.exitCode === 0 ? [] : [appendFstabLine(settings.fstab, fstabLine)]),
    ...(mounted.exitCode === 0
      ? []
      : [
          lvm(settings, ['lvchange', '-ay', `${vgName}/${lvName}`], LONG_TIMEOUT_MS),
          program(['mkdir', '-p', mountPoint], SHORT_TIMEOUT_MS),
          mount,
          // Where systemd mounts at the first access, our mount comes second and is refused.
          isMountedCheck(brick, true),
        ]),
  ]);
  const [refusal, after] = results.slice(-2);
  if (mounted.exitCode !== 0 && refusal && after?.exitCode !== 0) throw new CommandError(host, mount, refusal);
}

/** Whether each of these file systems is mounted where it belongs, in one round trip. */
export async function areMounted(
  hosts: Hosts,
  host: string,
  bricks: readonly BrickMount[],
): Promise<readonly boolean[]> {
  if (bricks.length === 0) return [];
  const results = await runAll(
    hosts.executor,
    host,
    bricks.map((brick) => isMountedCheck(brick, true)),
  );
  return results.map((result) => result.exitCode === 0);
}

/**
 * Starts the brick processes of a started volume that do not run. `local` are the volume's bricks on `host`: unless
 * every one of them is mounted at that moment, nothing is started: a brick that starts on the bare directory below
 * its mount point fills the root file system, and self-heal takes it for the truth. Nor is a volume that somebody has
 * stopped: `start force` would start it.
 */
export async function startBrickProcesses(
  hosts: Hosts,
  host: string,
  volume: string,
  local: readonly BrickMount[],
): Promise<'started' | 'unmounted' | 'stopped'> {
  // One batch, which stops at the first brick that is not mounted: nothing comes in between.
  const checks = local.map((brick) => isMountedCheck(brick, false));
  // Not as XML: of that gluster's client may end with 0 whatever it says.
  const isStarted = gluster(hosts.settings, ['volume', 'status', volume]);
  const batch = [...checks, isStarted, gluster(hosts.settings, ['volume', 'start', volume, 'force'])];
  const results = await hosts.executor.run(host, batch);
  const [last, command] = [results.at(-1), batch[results.length - 1]];
  if (!last || !command) throw new TransportError(host, `no answer from ${host}`, true);
  if (last.exitCode === 0 && results.length === batch.length) return 'started';
  if (results.length > checks.length) {
    if (command === isStarted && failsWith(answerTo(command, last), 'volume not started')) return 'stopped';
    throw new CommandError(host, command, last);
  }
  if (failsWith(answerTo(command, last), 'program missing')) throw new CommandError(host, command, last);
  return 'unmounted';
}
