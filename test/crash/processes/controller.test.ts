import { afterAll, describe, expect, it } from 'vitest';
import { seededRandom, seedFrom } from '../../support/seeded-random.js';
import { ALL_SCENARIOS } from '../support/all-scenarios.js';
import { live } from '../support/one-life.js';
import { type ControllerFigures, type ControllerPoint, controllerLife } from './support/controller-life.js';

/** How many, or `all` (`npm run test:crash`). */
const wanted = process.env.MORTAR_CONTROLLER_POINTS ?? process.env.MORTAR_CRASH_POINTS ?? '8';
const seed = seedFrom('MORTAR_CRASH_SEED');
const random = seededRandom(seed);

/** As many as each change has in a life without faults. */
const COUNTS = {
  create: await count('create volume'),
  expand: await count('expand volume'),
  delete: await count('delete volume'),
};

const all = (['create', 'expand', 'delete'] as const).flatMap((change) =>
  (['SIGKILL', 'SIGTERM'] as const).flatMap((signal): ControllerPoint[] => [
    ...Array.from({ length: COUNTS[change].commands }, (_, at) => ({ change, of: 'command' as const, at, signal })),
    ...Array.from({ length: COUNTS[change].commits }, (_, at) => ({ change, of: 'commit' as const, at, signal })),
  ]),
);
const points = wanted === 'all' ? all : sample(all, Number(wanted));
const lives: (ControllerFigures & ControllerPoint)[] = [];

describe('a client that asks anew instead of coming back', () => {
  it.concurrent.for(points)('$signal at $of $at of: $change', async (point) => {
    const figures = await controllerLife(point);
    lives.push({ ...point, ...figures });
    expect(figures.owned).toBe(point.change === 'delete' ? 0 : 1);
  });

  afterAll(() => {
    const sum = (of: readonly ControllerFigures[]) => of.reduce((total, { leftBehind }) => total + leftBehind, 0);
    const by = (signal: string) => lives.filter((life) => life.signal === signal);
    console.log(
      `controller: MORTAR_CRASH_SEED=${seed}, ${lives.length} lives, ${lives.filter(({ isReached }) => isReached).length} ` +
        `points reached; volumes left behind and listed: ${sum(by('SIGKILL'))} after SIGKILL, ${sum(by('SIGTERM'))} after SIGTERM`,
    );
  });
});

function sample(from: readonly ControllerPoint[], count: number): readonly ControllerPoint[] {
  const left = [...from];
  return Array.from({ length: count }, () => left.splice(Math.floor(random() * left.length), 1)).flat();
}

async function count(name: string): Promise<{ readonly commands: number; readonly commits: number }> {
  const scenario = ALL_SCENARIOS.find((one) => one.name === name);
  if (!scenario) throw new Error(`there is no scenario ${name}`);
  const [sound] = await live(scenario, {});
  return { commands: sound?.commands ?? 0, commits: sound?.commits ?? 0 };
}
