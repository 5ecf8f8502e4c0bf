import { type Answer, type Command, CommandError, type CommandResult, runAll } from '../../executor.js';
import { failsWith } from '../../failures/failures.js';
import { program, SHORT_TIMEOUT_MS } from '../host/command-lines.js';
import type { Hosts } from '../host/hosts.js';
import { type BrickMount, isMountedCheck } from './brick-mount.js';

export interface BrickDirectory {
  readonly path: string;
  readonly mount: BrickMount;
}

export interface BrickContents {
  readonly path: string;
  /** gluster's own among them; null when the brick's file system is not mounted: what lies there then tells nothing. */
  readonly names: readonly string[] | null;
}

/** What gluster itself puts into a brick. */
const OWN_FILES = /^(?:\.glusterfs|\.glusterfs-anonymous-inode-[0-9a-f-]+|\.trashcan)$/;

/** Whether gluster itself has put it into the root of a brick. */
export function isOwnFile(name: string): boolean {
  return OWN_FILES.test(name);
}

/** What brick directories of one host hold. Throws CommandError where one can't be read. */
export async function brickContents(
  hosts: Hosts,
  host: string,
  bricks: readonly BrickDirectory[],
): Promise<readonly BrickContents[]> {
  const checks = bricks.map(({ mount }) => isMountedCheck(mount, true));
  const results = await runAll(hosts.executor, host, checks);
  checks.forEach((check, i) => {
    const result = results[i];
    if (result && failsWith(result, 'program missing')) throw new CommandError(host, check, result);
  });
  const isMounted = (i: number) => results[i]?.exitCode === 0;
  const mounted = bricks.filter((_, i) => isMounted(i)).map(({ path }) => path);
  const names = await directoryContents(hosts, host, mounted);
  return bricks.map(({ path }, i) => ({ path, names: isMounted(i) ? (names[mounted.indexOf(path)] ?? null) : null }));
}

/** A brick's directory as it is now. */
export interface BrickLook {
  readonly isMounted: boolean;
  /** gluster's own among them; null: there is no such directory. Where nothing is mounted they lie below the mount point. */
  readonly names: readonly string[] | null;
}

/** One of the bricks' directories after the other, in one round trip. Throws CommandError where one can't be read. */
export async function lookAtBricks(
  hosts: Hosts,
  host: string,
  bricks: readonly BrickDirectory[],
): Promise<readonly BrickLook[]> {
  if (bricks.length === 0) return [];
  const batch = bricks.flatMap(({ path, mount }) => [
    isMountedCheck(mount, true),
    program(['ls', '-A', '--', path], SHORT_TIMEOUT_MS, { isReading: true, mayFail: true }),
  ]);
  const answers = await runAll(hosts.executor, host, batch);
  return bricks.map(({ path }, i) => {
    const [check, listing] = [batch[2 * i], batch[2 * i + 1]] as [Command, Command];
    const [mounted, listed] = [answers[2 * i], answers[2 * i + 1]] as [Answer, Answer];
    if (failsWith(mounted, 'program missing')) throw new CommandError(host, check, mounted);
    const isAbsent = failsWith(listed, 'file absent', { path });
    if (listed.exitCode !== 0 && !isAbsent) throw new CommandError(host, listing, listed);
    return { isMounted: mounted.exitCode === 0, names: isAbsent ? null : namesOf(listed) };
  });
}

/** Only where it is empty, and its file system mounted: throws CommandError, and removes nothing, else. */
export async function removeEmptyDirectory(hosts: Hosts, host: string, { path, mount }: BrickDirectory): Promise<void> {
  await runAll(hosts.executor, host, [isMountedCheck(mount, false), program(['rmdir', path], SHORT_TIMEOUT_MS)]);
}

/** Names in each of these directories. Throws CommandError where one can't be read. */
export async function directoryContents(
  hosts: Hosts,
  host: string,
  paths: readonly string[],
): Promise<readonly (readonly string[])[]> {
  if (paths.length === 0) return [];
  const batch = paths.map((path) => program(['ls', '-A', '--', path], SHORT_TIMEOUT_MS, { isReading: true }));
  const answers = await runAll(hosts.executor, host, batch);
  return answers.map(namesOf);
}

function namesOf({ stdout }: CommandResult): readonly string[] {
  return stdout.split('\n').filter((name) => name !== '');
}
