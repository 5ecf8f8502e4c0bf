import { describe, expect, it } from 'vitest';
import { seededRandom, seedFrom } from '../support/seeded-random.js';
import { HANDS } from './support/administrator.js';
import { ALL_SCENARIOS } from './support/all-scenarios.js';
import { liveWithHand } from './support/hand-life.js';
import { live } from './support/one-life.js';
import type { Scenario } from './support/scenario.js';

/** Points at which a hand acts for each scenario, or `all` (`npm run test:crash`). */
const wanted = process.env.MORTAR_HAND_POINTS ?? process.env.MORTAR_CRASH_POINTS ?? '4';
/** A death can come at each command, and a hand at each of the recovery from each: always a sample. */
const RECOVERIES = wanted === 'all' ? 200 : Number(wanted) / 2;
const seed = seedFrom('MORTAR_CRASH_SEED');
console.log(`by hand: MORTAR_CRASH_SEED=${seed}`);

/** What somebody changes while the server works on it. */
const CHANGES = [
  { request: 'create volume', volume: 'made' },
  { request: 'create distributed volume', volume: 'made' },
  { request: 'create volume with further tries', volume: 'made' },
  { request: 'expand volume', volume: 'first' },
  { request: 'expand volume by two sets', volume: 'first' },
  { request: 'clone volume', volume: 'first' },
  { request: 'clone volume', volume: 'twin' },
  { request: 'clone distributed volume', volume: 'first' },
  { request: 'delete volume', volume: 'first' },
  { request: 'delete distributed volume', volume: 'first' },
  { request: 'delete clone', volume: 'twin' },
  { request: 'delete source of a clone', volume: 'first' },
  { request: 'clean up what a dead node left', volume: 'first' },
] as const;

describe.each(CHANGES)('$request, while somebody changes the volume $volume by hand', ({ request, volume }) => {
  const scenario = scenarioOf(request);
  const random = seededRandom(seed + CHANGES.findIndex((one) => one.request === request && one.volume === volume));

  it.for(HANDS)('and %s', async (hand, { task }) => {
    const { commands } = await first(scenario);
    let acted = 0;
    for (const at of sample(commands, wanted, random)) {
      const { hasActed } = await told({ hand, volume, at, death: null });
      if (hasActed) acted++;
    }
    for (let i = 0; i < RECOVERIES; i++) {
      const death = Math.floor(random() * commands);
      const { hasActed, commands: recovered } = await told({ hand, volume, at: 0, death });
      const at = Math.floor(random() * recovered);
      const later = at > 0 ? await told({ hand, volume, at, death }) : null;
      if (later?.hasActed ?? hasActed) acted++;
    }
    task.meta.crashPoints = acted;
  });

  async function told(point: Parameters<typeof liveWithHand>[1]) {
    return liveWithHand(scenario, point).catch((error: Error) => {
      error.message = `MORTAR_CRASH_SEED=${seed} ${JSON.stringify(point)}: ${error.message}`;
      throw error;
    });
  }
});

async function first(scenario: Scenario): Promise<{ readonly commands: number }> {
  const [sound] = await live(scenario, {});
  expect(sound?.commands).toBeGreaterThan(0);
  return { commands: sound?.commands ?? 0 };
}

function scenarioOf(name: string): Scenario {
  const found = ALL_SCENARIOS.find((scenario) => scenario.name === name);
  if (!found) throw new Error(`there is no scenario ${name}`);
  return found;
}

/** Numbers below `count`, in order. */
function sample(count: number, size: string, random: () => number): readonly number[] {
  const left = Array.from({ length: count }, (_, at) => at);
  if (size === 'all') return left;
  const drawn = Array.from({ length: Math.min(count, Number(size)) }, () =>
    left.splice(Math.floor(random() * left.length), 1),
  );
  return drawn.flat().sort((a, b) => a - b);
}
