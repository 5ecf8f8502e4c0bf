import { describe, expect, it } from 'vitest';
import { isLackingPostgres } from '../support/postgres-server.js';
import { seededRandom, seedFrom } from '../support/seeded-random.js';
import { ALL_SCENARIOS } from './support/all-scenarios.js';
import { liveFenced } from './support/fenced-life.js';
import type { AnyScenario } from './support/one-life.js';
import { STOPS, type Stop } from './support/standstill.js';

/** Of each kind of point, unless MORTAR_CRASH_POINTS is `all`: then of each scenario, too. */
const LIVES = 3;
const isAll = process.env.MORTAR_CRASH_POINTS === 'all';
const random = seededRandom(seedFrom('MORTAR_CRASH_SEED'));

const drawn = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;

/** Stopped at a point of this kind that it comes to; answers whether it has any. */
async function stopSomewhere(scenario: AnyScenario, stop: Stop): Promise<boolean> {
  const first = await liveFenced(scenario, { stop, at: Math.floor(random() * 16) });
  if (first.isStopped) return true;
  const count = first.counts[stop];
  if (count === 0) return false;
  const second = await liveFenced(scenario, { stop, at: Math.floor(random() * count) });
  return second.isStopped;
}

async function stopEverywhere(scenario: AnyScenario, stop: Stop): Promise<number> {
  for (let at = 0; ; at++) if (!(await liveFenced(scenario, { stop, at })).isStopped) return at;
}

describe.skipIf(isLackingPostgres('a server that is paused and goes on when another has taken over'))(
  'a server that is paused, and goes on when another has taken over and ended its work, does nothing any more',
  () => {
    describe.each(STOPS)('stopped %s', (stop) => {
      if (isAll) {
        it.each(ALL_SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
          '%s',
          { timeout: 3600_000 },
          async (_, scenario) => {
            expect(await stopEverywhere(scenario, stop)).toBeGreaterThanOrEqual(0);
          },
        );
        return;
      }
      it(`of ${LIVES} requests`, { timeout: 240_000 }, async () => {
        for (let lives = 0; lives < LIVES; ) {
          const scenario = drawn(ALL_SCENARIOS);
          const isStopped = await stopSomewhere(scenario, stop).catch((error: Error) => {
            error.message = `${scenario.name}: ${error.message}`;
            throw error;
          });
          if (isStopped) lives++;
        }
      });
    });
  },
);
