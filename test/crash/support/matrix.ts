import { describe, expect, it } from 'vitest';
import { COMMIT_FAULTS } from './dying-store.js';
import { type Faults, type Lived, live } from './one-life.js';
import type { Scenario } from './scenario.js';
import { COMMAND_FAULTS, type CommandFault, LVM_FAULTS } from './striking-executor.js';

/** Each scenario with each fault at each of its host commands, and with a death at each of its commits. */
export function describeMatrix(scenarios: readonly Scenario[]): void {
  describe.each(scenarios)('$name', (scenario) => {
    it.for(COMMAND_FAULTS)('settles when it meets: %s', async (kind, { task }) => {
      const points = await eachPoint(scenario, (at) => ({ commands: [{ at, kind }] }), 'commands', pointsOf(kind));
      task.meta.crashPoints = points;
      expect(points).toBeGreaterThanOrEqual(0);
    });

    it.for(COMMIT_FAULTS)('settles when it meets: %s', async (kind, { task }) => {
      const points = await eachPoint(scenario, (at) => ({ commit: { at, kind } }), 'commits');
      task.meta.crashPoints = points;
      expect(points).toBeGreaterThan(0);
    });
  });
}

/** Which commands a fault can strike; null: all. */
function pointsOf(kind: CommandFault): ((sound: Lived, at: number) => boolean) | null {
  if (LVM_FAULTS.includes(kind)) return ({ ofLvm }, at) => ofLvm[at] === true;
  return kind === 'gluster is late' ? ({ glusterChanges }, at) => glusterChanges.includes(at) : null;
}

async function eachPoint(
  scenario: Scenario,
  faultsAt: (at: number) => Faults,
  of: 'commands' | 'commits',
  isStruck: ((sound: Lived, at: number) => boolean) | null = null,
): Promise<number> {
  const [sound] = await live(scenario, {});
  const count = sound?.[of] ?? 0;
  const points = [...Array(count).keys()].filter((at) => !isStruck || (sound && isStruck(sound, at)));
  for (const at of points) {
    await live(scenario, faultsAt(at)).catch((error: Error) => {
      error.message = `${JSON.stringify(faultsAt(at))}: ${error.message}`;
      throw error;
    });
  }
  return points.length;
}
