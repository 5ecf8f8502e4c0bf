import { bricksPerSet, type Durability, disperseCounts, replicaCount } from '../../../domain/durability.js';
import type { Id } from '../../../domain/ids.js';

import { type Command, CommandError, type CommandResult, FinalRefusal, runAll, runOne } from '../../executor.js';
import { failsWith } from '../../failures/failures.js';
import type { FailureKind } from '../../failures/kinds.js';
import { type BrickMount, isMountedCheck } from '../brick/brick-mount.js';
import { gluster } from '../host/command-lines.js';
import type { HostSettings } from '../host/host-settings.js';
import type { Hosts } from '../host/hosts.js';
import { listVolumesCommand, readUsers } from './brick-users.js';
import {
  type BrickProcess,
  type GlusterVolume,
  type HealingBrick,
  parseHealInfo,
  readBrickProcesses,
  readVolumes,
} from './gluster-volume-xml.js';
import { child, childTexts, readGlusterXml } from './gluster-xml.js';

export { type BrickProcess, type GlusterVolume, type HealingBrick, isStarted } from './gluster-volume-xml.js';

/** Longer command lines than this many sets are split: a line has a length limit. */
const SETS_PER_ADD_BRICK = { none: 15, replicate: 5, disperse: 1 } as const;

/** Where a brick is, in gluster's terms: `host` is the storage name of its node. */
export interface BrickAddress {
  readonly host: string;
  readonly path: string;
}

export interface GlusterVolumeSpec {
  readonly name: string;
  readonly volumeId: Id;
  readonly durability: Durability;
  readonly isArbiter: boolean;
  /** In gluster's order, which makes the brick sets: the arbiter is the last of its set. */
  readonly bricks: readonly BrickAddress[];
  /** `key value`, split at the first space; empty ones are skipped. */
  readonly options: readonly string[];
}

/** Creates the volume with all bricks and options and starts it, in one batch. */
export async function createGlusterVolume(hosts: Hosts, host: string, spec: GlusterVolumeSpec): Promise<void> {
  const { settings, executor } = hosts;
  const setSize = bricksPerSet(spec.durability);
  const first = spec.bricks.slice(0, setSize).map(brickName);
  const batch = [
    gluster(settings, ['volume', 'create', spec.name, ...layoutArguments(spec), ...first]),
    ...addBrickCommands(settings, { ...spec, bricks: spec.bricks.slice(setSize) }),
    ...spec.options
      .map(optionArguments)
      .filter((option) => option.length > 0)
      .map((option) => gluster(settings, ['volume', 'set', spec.name, ...option])),
    gluster(settings, ['volume', 'set', spec.name, 'user.heketi.id', spec.volumeId]),
    gluster(settings, ['volume', 'start', spec.name]),
  ];
  try {
    await runAll(executor, host, batch);
  } catch (error) {
    if (error instanceof CommandError && isRefusedOnAnyBricks(error)) throw FinalRefusal.of(error, error.message);
    throw error;
  }
}

function isRefusedOnAnyBricks(error: CommandError): boolean {
  return failsWith(error, 'volume name refused') || failsWith(error, 'volume option unknown');
}

export interface DeletedVolume {
  /** `absent`: gluster has no volume of that name. */
  readonly outcome: 'deleted' | 'absent';
  /** Volumes that use one of the bricks all the same, seen after the delete; null when that was not asked or not read. */
  readonly users: readonly GlusterVolume[] | null;
}

/** Stops and deletes the volume, not its bricks, and looks who else uses those that are given. */
export async function deleteGlusterVolume(
  hosts: Hosts,
  host: string,
  name: string,
  brickPaths: readonly string[] = [],
): Promise<DeletedVolume> {
  const { settings, executor } = hosts;
  // A stop that is refused or not answered ends the batch; with `force` one that stopped before succeeds.
  const stop = gluster(settings, ['volume', 'stop', name, 'force']);
  const remove = gluster(settings, ['volume', 'delete', name]);
  const list = listVolumesCommand(settings);
  const isAsking = brickPaths.length > 0;
  try {
    const results = await runAll(executor, host, [stop, remove, ...(isAsking ? [list] : [])]);
    return { outcome: 'deleted', users: isAsking ? await usersIn(host, list, results.at(-1), brickPaths) : null };
  } catch (error) {
    if (error instanceof CommandError && failsWith(error, 'volume absent')) return { outcome: 'absent', users: null };
    throw error;
  }
}

/** Deletes a volume that does not run; gluster refuses one that does. `absent`: it has no volume of that name. */
export async function deleteStoppedVolume(hosts: Hosts, host: string, name: string): Promise<'deleted' | 'absent'> {
  const isAbsent = await runUnless(hosts, host, ['volume', 'delete', name], 'volume absent');
  return isAbsent ? 'absent' : 'deleted';
}

async function usersIn(
  host: string,
  list: Command,
  result: CommandResult | undefined,
  paths: readonly string[],
): Promise<readonly GlusterVolume[] | null> {
  try {
    return result ? await readUsers(host, list, result, paths) : null;
  } catch (error) {
    if (error instanceof CommandError) return null;
    throw error;
  }
}

/** Adds all of `spec.bricks`, which make whole sets. */
export async function addBricks(hosts: Hosts, host: string, spec: GlusterVolumeSpec): Promise<void> {
  await runAll(hosts.executor, host, addBrickCommands(hosts.settings, spec));
}

/** `key value` each; those before one that gluster refuses are set. */
export async function setVolumeOptions(
  hosts: Hosts,
  host: string,
  name: string,
  options: readonly string[],
): Promise<void> {
  const { settings, executor } = hosts;
  await runAll(
    executor,
    host,
    options.map((option) => gluster(settings, ['volume', 'set', name, ...optionArguments(option)])),
  );
}

export async function startRebalance(hosts: Hosts, host: string, name: string): Promise<void> {
  await runOne(hosts.executor, host, gluster(hosts.settings, ['volume', 'rebalance', name, 'start']));
}

/** Null when gluster has no volume of that name; anything else that is wrong throws. */
export async function volumeInfo(hosts: Hosts, host: string, name: string): Promise<GlusterVolume | null> {
  const command = gluster(hosts.settings, ['volume', 'info', name, '--xml'], { mayFail: true });
  const result = await runOne(hosts.executor, host, command);
  try {
    const volume = (await readVolumes(host, command, result)).find((found) => found.name === name);
    return volume ?? null;
  } catch (error) {
    if (error instanceof CommandError && failsWith(error, 'volume absent')) return null;
    throw error;
  }
}

/** All volumes that the host knows. */
export async function listVolumes(hosts: Hosts, host: string): Promise<readonly GlusterVolume[]> {
  const command = listVolumesCommand(hosts.settings);
  return readVolumes(host, command, await runOne(hosts.executor, host, command));
}

export async function listVolumeNames(hosts: Hosts, host: string): Promise<readonly string[]> {
  const command = gluster(hosts.settings, ['volume', 'list', '--xml'], { mayFail: true });
  const output = await readGlusterXml(host, command, await runOne(hosts.executor, host, command));
  return childTexts(child(output, 'volList'), 'volume');
}

/** The brick processes of a started volume, those of nodes that are down left out. */
export async function brickProcesses(hosts: Hosts, host: string, name: string): Promise<readonly BrickProcess[]> {
  const command = gluster(hosts.settings, ['volume', 'status', name, '--xml'], { mayFail: true });
  return readBrickProcesses(host, command, await runOne(hosts.executor, host, command));
}

/** A volume that runs already is success. */
export async function startVolume(hosts: Hosts, host: string, name: string): Promise<void> {
  await runUnless(hosts, host, ['volume', 'start', name], 'volume started already');
}

/** A volume that does not run is success. */
export async function stopVolume(hosts: Hosts, host: string, name: string): Promise<void> {
  await runUnless(hosts, host, ['volume', 'stop', name, 'force'], 'volume stopped already');
}

/** The new brick is filled by self-heal afterwards. */
export async function replaceBrick(
  hosts: Hosts,
  host: string,
  name: string,
  from: BrickAddress,
  to: BrickAddress,
): Promise<void> {
  await runOne(
    hosts.executor,
    host,
    gluster(hosts.settings, ['volume', 'replace-brick', name, brickName(from), brickName(to), 'commit', 'force']),
  );
}

/**
 * An empty brick takes the place that it has already, and is filled by self-heal afterwards. `host` is the brick's own:
 * gluster would take the bare directory below a mount point as well, so its file system must be mounted at that very
 * moment, or nothing is done (CommandError). gluster refuses a brick that runs.
 */
export async function resetBrick(
  hosts: Hosts,
  host: string,
  name: string,
  brick: BrickAddress,
  mount: BrickMount,
): Promise<void> {
  const words = ['volume', 'reset-brick', name, brickName(brick), brickName(brick), 'commit', 'force'];
  await runAll(hosts.executor, host, [isMountedCheck(mount, false), gluster(hosts.settings, words)]);
}

/**
 * Has self-heal begin now, and not at its next round, some minutes later; `isFull`: with all files, and not only those that
 * are listed. False where gluster refuses.
 */
export async function launchHeal(hosts: Hosts, host: string, name: string, isFull: boolean): Promise<boolean> {
  const words = ['volume', 'heal', name, ...(isFull ? ['full'] : [])];
  const command = gluster(hosts.settings, words, { mayFail: true });
  return (await runOne(hosts.executor, host, command)).exitCode === 0;
}

/** Only replicate and disperse volumes that are started heal; gluster refuses others. */
export async function healInfo(
  hosts: Hosts,
  host: string,
  name: string,
  signal?: AbortSignal,
): Promise<readonly HealingBrick[]> {
  const command = gluster(hosts.settings, ['volume', 'heal', name, 'info', '--xml'], { mayFail: true });
  return parseHealInfo(await readGlusterXml(host, command, await runOne(hosts.executor, host, command, signal)));
}

/** True when the host says that it is so already. */
async function runUnless(
  hosts: Hosts,
  host: string,
  args: readonly string[],
  so: Extract<FailureKind, `volume ${'absent' | 'started already' | 'stopped already'}`>,
): Promise<boolean> {
  const command = gluster(hosts.settings, args, { mayFail: true });
  const result = await runOne(hosts.executor, host, command);
  if (result.exitCode === 0) return false;
  if (!failsWith(result, so)) throw new CommandError(host, command, result);
  return true;
}

function addBrickCommands(settings: HostSettings, spec: GlusterVolumeSpec): readonly Command[] {
  const chunk = bricksPerSet(spec.durability) * SETS_PER_ADD_BRICK[spec.durability.type];
  const commands: Command[] = [];
  for (let i = 0; i < spec.bricks.length; i += chunk) {
    const bricks = spec.bricks.slice(i, i + chunk).map(brickName);
    commands.push(gluster(settings, ['volume', 'add-brick', spec.name, ...bricks]));
  }
  return commands;
}

function layoutArguments({ durability, isArbiter }: GlusterVolumeSpec): readonly string[] {
  if (durability.type === 'replicate')
    return ['replica', String(replicaCount(durability)), ...(isArbiter ? ['arbiter', '1'] : [])];
  if (durability.type === 'disperse') {
    const { data, redundancy } = disperseCounts(durability);
    return ['disperse-data', String(data), 'redundancy', String(redundancy)];
  }
  return [];
}

/** `auth.allow a, b` is the key and one value, spaces and all. */
function optionArguments(option: string): readonly string[] {
  const text = option.trim();
  if (text === '') return [];
  const space = text.search(/\s/);
  return space < 0 ? [text] : [text.slice(0, space), text.slice(space + 1)];
}

function brickName(brick: BrickAddress): string {
  return `${brick.host}:${brick.path}`;
}
