import { describe, expect, it } from 'vitest';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import { volumeRequest } from '../support/pool.js';
import { seededRandom, seedFrom } from '../support/seeded-random.js';
import { type AnsweredLife, answeredLife, ENDINGS, type Ending } from './support/answered-life.js';
import { BLOCK_SCENARIOS } from './support/block-scenarios.js';
import { isMade } from './support/decided.js';
import { POOL_SCENARIOS } from './support/pool-scenarios.js';
import { loadTopology, makeClone, makeVolume, type Scenario } from './support/scenario.js';
import { CUTS, type CutAt } from './support/severed-executor.js';
import { CHANGE_SCENARIOS, CREATE_SCENARIOS, DELETE_SCENARIOS, MOVE_SCENARIOS } from './support/volume-scenarios.js';

const FURTHER: readonly Scenario[] = [
  {
    name: 'create volume without a name',
    prepare: (client) => loadTopology(client),
    request: (client) => client.operations.createVolume(volumeRequest()),
    isDone: ({ volumes }) => volumes.length === 1,
  },
  {
    name: 'clone a clone',
    async prepare(client) {
      await loadTopology(client);
      return makeClone(client, await makeVolume(client), 'twin');
    },
    request: (client, id) => client.operations.cloneVolume(id, 'triplet'),
    isDone: ({ volumes }) => volumes.length === 3,
  },
];

const SCENARIOS: readonly Scenario[] = [
  ...CREATE_SCENARIOS,
  ...CHANGE_SCENARIOS,
  ...DELETE_SCENARIOS.filter(({ isInvisible }) => !isInvisible),
  ...BLOCK_SCENARIOS,
  ...MOVE_SCENARIOS.filter(({ goesOn }) => !goesOn),
  ...POOL_SCENARIOS,
  ...FURTHER,
];

/** Points of each scenario besides its decisive commands, or `all` (`npm run test:crash`). */
const wanted = process.env.MORTAR_ANSWERED_POINTS ?? process.env.MORTAR_CRASH_POINTS ?? '8';
const seed = seedFrom('MORTAR_CRASH_SEED');
console.log(`answered failures: MORTAR_CRASH_SEED=${seed}`);

const AT_ONCE: Ending = { isFetched: true, isRestarted: false, isTriedInVain: false };

describe('a change that was answered as failed never happens later, but for what hosts had done by then', () => {
  const timeout = wanted === 'all' ? 600_000 : 30_000;
  it.for(SCENARIOS.map((scenario, i) => ({ scenario, i })))(
    '$scenario.name',
    { timeout },
    async ({ scenario, i }, { task }) => {
      const sound = await answeredLife(scenario, null, AT_ONCE);
      expect(sound.answer).toBe('done');
      const cuts = wanted === 'all' ? allCuts(sound) : drawnCuts(sound, Number(wanted), seededRandom(seed + i));
      for (const [n, cut] of cuts.entries()) {
        const ending = ENDINGS[(seed + i + n) % ENDINGS.length] ?? AT_ONCE;
        await tried(scenario, cut, ending, sound.outcome);
      }
      task.meta.crashPoints = cuts.length;
    },
  );
});

/** Each cut wherever hosts may do what can't be taken back, and some elsewhere. */
function drawnCuts({ commands, decisive }: AnsweredLife, others: number, random: () => number): readonly CutAt[] {
  const below = (count: number) => Math.floor(random() * count);
  return [
    ...decisive.flatMap(eachCut),
    ...Array.from({ length: others }, () => ({ at: below(commands), cut: CUTS[below(CUTS.length)] ?? CUTS[0] })),
  ];
}

function allCuts({ commands }: AnsweredLife): readonly CutAt[] {
  return Array.from({ length: commands }, (_, at) => eachCut(at)).flat();
}

function eachCut(at: number): readonly CutAt[] {
  return CUTS.map((cut) => ({ at, cut }));
}

async function tried(scenario: Scenario, cut: CutAt, ending: Ending, expected: unknown): Promise<void> {
  await answeredLife(scenario, cut, ending, expected).catch((error: Error) => {
    error.message = `MORTAR_CRASH_SEED=${seed} ${JSON.stringify({ ...cut, ...ending })}: ${error.message}`;
    throw error;
  });
}

it('a complete volume whose create was answered as failed stays when somebody uses it, and counts as unclaimed', async () => {
  const scenario = SCENARIOS.find(({ name }) => name === 'create volume');
  if (!scenario) throw new Error('no such scenario');
  const { commands, outcome } = await answeredLife(scenario, null, AT_ONCE);
  const cut: CutAt = { at: commands - 1, cut: 'its answer is lost, and then no host can be reached' };
  const meanwhile = async (hosts: SimulatedHosts): Promise<void> => {
    await hosts.run('h2', [{ argv: ['mount', '-t', 'glusterfs', '10.0.0.1:/made', '/mnt'], timeoutMs: 1000 }]);
  };
  const life = await answeredLife(
    { ...scenario, isDecided: isMade },
    cut,
    { ...AT_ONCE, isRestarted: true, meanwhile },
    outcome,
  );
  expect(life).toMatchObject({ answer: 'failed', isDoneAllTheSame: true, unclaimed: ['made'] });
});
