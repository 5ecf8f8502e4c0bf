import { expect, it, onTestFinished, vi } from 'vitest';
import { SERVER } from '../../src/domain/event.js';
import { Observations } from '../../src/events/observations.js';
import { tell } from '../../src/events/tell.js';
import type { Store } from '../../src/store/store.js';
import { device, node } from '../store/records.js';
import { openTemporary } from '../store/temporary-database.js';
import { SILENT } from '../support/pool.js';

async function storeWithNode(): Promise<Store> {
  const store = await openTemporary();
  await store.write(async (tx) => {
    // An imported one: its names are not registered.
    await tx.nodes.insert(node('n1', { manageNames: ['h1'] }), { registersNames: false });
    await tx.devices.insert(device('d1', { nodeId: 'n1' }));
  });
  return store;
}

const over = (store: Store, mayTell = true) => new Observations(store, SILENT, () => mayTell);
const typesIn = async (store: Store) =>
  (await store.read((tx) => tx.events.listAfter(0, 100))).map(({ type, subject }) => `${type} ${subject.id}`);

it('a node that is seen down and up again is told so, once each', async () => {
  const store = await storeWithNode();
  const observations = over(store);
  for (const isUp of [true, true, false, false, true]) observations.nodeSeen('h1', isUp);
  observations.nodeSeen('unknown host', false);
  await observations.settled();
  expect(await typesIn(store)).toEqual(['node.down n1', 'node.up n1']);
});

/** Of a node that goes and comes; the hours go by as the test says. */
async function flapping(store: Store) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  let now = 0;
  const observations = new Observations(
    store,
    SILENT,
    () => true,
    () => now,
  );
  onTestFinished(() => observations.close());
  return {
    observations,
    async see(...states: readonly boolean[]): Promise<void> {
      for (const isUp of states) observations.nodeSeen('h1', isUp);
      await observations.settled();
    },
    async pass(ms: number): Promise<void> {
      now += ms;
      await vi.advanceTimersByTimeAsync(ms);
      await observations.settled();
    },
  };
}

const eventsBehind = (store: Store, id: number) => store.read((tx) => tx.events.listAfter(id, 100));

it('a node that goes and comes all the time is told six times an hour, and then what it is, and how often it did so', async () => {
  const store = await storeWithNode();
  const { see, pass } = await flapping(store);
  const flap = [false, true];
  await see(...flap, ...flap, ...flap);
  expect(await typesIn(store)).toHaveLength(6);
  await pass(3599_000);
  // It stays down: nobody says so again.
  await see(...flap, ...flap, false);
  expect(await typesIn(store)).toHaveLength(6);
  await pass(1_000);
  expect(await eventsBehind(store, 6)).toMatchObject([{ type: 'node.down', details: { changes: 4 } }]);
  await see(true);
  expect((await eventsBehind(store, 7)).map(({ type, details }) => [type, details])).toEqual([['node.up', {}]]);
});

it('a node that is as it was told when it may be told again is not told', async () => {
  const store = await storeWithNode();
  const { see, pass } = await flapping(store);
  const flap = [false, true];
  await see(...flap, ...flap, ...flap, ...flap);
  await pass(4000_000);
  expect(await typesIn(store)).toHaveLength(6);
});

it('what could not be written does not count as told', async () => {
  const store = await storeWithNode();
  let isAway = true;
  const write: Store['write'] = async (...args) => {
    if (isAway) throw new Error('the database is away');
    return store.write(...args);
  };
  const { see } = await flapping({ ...store, read: (work) => store.read(work), write });
  for (let i = 0; i < 10; i++) await see(false);
  isAway = false;
  await see(false);
  expect(await eventsBehind(store, 0)).toMatchObject([{ type: 'node.down', details: {} }]);
});

it('what an earlier process has told is not told again, and what has changed since is', async () => {
  const store = await storeWithNode();
  const earlier = over(store);
  earlier.nodeSeen('h1', false);
  await earlier.settled();
  const later = over(store);
  later.nodeSeen('h1', false);
  await later.settled();
  expect(await typesIn(store)).toEqual(['node.down n1']);
  const last = over(store);
  last.nodeSeen('h1', true);
  await last.settled();
  expect(await typesIn(store)).toEqual(['node.down n1', 'node.up n1']);
});

it('conditions of devices are told with their reasons, but not that nobody could ask', async () => {
  const store = await storeWithNode();
  const observations = over(store);
  observations.deviceSeen('d1', 'ok', '');
  observations.deviceSeen('d1', 'broken', 'its disk is away');
  observations.deviceSeen('d1', 'unknown', 'no answer');
  observations.deviceSeen('d1', 'broken', 'its disk is away');
  observations.deviceSeen('gone', 'broken', 'its disk is away');
  observations.deviceSeen('d1', 'ok', '');
  await observations.settled();
  const events = await store.read((tx) => tx.events.listAfter(0, 100));
  expect(events.map(({ reason, details }) => [details.condition, reason])).toEqual([
    ['broken', 'its disk is away'],
    ['ok', null],
  ]);
});

it('the number of differences is told when it is another one', async () => {
  const store = await storeWithNode();
  const observations = over(store);
  for (const count of [0, 3, 3, 0]) observations.compared(count);
  await observations.settled();
  const events = await store.read((tx) => tx.events.listAfter(0, 100));
  expect(events.map(({ details }) => details.count)).toEqual([3, 0]);
});

it('that all is well again is told, however much else was told of the same since it was not', async () => {
  const store = await storeWithNode();
  const earlier = over(store);
  earlier.compared(3);
  await earlier.settled();
  await store.write(async (tx) => {
    for (let i = 0; i < 250; i++) await tell(tx, 'backup.made', SERVER);
  });
  const later = over(store);
  later.compared(0);
  await later.settled();
  const [last] = await store.read((tx) => tx.events.listBefore(1_000, 1));
  expect(last).toMatchObject({ type: 'state.compared', details: { count: 0 } });
});

it('nothing is told while nothing may be written', async () => {
  const store = await storeWithNode();
  const observations = over(store, false);
  observations.nodeSeen('h1', false);
  observations.nodeRepaired('n1', 1, 'v: not mounted');
  await observations.settled();
  expect(await typesIn(store)).toEqual([]);
});
