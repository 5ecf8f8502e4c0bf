import { BrickContents } from './brick-contents.js';
import { isBrickOnline } from './brick-processes.js';
import { type SimulatedBrick, type SimulatedVolume, setSize } from './simulated-host.js';
import type { World } from './world.js';

/** Below the root of a brick. */
const BLOCK_FOLDER = /^\/block-(?:meta|store)(?:\/|$)/;

/** A brick whose process runs, and what its directory holds. */
interface Member {
  readonly brick: SimulatedBrick;
  readonly place: number;
  readonly contents: BrickContents;
}

/** The running bricks of the set whose first brick is the volume's n-th; those without a directory are left out. */
function membersOf(volume: SimulatedVolume, first: number): readonly Member[] {
  const members: Member[] = [];
  for (const [place, brick] of volume.bricks.slice(first, first + setSize(volume)).entries()) {
    const directory = brick.node.directory(brick.path);
    if (!directory || !isBrickOnline(volume, brick)) continue;
    directory.contents ??= new BrickContents(place, brick.isArbiter);
    members.push({ brick, place, contents: directory.contents });
  }
  return members;
}

function firstsOf(volume: SimulatedVolume): readonly number[] {
  const size = setSize(volume);
  return Array.from({ length: Math.ceil(volume.bricks.length / size) }, (_, i) => i * size);
}

/** How many bricks with data it takes to read a file. */
export function readersNeeded(volume: SimulatedVolume): number {
  return volume.type === 'Disperse' ? volume.disperse - volume.redundancy : 1;
}

/** How many bricks it takes to write one. */
export function writersNeeded(volume: SimulatedVolume): number {
  if (volume.type !== 'Replicate') return volume.type === 'Disperse' ? readersNeeded(volume) : 1;
  return volume.replica < 3 ? 1 : Math.floor(volume.replica / 2) + 1;
}

/** A client creates a file in one of the volume's sets. False: the set has no quorum, and refuses it. */
export function writeFile(volume: SimulatedVolume, set: number, file: number): boolean {
  const first = set * setSize(volume);
  const members = membersOf(volume, first);
  const data = members.filter(({ contents }) => !contents.hasNamesOnly);
  if (members.length < writersNeeded(volume) || data.length < readersNeeded(volume)) return false;
  const reached = new Set(members.map(({ place }) => place));
  for (const { contents } of members) {
    contents.files.add(file);
    for (let place = 0; place < setSize(volume); place++) if (!reached.has(place)) contents.owedTo(place).add(file);
  }
  return true;
}

/** A brick was put in the place of another: as soon as the set knows of it, it owes it everything. */
export function expectEmptyBrick(world: World, volume: SimulatedVolume, at: number): void {
  const size = setSize(volume);
  const [first, place] = [at - (at % size), at % size];
  const seconds = volume.type === 'Disperse' ? (world.healPace?.secondsUntilDispersedKnow ?? 0) : 0;
  volume.heal.unknown.push({ first, place, seconds });
  tellOfEmptyBricks(volume);
}

/** Once the time is over, those that run know, if they are enough to fill it. */
function tellOfEmptyBricks(volume: SimulatedVolume): void {
  const { unknown } = volume.heal;
  for (const late of [...unknown]) {
    const others = membersOf(volume, late.first).filter(({ place }) => place !== late.place);
    if (late.seconds > 0 || others.length < readersNeeded(volume)) continue;
    oweRoot(volume, late.first, late.place);
    unknown.splice(unknown.indexOf(late), 1);
  }
}

function oweRoot(volume: SimulatedVolume, first: number, place: number): void {
  for (const member of membersOf(volume, first)) if (member.place !== place) member.contents.owedRoots.add(place);
}

/** `volume heal NAME full`: every brick of the volume is compared with the others. */
export function oweEverything(volume: SimulatedVolume): void {
  for (const first of firstsOf(volume))
    for (let place = 0; place < setSize(volume); place++) oweRoot(volume, first, place);
}

/** What can be healed is healed before anybody looks, unless heals take their time. */
export function healAtOnce(world: World, volume: SimulatedVolume): void {
  if (world.healPace === null) passHealTime(volume, 1, Number.POSITIVE_INFINITY);
}

/** Seconds go by, in each of which each set heals so many files. */
export function passHealTime(volume: SimulatedVolume, seconds: number, filesPerSecond: number): void {
  if (volume.status !== 1 || setSize(volume) === 1) return;
  for (let i = 0; i < seconds; i++) {
    for (const late of volume.heal.unknown) late.seconds--;
    tellOfEmptyBricks(volume);
    if (!volume.heal.isStalled) for (const first of firstsOf(volume)) healSet(volume, first, filesPerSecond);
  }
}

/** Each node's daemon heals what the bricks of that node know to be owed to others that run. */
function healSet(volume: SimulatedVolume, first: number, files: number): void {
  const members = membersOf(volume, first);
  let left = files;
  for (const source of members) {
    if (!source.brick.node.isHealDaemonUp) continue;
    for (const sink of members) {
      if (sink.place === source.place) continue;
      if (source.contents.owedRoots.has(sink.place)) listOwed(source, sink);
      left = healFrom(volume, source, sink, members, left);
    }
  }
}

function listOwed(source: Member, sink: Member): void {
  const owed = source.contents.owedTo(sink.place);
  for (const file of source.contents.files) if (!sink.contents.files.has(file)) owed.add(file);
}

function healFrom(
  volume: SimulatedVolume,
  source: Member,
  sink: Member,
  members: readonly Member[],
  files: number,
): number {
  const owed = source.contents.owedTo(sink.place);
  let left = files;
  for (const file of owed) {
    if (left === 0) return 0;
    if (volume.heal.split.has(file) || !isReadable(volume, members, sink, file)) continue;
    sink.contents.files.add(file);
    for (const { contents } of members) contents.owed.get(sink.place)?.delete(file);
    left--;
  }
  if (owed.size === 0 && source.contents.owedRoots.delete(sink.place)) fillBlockFolders(source.brick, sink.brick);
  return left;
}

/** What gluster-block keeps in a volume comes with the root; other folders are what somebody has made on a brick by hand. */
function fillBlockFolders(source: SimulatedBrick, sink: SimulatedBrick): void {
  const from = source.node.locate(source.path);
  const to = sink.node.locate(sink.path);
  for (const path of [...from.fileSystem.directories.keys()]) {
    const below = path.startsWith(from.below) ? path.slice(from.below.length) : '';
    if (BLOCK_FOLDER.test(below)) to.fileSystem.makeWithParents(to.below + below);
  }
}

/** Whether the sink has it already, or the others have enough of it. */
function isReadable(volume: SimulatedVolume, members: readonly Member[], sink: Member, file: number): boolean {
  if (sink.contents.files.has(file)) return true;
  const holders = members.filter(({ contents }) => contents.files.has(file));
  if (sink.contents.hasNamesOnly) return holders.length > 0;
  return holders.filter(({ contents }) => !contents.hasNamesOnly).length >= readersNeeded(volume);
}

/** Two copies of a file accuse each other. */
export function splitFile(volume: SimulatedVolume, set: number, file: number): void {
  const members = membersOf(volume, set * setSize(volume));
  volume.heal.split.add(file);
  for (const one of members) for (const other of members) if (one !== other) one.contents.owedTo(other.place).add(file);
}

/** The root of every volume has the number 1. */
export function gfidOf(file: number | null): string {
  if (file === null) return '00000000-0000-0000-0000-000000000001';
  return `f11e0000-0000-4000-${file < 0 ? '9' : '8'}000-${Math.abs(file).toString(16).padStart(12, '0')}`;
}

/** What heal info lists at a brick that runs: the root of the volume as null, before the files. */
export function owedEntries(contents: BrickContents | null): readonly (number | null)[] {
  if (!contents) return [];
  return [...(contents.owedRoots.size > 0 ? [null] : []), ...contents.owedFiles];
}
