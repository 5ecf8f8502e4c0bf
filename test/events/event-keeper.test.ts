import { expect, it } from 'vitest';
import { SERVER } from '../../src/domain/event.js';
import { forgetOld } from '../../src/events/event-keeper.js';
import { tell } from '../../src/events/tell.js';
import type { Store, Tx } from '../../src/store/store.js';
import { steadyUnixMs } from '../../src/timing/clocks.js';
import { openTemporary } from '../store/temporary-database.js';

const DAY_MS = 24 * 3600_000;
const EVENTS = (tx: Tx) => tx.events;
const GOES_ON = new AbortController().signal;

async function storeWith(ages: readonly number[]): Promise<Store> {
  const store = await openTemporary();
  await store.write(async (tx) => {
    for (const days of ages)
      await tx.events.insert({
        at: steadyUnixMs() - days * DAY_MS,
        type: 'backup.made',
        subject: SERVER,
        operation: null,
        requestedBy: null,
        reason: null,
        details: {},
      });
  });
  return store;
}

const left = async (store: Store) => (await store.read((tx) => tx.events.listAfter(0, 10_000))).map(({ id }) => id);

it('events that are too many go, the oldest of them first, however many they are', async () => {
  const store = await storeWith(Array.from({ length: 1_203 }, () => 0));
  expect(await forgetOld(store, EVENTS, { keepDays: 1, keepCount: 3, mayForgetOld: true }, GOES_ON)).toBe(1_200);
  expect(await left(store)).toEqual([1_201, 1_202, 1_203]);
});

it('events that are too old go, but not while the clock is not to be trusted', async () => {
  const store = await storeWith([40, 31, 29, 1]);
  const retention = { keepDays: 30, keepCount: 100 };
  expect(await forgetOld(store, EVENTS, { ...retention, mayForgetOld: false }, GOES_ON)).toBe(0);
  expect(await forgetOld(store, EVENTS, { ...retention, mayForgetOld: true }, GOES_ON)).toBe(2);
  expect(await left(store)).toEqual([3, 4]);
});

it.each([
  ['one that is dated by a clock that was behind takes none with it that came before', [5, 4, 20_000, 3], [1, 2, 3, 4]],
  ['one that is dated by a clock that was ahead keeps none that came before or after', [50, -20_000, 40, 3], [4]],
  ['one from a time that is still to come stays', [-20_000, 3], [1, 2]],
])('of events %s', async (_what, ages, staying) => {
  const store = await storeWith(ages);
  await forgetOld(store, EVENTS, { keepDays: 30, keepCount: 100, mayForgetOld: true }, GOES_ON);
  expect(await left(store)).toEqual(staying);
});

it('where nothing is to go, nothing is written', async () => {
  let commits = 0;
  const store = await openTemporary(undefined, { onCommit: () => void commits++ });
  await store.write((tx) => tell(tx, 'backup.made', SERVER));
  commits = 0;
  expect(await forgetOld(store, EVENTS, { keepDays: 1, keepCount: 1, mayForgetOld: true }, GOES_ON)).toBe(0);
  expect(commits).toBe(0);
});

it('a server that stops deletes no more', async () => {
  const store = await storeWith([5, 5]);
  expect(await forgetOld(store, EVENTS, { keepDays: 1, keepCount: 1, mayForgetOld: true }, AbortSignal.abort())).toBe(
    0,
  );
  expect(await left(store)).toEqual([1, 2]);
});
