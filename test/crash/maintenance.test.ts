import { describe, expect, it } from 'vitest';
import { repeatably } from '../support/repeatable-chance.js';
import { seededRandom, seedFrom } from '../support/seeded-random.js';
import { Maintenance } from './support/maintenance/maintenance.js';

/** How many lives `npm test` looks at; `npm run test:maintenance` looks at more. */
const LIVES = Number(process.env.MORTAR_MAINTENANCE_LIVES ?? '24');
const seed = seedFrom('MORTAR_MAINTENANCE_SEED');
const random = seededRandom(seed);
/** One that is given alone is lived as it was, and told with each command. */
const seeds = LIVES === 1 ? [seed] : Array.from({ length: LIVES }, () => Math.floor(random() * 2 ** 32));

describe('disks, nodes and bricks come and go, and data stays', () => {
  const sums = { written: 0, replaced: 0, destroyed: 0, deaths: 0, lost: 0, reinstated: 0 };

  it.each(seeds)('MORTAR_MAINTENANCE_LIVES=1 MORTAR_MAINTENANCE_SEED=%i', async (one) => {
    const { violations, story, figures } = await repeatably(one, () =>
      new Maintenance(one, { isTold: LIVES === 1 }).live(),
    );
    for (const key of ['written', 'replaced', 'destroyed', 'deaths', 'lost', 'reinstated'] as const)
      sums[key] += figures[key];
    expect(violations, story.join('\n')).toEqual([]);
  });

  it('in lives in which much of it happens', () => {
    console.log(`maintenance: ${LIVES} lives, ${JSON.stringify(sums)}`);
    for (const sum of Object.values(sums)) expect(sum).toBeGreaterThan(LIVES === 1 ? -1 : 0);
  });
});
