import { describe, expect, it } from 'vitest';
import { seededRandom, seedFrom } from '../support/seeded-random.js';
import { ALL_SCENARIOS } from './support/all-scenarios.js';
import { COMMIT_FAULTS } from './support/dying-store.js';
import { type Faults, live } from './support/one-life.js';
import type { Scenario } from './support/scenario.js';
import { COMMAND_FAULTS } from './support/striking-executor.js';

const PAIRS = Number(process.env.MORTAR_DOUBLE_FAULTS ?? '12');
const seed = seedFrom('MORTAR_CRASH_SEED');
/** A late gluster is tried by itself, at each of its commands. */
const FAULTS = COMMAND_FAULTS.filter((kind) => kind !== 'gluster is late');
console.log(`double faults: MORTAR_CRASH_SEED=${seed}`);

/** A second fault during the undo in the same life, or during the recovery in the next one. */
describe('settles when it meets a second fault on the way out of the first', () => {
  it.for(ALL_SCENARIOS.map((scenario, i) => ({ scenario, i })))('$scenario.name', async ({ scenario, i }, { task }) => {
    const random = seededRandom(seed + i);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
    let points = 0;
    for (let pair = 0; pair < PAIRS; pair++) {
      const first = await randomFaults(scenario, random, pick);
      const [struck, recovered] = await tried(scenario, first);
      points++;
      if (!struck || !recovered) throw new Error('a life is missing');
      // The undo runs in the life that was struck; a death leaves it to the next one.
      const isUndoStruck = first.commands && random() < 0.5;
      const at = Math.floor(random() * (isUndoStruck ? struck.commands : Math.max(1, recovered.commands)));
      const second = { commands: [{ at, kind: pick(FAULTS) }] };
      const lives = isUndoStruck ? [{ commands: [...(first.commands ?? []), ...second.commands] }] : [first, second];
      await tried(scenario, ...lives);
      points++;
    }
    task.meta.crashPoints = points;
    expect(points).toBe(2 * PAIRS);
  });
});

async function randomFaults(
  scenario: Scenario,
  random: () => number,
  pick: <T>(from: readonly T[]) => T,
): Promise<Faults> {
  const [sound] = await live(scenario, {});
  const { commands, commits } = sound ?? { commands: 0, commits: 0 };
  if (commands === 0 || random() < 0.2)
    return { commit: { at: Math.floor(random() * commits), kind: pick(COMMIT_FAULTS) } };
  return { commands: [{ at: Math.floor(random() * commands), kind: pick(FAULTS) }] };
}

async function tried(scenario: Scenario, ...lives: readonly Faults[]) {
  const [first = {}, ...later] = lives;
  return live(scenario, first, ...later).catch((error: Error) => {
    error.message = `MORTAR_CRASH_SEED=${seed} ${JSON.stringify(lives)}: ${error.message}`;
    throw error;
  });
}
