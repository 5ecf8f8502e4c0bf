import { afterEach, expect, it, vi } from 'vitest';
import { Comparisons } from '../../src/operations/examination/comparisons.js';
import type { PoolDifferences, Progress } from '../../src/operations/examination/find-differences.js';
import { type ApiServer, ask, startApi, UNKNOWN_ID } from './api-server.js';

const NONE: PoolDifferences = { differences: [], notCompared: [], pendingOperations: ['o'] };
const DIFFERENCES = '/internal/state/examine/differences';

/** A comparison that is in the test's hands. */
interface Held {
  readonly tell: (progress: Progress) => void;
  readonly end: (result: PoolDifferences) => void;
  readonly fail: (error: Error) => void;
}

let api: ApiServer;
afterEach(async () => {
  vi.useRealTimers();
  await api.server.close();
});

async function start(): Promise<Held[]> {
  const held: Held[] = [];
  const comparisons = new Comparisons((tell) => new Promise((end, fail) => held.push({ tell, end, fail })), {
    holdMs: 0,
  });
  const never = () => Promise.reject(new Error('not asked'));
  api = await startApi({}, { pool: { examine: never, differences: never, comparisons } });
  return held;
}

const begin = () => ask(api.server, 'POST', DIFFERENCES);
const get = (path: string) => ask(api.server, 'GET', path);

it('a comparison that is followed tells how many hosts have been asked, and then what it has found', async () => {
  const held = await start();
  const { statusCode, headers } = await begin();
  const queue = String(headers.location);
  expect([statusCode, queue]).toEqual([202, expect.stringMatching(/^\/queue\/[0-9a-f]{32}$/)]);
  const told = async () => {
    const { statusCode, headers } = await get(queue);
    expect([statusCode, headers['x-pending']]).toEqual([200, 'true']);
    return headers['x-progress'];
  };
  expect(await told()).toBeUndefined();
  held[0]?.tell({ round: 1, hosts: 30, hostsDone: 12 });
  expect(await told()).toBe('12 of 30 hosts');
  held[0]?.tell({ round: 2, hosts: 1, hostsDone: 0 });
  expect(await told()).toBe('0 of 1 host, a second look at what differs');
  const result = queue.replace('/queue', DIFFERENCES);
  expect((await get(result)).statusCode).toBe(404);
  held[0]?.end(NONE);
  const done = await get(queue);
  expect([done.statusCode, done.headers.location]).toEqual([303, result]);
  expect((await get(result)).json()).toEqual({ differences: [], notcompared: [], pendingoperations: ['o'] });
});

it('two are followed at once, and a third when one of them has ended', async () => {
  const held = await start();
  const [one, other] = [await begin(), await begin()];
  expect(one.headers.location).not.toBe(other.headers.location);
  const third = await begin();
  expect([third.statusCode, third.headers['retry-after']]).toEqual([429, '30']);
  held[1]?.end(NONE);
  expect((await begin()).statusCode).toBe(202);
  expect((await get(String(one.headers.location))).headers['x-pending']).toBe('true');
});

it('one that fails says so where it is followed', async () => {
  const held = await start();
  const queue = String((await begin()).headers.location);
  held[0]?.fail(new Error('out of order'));
  expect((await get(queue)).statusCode).toBe(500);
});

it('what was found is forgotten when nobody has fetched it for five minutes', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const held = await start();
  const result = String((await begin()).headers.location).replace('/queue', DIFFERENCES);
  held[0]?.end(NONE);
  expect((await get(result)).statusCode).toBe(200);
  await vi.advanceTimersByTimeAsync(4 * 60_000);
  expect((await get(result)).statusCode).toBe(200);
  await vi.advanceTimersByTimeAsync(60_001);
  expect((await get(result)).statusCode).toBe(404);
  expect((await get(`${DIFFERENCES}/${UNKNOWN_ID}`)).statusCode).toBe(404);
});
