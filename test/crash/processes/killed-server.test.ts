import { describe, expect, it } from 'vitest';
import { seededRandom, seedFrom } from '../../support/seeded-random.js';
import { ALL_SCENARIOS } from '../support/all-scenarios.js';
import { live } from '../support/one-life.js';
import { type KillPoint, killAt } from './support/kill-point.js';

/** How many, or `all` (`npm run test:crash`). */
const wanted = process.env.MORTAR_CRASH_POINTS ?? '100';
const seed = seedFrom('MORTAR_CRASH_SEED');
const random = seededRandom(seed);

const all = await allPoints();
const points = wanted === 'all' ? all : sample(all, Number(wanted));
console.log(`killed server: ${points.length} of ${all.length} points, MORTAR_CRASH_SEED=${seed}`);

describe('a server that is killed comes to terms with its hosts', () => {
  it.concurrent.for(points)('$when $of $at of: $scenario.name', async (point, { task }) => {
    const isReached = await killAt(point, random() < 0.5);
    task.meta.crashPoints = isReached ? 1 : 0;
    expect(isReached || point.of === 'command').toBe(true);
  });
});

async function allPoints(): Promise<readonly KillPoint[]> {
  const found: KillPoint[] = [];
  for (const scenario of ALL_SCENARIOS) {
    const [sound] = await live(scenario, {});
    for (let at = 0; at < (sound?.commands ?? 0); at++) {
      for (const when of ['before', 'after', 'while the batch runs on'] as const)
        found.push({ scenario, when, at, of: 'command' });
    }
    for (let at = 0; at < (sound?.commits ?? 0); at++) {
      for (const when of ['before', 'after'] as const) found.push({ scenario, when, at, of: 'commit' });
    }
  }
  return found;
}

function sample(from: readonly KillPoint[], count: number): readonly KillPoint[] {
  const left = [...from];
  return Array.from({ length: count }, () => left.splice(Math.floor(random() * left.length), 1)).flat();
}
