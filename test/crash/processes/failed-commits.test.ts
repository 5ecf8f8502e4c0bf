import { describe, expect, it } from 'vitest';
import { seededRandom, seedFrom } from '../../support/seeded-random.js';
import { ALL_SCENARIOS } from '../support/all-scenarios.js';
import { live } from '../support/one-life.js';
import { type FailedCommit, failAt } from './support/failed-commit.js';

/** How many, or `all` (`npm run test:crash`). */
const wanted = process.env.MORTAR_CRASH_POINTS === 'all' ? 'all' : 12;
const seed = seedFrom('MORTAR_CRASH_SEED');
const random = seededRandom(seed);

const all = await allPoints();
const points = wanted === 'all' ? all : sample(all, wanted);
console.log(`failed commits: ${points.length} of ${all.length} points, MORTAR_CRASH_SEED=${seed}`);

describe('a server whose commit fails, and which is then killed, comes to terms with its hosts and its answers', () => {
  it.concurrent.for(points)(
    '$error at a $operation, commit $at of: $scenario.name, lasting: $isLasting',
    async (point, { task }) => {
      const isReached = await failAt(point);
      task.meta.crashPoints = isReached ? 1 : 0;
      // Later ones may have shared a commit.
      expect(isReached || point.at > 0).toBe(true);
    },
  );
});

async function allPoints(): Promise<readonly FailedCommit[]> {
  const found: FailedCommit[] = [];
  for (const scenario of ALL_SCENARIOS) {
    const [sound] = await live(scenario, {});
    for (let at = 0; at < (sound?.commits ?? 0); at++) {
      for (const error of ['EIO', 'ENOSPC'] as const) {
        found.push({ scenario, operation: 'sync', error, at, isLasting: true });
        for (const isLasting of [false, true]) found.push({ scenario, operation: 'write', error, at, isLasting });
      }
    }
  }
  return found;
}

function sample(from: readonly FailedCommit[], count: number): readonly FailedCommit[] {
  const left = [...from];
  return Array.from({ length: count }, () => left.splice(Math.floor(random() * left.length), 1)).flat();
}
