import { describe, expect, it } from 'vitest';
import { HOST_NOISES } from '../../../src/executors/mock/world/host-noise.js';
import { COMMIT_FAULTS } from './dying-store.js';
import { type AnyScenario, type Faults, type Lived, live } from './one-life.js';
import { COMMAND_FAULTS, canStrike } from './striking-executor.js';

/** Each scenario with each fault at each of its host commands, and with a death at each of its commits. */
export function describeMatrix(scenarios: readonly AnyScenario[]): void {
  describe.each(scenarios)('$name', (scenario) => {
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
  for (const at of points) {
    await tried(scenario, ...[faultsAt(at)].flat());
  }
  return points.length;
}

async function tried(scenario: AnyScenario, first: Faults = {}, ...later: readonly Faults[]): Promise<void> {
  await live(scenario, first, ...later).catch((error: Error) => {
    error.message = `${JSON.stringify([first, ...later])}: ${error.message}`;
    throw error;
  });
}
