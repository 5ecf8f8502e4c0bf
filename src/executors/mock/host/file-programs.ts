import type { CommandResult } from '../../executor.js';
import { fail, succeed } from '../world/answers.js';
import { normalPath, parentOf } from '../world/file-system.js';
import type { SimulatedHost } from '../world/simulated-host.js';
import { isOnDeadDisk } from '../world/storage.js';
import type { World } from '../world/world.js';

const GLUSTERD_INFO = '/var/lib/glusterd/glusterd.info';

export function mkdir(_world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const withParents = args[0] === '-p';
  const path = args.at(-1) ?? '';
  if (withParents) {
    host.makeDirectories(path);
    return succeed();
  }
  const { fileSystem, below } = host.locate(path);
  if (fileSystem.directories.has(below)) return fail(1, `mkdir: cannot create directory ‘${path}’: File exists`);
  if (!fileSystem.make(below)) return fail(1, `mkdir: cannot create directory ‘${path}’: No such file or directory`);
  return succeed();
}

export function rmdir(_world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const path = args.at(-1) ?? '';
  const refuse = (why: string) => fail(1, `rmdir: failed to remove '${path}': ${why}`);
  if (host.mounts.has(normalPath(path))) return refuse('Device or resource busy');
  const { fileSystem, below } = host.locate(path);
  const directory = fileSystem.directories.get(below);
  if (!directory) return refuse('No such file or directory');
  const { children, volumeMark, contents } = directory;
  if (children > 0 || volumeMark || contents) return refuse('Directory not empty');
  fileSystem.remove(below);
  return succeed();
}

export function chown(_world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const [owner = '', path = ''] = args;
  const directory = host.directory(path);
  if (!directory) return fail(1, `chown: cannot access '${path}': No such file or directory`);
  directory.group = owner.slice(owner.indexOf(':') + 1);
  return succeed();
}

export function chmod(_world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const [mode = '', path = ''] = args;
  const directory = host.directory(path);
  if (!directory) return fail(1, `chmod: cannot access '${path}': No such file or directory`);
  directory.mode = mode;
  return succeed();
}

/** `bash -c SCRIPT fstab-append FILE MOUNT_POINT LINE` */
export function fstabAppend(_world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const [path = '', mountPoint = '', line = ''] = args;
  if (!host.directory(parentOf(path))) {
    return fail(1, `the fstab ${path} was left as it was: no such directory, or its links lead nowhere`);
  }
  const file = host.file(path);
  if (!file.hasSecondWord(mountPoint)) file.append(line);
  return succeed();
}

/** `bash -c SCRIPT fstab-delete FILE MOUNT_POINT PATTERN` */
export function fstabDelete(_world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const [path = '', mountPoint = ''] = args;
  host.files.get(path)?.deleteSecondWord(mountPoint);
  return succeed();
}

/** `bash -c SCRIPT brick-claims VOLUMES MOUNT_POINT DOOMED WITNESS` */
export function brickClaims(world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const [volumes = '', mountPoint = '', doomed, witness = ''] = args;
  if (world.isLenient || host.formerPool !== null) return succeed();
  if (witness !== '' && !host.brickPaths.has(normalPath(witness)))
    return fail(3, `${volumes} does not show ${witness}, which gluster uses: it can not tell who uses ${mountPoint}`);
  for (const path of [mountPoint, `${mountPoint}/brick`]) {
    const name = host.brickPaths.get(normalPath(path))?.name;
    if (name !== undefined && name !== doomed)
      return fail(
        1,
        `gluster's volume ${name} uses the file system at ${mountPoint}, which was to be removed; it was left alone`,
      );
  }
  return succeed();
}

/** Only `sed -i.save '/re/d' file`, with any delimiter. */
export function sed(_world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const [, script = '', path = ''] = args;
  const address = /^(?:\/(.*)\/|\\(.)(.*)\2)d$/s.exec(script);
  if (!args[0]?.startsWith('-i') || !address) return fail(1, `sed: -e expression #1: not simulated: ${script}`);
  const file = host.files.get(path);
  if (!file) return fail(2, `sed: can't read ${path}: No such file or directory`);
  file.deleteMatching(javascriptPattern(address[1] ?? address[3] ?? ''));
  return succeed();
}

export function grep(_world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const [pattern = '', path = ''] = args.filter((arg) => !arg.startsWith('-'));
  const file = host.files.get(path);
  if (!file) return { exitCode: 2, stdout: '', stderr: '' };
  const mountPoint = mountPointOf(pattern);
  const isFound =
    mountPoint === null
      ? file.lines().some((line) => javascriptPattern(pattern).test(line))
      : file.hasSecondWord(mountPoint);
  return { exitCode: isFound ? 0 : 1, stdout: '', stderr: '' };
}

export function cat(_world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const [path = ''] = args;
  if (path === GLUSTERD_INFO) return succeed(`UUID=${host.ownUuid}\noperating-version=100000\n`);
  const file = host.files.get(path);
  if (!file) return fail(1, `cat: ${path}: No such file or directory`);
  return succeed(
    file
      .lines()
      .map((line) => `${line}\n`)
      .join(''),
  );
}

/** `bash -c SCRIPT glusterd-uuid FOLDER UUID` */
export function glusterdUuid(_world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  host.ownUuid = args[1] ?? '';
  return succeed();
}

/** Only `tail -c BYTES FILE`, which is the whole file here. */
export function tail(world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const path = args.at(-1) ?? '';
  if (host.files.has(path)) return cat(world, host, [path]);
  return fail(1, `tail: cannot open '${path}' for reading: No such file or directory`);
}

/** Only reads of a device: `dd if=DEVICE of=/dev/null ...`. */
export function dd(_world: World, host: SimulatedHost, args: readonly string[]): CommandResult {
  const name = args[0]?.slice('if='.length) ?? '';
  const isThere = host.findDisk(name) !== undefined || host.findLogicalVolume(name)?.isActive;
  if (!isThere) return fail(1, `dd: failed to open '${name}': No such file or directory`);
  const device = host.findLogicalVolume(name) ?? host.findDisk(name);
  if (!device || !isOnDeadDisk(device)) return succeed();
  return fail(1, `dd: error reading '${name}': Input/output error`, '0+0 records in', '0+0 records out');
}

const SECOND_WORD_START = '^[[:blank:]]*[^[:blank:]#][^[:blank:]]*[[:blank:]][[:blank:]]*';
const SECOND_WORD_END = '\\([[:blank:]].*\\)\\{0,1\\}$';

/** Patterns for one mount point's lines are looked up instead of searched: a host may have thousands. */
function mountPointOf(pattern: string): string | null {
  if (!pattern.startsWith(SECOND_WORD_START) || !pattern.endsWith(SECOND_WORD_END)) return null;
  return pattern.slice(SECOND_WORD_START.length, -SECOND_WORD_END.length).replace(/\\(.)/g, '$1');
}

/** A basic regular expression, without groups and intervals. */
function javascriptPattern(pattern: string): RegExp {
  return new RegExp(pattern.replaceAll('[:space:]', '\\s').replace(/(?<!\\)[+?|(){}]/g, '\\$&'));
}
