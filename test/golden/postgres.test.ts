import { describe, expect, it } from 'vitest';
import { isLackingPostgres } from '../support/postgres-server.js';
import { readLists, replayOnPostgres, type Side, stepCount } from './replay.js';

/** These begin with a database file, or work on the server's. */
const ON_FILES = ['db-check-broken', 'operations-pending', 'preload-plain', 'server-bricks', 'server-db'];

/** Every fourth, or MORTAR_GOLDEN_POSTGRES=all. */
const EVERY = process.env['MORTAR_GOLDEN_POSTGRES'] === 'all' ? 1 : 4;

const SCENARIOS = (['http', 'cli'] as const)
  .flatMap((side: Side) =>
    Object.values(readLists(side).pass)
      .flat()
      .map((name) => [side, name] as const),
  )
  .filter(([, name]) => !ON_FILES.includes(name))
  .filter((_, n) => n % EVERY === 0);

describe.skipIf(isLackingPostgres('recorded answers of a server on PostgreSQL'))('on PostgreSQL', () => {
  it.concurrent.each(SCENARIOS)('%s %s is answered as the original did', async (side, name) => {
    expect(await replayOnPostgres(side, name)).toBe(`${stepCount(side, name)} passed, 0 failed`);
  });
});
