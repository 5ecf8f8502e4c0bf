import type { Command, CommandResult } from '../../../../src/executors/executor.js';
import type { BrickInSet } from '../../../../src/executors/mock/simulated-heals.js';
import type { SimulatedHosts } from '../../../../src/executors/mock/simulated-hosts.js';
import { currentTurn, type VolumeTurn } from './volume-turns.js';

/** A set without one of its bricks. */
interface Others {
  /** Bricks that have all files. */
  readonly full: number;
  /** Those that run. */
  readonly healed: number;
  /** How many it takes to write. */
  readonly quorum: number;
  /** The brick was down, and wrote alone while the others were: nobody can know what it alone has. */
  readonly isUnknowable: boolean;
  /** What each of its bricks lacked. */
  readonly detail: string;
}

/** What heal info has shown of a volume, by brick. */
type Look = ReadonlyMap<string, Others>;

/** Whether a brick's file system is mounted is asked in the batch that gives it back. */
const COMMANDS_BETWEEN = 1;

/** What clients were told is written, and whether it is there still. */
export class WrittenFiles {
  /** What the server has done to them. */
  readonly violations: string[] = [];
  written = 0;
  replaced = 0;
  destroyed = 0;
  readonly #hosts: SimulatedHosts;
  /** By name of the volume, the set of each file. */
  readonly #files = new Map<string, Map<number, number>>();
  /** By turn at a volume, the last one: what others were shown meanwhile is no reason to take a brick away. */
  readonly #shown = new WeakMap<VolumeTurn, Look>();
  /** Bricks that took the places of others, or were given back empty, and are not filled yet. */
  readonly #new = new Set<string>();
  /** Files that no brick of their set has. */
  readonly #alone = new Set<number>();
  #next = 1;

  constructor(hosts: SimulatedHosts) {
    this.#hosts = hosts;
  }

  /** A client writes one file into one of the volume's sets; null when that has no quorum. */
  write(volume: string, draw: (below: number) => number): { readonly file: number; readonly set: number } | null {
    if (!this.#exists(volume)) return null;
    const set = draw(this.#hosts.heals.sets(volume).length);
    const file = this.#next++;
    if (!this.#hosts.heals.write(volume, set, file)) return null;
    this.written++;
    const files = this.#files.get(volume) ?? new Map<number, number>();
    this.#files.set(volume, files.set(file, set));
    return { file, set };
  }

  /** A client has asked for the volume's end. */
  forget(volume: string): void {
    this.#files.delete(volume);
  }

  /** After each command: whatever has been written can be read, from bricks that are in use or were. */
  lookAfter({ argv }: Command, { exitCode }: CommandResult): void {
    for (const [volume, files] of this.#files) {
      const lost = this.#lost(volume, files);
      if (lost.length > 0)
        this.violations.push(`${argv.join(' ')}: the last copies of files ${lost.join()} of ${volume} are destroyed`);
      for (const file of lost) files.delete(file);
    }
    const [, verb, name = '', what = '', brick = ''] = argv.filter((word) => !word.startsWith('--')).slice(1);
    if (verb === 'heal' && what === 'info') this.#see(name);
    else if (verb === 'replace-brick' || verb === 'reset-brick') this.#change(name, what, brick, exitCode);
    else this.#pass();
    if (argv.includes('lvremove') && exitCode === 0) this.destroyed++;
  }

  /** Of volumes that have had time to heal, but for those named: what not every brick of a set has. */
  unhealed(but: ReadonlySet<string>): string[] {
    const looked = [...this.#files.keys()].filter((volume) => !but.has(volume));
    return looked.flatMap((volume) =>
      this.#exists(volume)
        ? this.#hosts.heals.sets(volume).flatMap((bricks, set) => {
            const wanted = this.#wanted(volume, set);
            return bricks.flatMap((brick) =>
              missing(brick, wanted).map((file) => `${volume}: ${brick.name} has no file ${file}`),
            );
          })
        : [`volume ${volume} is gone`],
    );
  }

  #wanted(volume: string, set: number): readonly number[] {
    return [...(this.#files.get(volume) ?? [])].filter(([, of]) => of === set).map(([file]) => file);
  }

  #exists(volume: string): boolean {
    return this.#hosts.state().pools.some(({ volumes }) => volumes.some(({ name }) => name === volume));
  }

  #lost(volume: string, files: ReadonlyMap<number, number>): number[] {
    if (files.size === 0) return [];
    const places = new Map<number, Set<number>>();
    for (const { contents } of this.#hosts.heals.copies()) {
      if (contents.hasNamesOnly) continue;
      for (const file of contents.files) places.set(file, (places.get(file) ?? new Set()).add(contents.place));
    }
    const needed = this.#exists(volume) ? this.#hosts.heals.quorums(volume).read : 1;
    return [...files.keys()].filter((file) => (places.get(file)?.size ?? 0) < needed);
  }

  #see(volume: string): void {
    const look = this.#look(volume);
    const turn = currentTurn();
    if (turn?.volume !== volume) return;
    this.#shown.set(turn, look);
    turn.looks++;
    turn.commandsSince = 0;
  }

  #pass(): void {
    const turn = currentTurn();
    if (turn) turn.commandsSince++;
  }

  #change(volume: string, old: string, brick: string, exitCode: number): void {
    if (exitCode !== 0) return;
    this.#judge(volume, old, brick);
    const turn = currentTurn();
    if (turn) turn.looks = 0;
  }

  #look(volume: string): ReadonlyMap<string, Others> {
    const others = new Map<string, Others>();
    if (!this.#exists(volume)) return others;
    const quorum = this.#hosts.heals.quorums(volume).write;
    for (const [set, bricks] of this.#hosts.heals.sets(volume).entries()) {
      const wanted = this.#wanted(volume, set).filter((file) => !this.#alone.has(file));
      const full = bricks.filter((brick) => missing(brick, wanted).length === 0);
      for (const { name } of full) this.#new.delete(name);
      const lacks = bricks.map(
        (brick) => `${brick.name}${brick.isOnline ? '' : ' (down)'} lacks ${missing(brick, wanted)}`,
      );
      for (const brick of bricks)
        others.set(brick.name, {
          detail: lacks.join('; '),
          full: full.filter((other) => other !== brick).length,
          healed: full.filter((other) => other.isOnline && other !== brick).length,
          quorum,
          isUnknowable:
            quorum === 1 && !brick.isOnline && !bricks.some((other) => other !== brick && this.#new.has(other.name)),
        });
    }
    return others;
  }

  /** A brick has been taken out of its set, or took its own place empty. */
  #judge(volume: string, old: string, brick: string): void {
    const isReset = brick === old;
    if (!isReset) this.replaced++;
    const turn = currentTurn();
    const last = turn && this.#shown.get(turn)?.get(old);
    const refuse = (why: string) =>
      this.violations.push(`${old} of ${volume} was ${isReset ? 'given back' : 'replaced'} ${why}`);
    const isKnown = last && (last.healed >= last.quorum || (last.isUnknowable && !isReset));
    if (!last) refuse('by a server that had not looked at its set');
    else if (turn.commandsSince > COMMANDS_BETWEEN)
      refuse(`${turn.commandsSince} commands after its set was looked at`);
    else if (!isKnown) refuse(`when ${last.healed} of ${last.quorum} others were healed: ${last.detail}`);
    else if (last.isUnknowable && !isReset) this.#leaveAlone(volume);
    else {
      const now = this.#look(volume).get(brick);
      if (now && now.full < now.quorum) refuse(`when ${now.full} of ${now.quorum} others had all files: ${now.detail}`);
    }
    this.#new.add(brick);
    // Each look is good for one brick.
    if (turn) this.#shown.delete(turn);
  }

  /** What only a brick has that gave its place up: a person has to copy it, and its set does without it until then. */
  #leaveAlone(volume: string): void {
    for (const [set, bricks] of this.#hosts.heals.sets(volume).entries())
      for (const file of this.#wanted(volume, set))
        if (bricks.every((brick) => missing(brick, [file]).length > 0)) this.#alone.add(file);
  }
}

function missing({ contents }: BrickInSet, files: readonly number[]): readonly number[] {
  return files.filter((file) => !contents?.files.has(file));
}
