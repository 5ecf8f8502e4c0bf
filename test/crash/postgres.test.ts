import { describe, expect, it } from 'vitest';
import { isLackingPostgres } from '../support/postgres-server.js';
import { seededRandom, seedFrom } from '../support/seeded-random.js';
import { onPostgres } from './support/databases.js';
import { COMMIT_FAULTS } from './support/dying-store.js';
import { type Faults, type Lived, liveOn } from './support/one-life.js';
import { samplePoints } from './support/sample-points.js';
import type { Scenario } from './support/scenario.js';
import { CHANGE_SCENARIOS, CREATE_SCENARIOS, DELETE_SCENARIOS, MOVE_SCENARIOS } from './support/volume-scenarios.js';

/** Of each scenario and fault, unless MORTAR_CRASH_POINTS is `all`: then of all scenarios all points. */
const POINTS = 2;
const isWhole = process.env.MORTAR_CRASH_POINTS === 'all';
const random = seededRandom(seedFrom('MORTAR_CRASH_SEED'));

/** The first of each kind stands for it. */
const SCENARIOS: readonly Scenario[] = [CREATE_SCENARIOS, CHANGE_SCENARIOS, DELETE_SCENARIOS, MOVE_SCENARIOS].flatMap(
  (scenarios) => (isWhole ? scenarios : scenarios.slice(0, 1)),
);

const CUTS = ['lost', 'answer lost'] as const;
const DEATHS = ['die before', 'die after'] as const;

async function atPoints(scenario: Scenario, count: number, faultsAt: (at: number) => Faults): Promise<number> {
  const points = samplePoints(count, POINTS + 1, random).slice(isWhole ? 0 : -POINTS);
  for (const point of points) {
    const faults = faultsAt(point - 1);
    await liveOn(await onPostgres(), scenario, faults).catch((error: Error) => {
      error.message = `${JSON.stringify(faults)}: ${error.message}`;
      throw error;
    });
  }
  return points.length;
}

describe.skipIf(isLackingPostgres('crashes of servers on PostgreSQL'))('on PostgreSQL', () => {
  describe.each(SCENARIOS)('$name', { timeout: isWhole ? 600_000 : 120_000 }, (scenario) => {
    let known: Promise<Lived> | null = null;
    const sound = (): Promise<Lived> => {
      known ??= onPostgres().then(async (database) => (await liveOn(database, scenario, {}))[0] as Lived);
      return known;
    };

    it.for(CUTS)('settles when the connection breaks at a commit: %s', async (kind, { task }) => {
      const { sentCommits } = await sound();
      expect(sentCommits).toBeGreaterThan(1);
      task.meta.crashPoints = await atPoints(scenario, sentCommits, (at) => ({ cut: { at, kind } }));
    });

    it.for(COMMIT_FAULTS)('settles when it meets: %s', async (kind, { task }) => {
      task.meta.crashPoints = await atPoints(scenario, (await sound()).commits, (at) => ({ commit: { at, kind } }));
    });

    it.for(DEATHS)('settles when it meets: %s', async (kind, { task }) => {
      task.meta.crashPoints = await atPoints(scenario, (await sound()).commands, (at) => ({
        commands: [{ at, kind }],
      }));
    });
  });
});
