import { describe, expect, it } from 'vitest';
import { HOST_NOISES } from '../../../src/executors/mock/world/host-noise.js';
import { seededRandom, seedFrom } from '../../support/seeded-random.js';
import { COMMIT_FAULTS } from './dying-store.js';
import { type AnyScenario, type Faults, type Lived, live } from './one-life.js';
import { samplePoints } from './sample-points.js';
import { COMMAND_FAULTS, canStrike } from './striking-executor.js';

/** Of each scenario and fault, unless MORTAR_CRASH_POINTS is `all`. */
const POINTS = 12;
/** For a test; all points of a long scenario, beside other work, take longer than others may. */
const TIMEOUT_MS = process.env.MORTAR_CRASH_POINTS === 'all' ? 300_000 : 30_000;
const random = seededRandom(seedFrom('MORTAR_CRASH_SEED'));

/** Each scenario with each fault at its host commands, and with a death at its commits: at all of them, or at a sample. */
export function describeMatrix(scenarios: readonly AnyScenario[]): void {
  describe.each(scenarios)('$name', { timeout: TIMEOUT_MS }, (scenario) => {
    it.for(COMMAND_FAULTS)('settles when it meets: %s', async (kind, { task }) => {
      const points = await eachPoint(
        scenario,
        (at) => ({ commands: [{ at, kind }] }),
        'commands',
        (life, at) => canStrike(kind, life, at),
      );
      task.meta.crashPoints = points;
      expect(points).toBeGreaterThanOrEqual(0);
    });

    it.for(HOST_NOISES)('does what it is asked with noise in every output: %s', async (noise) => {
      await tried(scenario, { noise });
    });

    it.for(['die after', 'command ran and failed'] as const)(
      'settles with noise in every output of both lives when it meets: %s',
      async (kind, { task }) => {
        const noiseAt = (at: number) => HOST_NOISES[at % HOST_NOISES.length] ?? 'beside';
        const points = await eachPoint(
          scenario,
          (at) => [{ commands: [{ at, kind }], noise: noiseAt(at) }, { noise: noiseAt(at) }],
          'commands',
        );
        task.meta.crashPoints = points;
        expect(points).toBeGreaterThanOrEqual(0);
      },
    );

    it.for(COMMIT_FAULTS)('settles when it meets: %s', async (kind, { task }) => {
      const points = await eachPoint(scenario, (at) => ({ commit: { at, kind } }), 'commits');
      task.meta.crashPoints = points;
      expect(points).toBeGreaterThan(0);
    });
  });
}

async function eachPoint(
  scenario: AnyScenario,
  faultsAt: (at: number) => Faults | readonly Faults[],
  of: 'commands' | 'commits',
  isStruck: (life: Lived, at: number) => boolean = () => true,
): Promise<number> {
  const [sound] = await live(scenario, {});
  const count = sound?.[of] ?? 0;
  const points = [...Array(count).keys()].filter((at) => sound && isStruck(sound, at));
  const drawn = points.length > POINTS ? samplePoints(points.length, POINTS, random) : points.map((_, i) => i + 1);
  for (const n of drawn) {
    await tried(scenario, ...[faultsAt(points[n - 1] ?? 0)].flat());
  }
  return drawn.length;
}

async function tried(scenario: AnyScenario, first: Faults = {}, ...later: readonly Faults[]): Promise<void> {
  await live(scenario, first, ...later).catch((error: Error) => {
    error.message = `${JSON.stringify([first, ...later])}: ${error.message}`;
    throw error;
  });
}
