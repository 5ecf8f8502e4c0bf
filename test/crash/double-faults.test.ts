import { describe, expect, it } from 'vitest';
import { seededRandom, seedFrom } from '../support/seeded-random.js';
import { ALL_SCENARIOS } from './support/all-scenarios.js';
import { COMMIT_FAULTS } from './support/dying-store.js';
import { type Faults, type Lived, live } from './support/one-life.js';
import type { Scenario } from './support/scenario.js';
import { COMMAND_FAULTS, canStrike, type Strike } from './support/striking-executor.js';

const PAIRS = Number(process.env.MORTAR_DOUBLE_FAULTS ?? '12');
const seed = seedFrom('MORTAR_CRASH_SEED');
console.log(`double faults: MORTAR_CRASH_SEED=${seed}`);

/** A second fault during the undo in the same life, or during the recovery in the next one. */
describe('settles when it meets a second fault on the way out of the first', () => {
  it.for(ALL_SCENARIOS.map((scenario, i) => ({ scenario, i })))('$scenario.name', async ({ scenario, i }, { task }) => {
    const draw = new Draw(seededRandom(seed + i));
    let points = 0;
    for (let pair = 0; pair < PAIRS; pair++) {
      const first = await firstFaults(scenario, draw);
      const [struck, recovered] = await tried(scenario, first);
      points++;
      if (!struck || !recovered) throw new Error('a life is missing');
      // The undo runs in the life that was struck; a death leaves it to the next one.
      const isUndoStruck = first.commands && draw.below(2) === 0;
      const second = draw.strike(isUndoStruck ? struck : recovered);
      const lives = isUndoStruck
        ? [{ commands: [...(first.commands ?? []), second] }]
        : [first, { commands: [second] }];
      await tried(scenario, ...lives);
      points++;
    }
    task.meta.crashPoints = points;
    expect(points).toBe(2 * PAIRS);
  });
});

class Draw {
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  of<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }

  /** A fault at a command of a life which it can strike. */
  strike(life: Lived): Strike {
    const kind = this.of(COMMAND_FAULTS);
    const points = Array.from({ length: life.commands }, (_, at) => at).filter((at) => canStrike(kind, life, at));
    return points.length > 0 ? { at: this.of(points), kind } : { at: 0, kind: 'die before' };
  }
}

async function firstFaults(scenario: Scenario, draw: Draw): Promise<Faults> {
  const [sound] = await live(scenario, {});
  if (!sound) throw new Error('a life is missing');
  if (sound.commands === 0 || draw.below(5) === 0)
    return { commit: { at: draw.below(sound.commits), kind: draw.of(COMMIT_FAULTS) } };
  return { commands: [draw.strike(sound)] };
}

async function tried(scenario: Scenario, ...lives: readonly Faults[]) {
  const [first = {}, ...later] = lives;
  return live(scenario, first, ...later).catch((error: Error) => {
    error.message = `MORTAR_CRASH_SEED=${seed} ${JSON.stringify(lives)}: ${error.message}`;
    throw error;
  });
}
