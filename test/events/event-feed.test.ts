import { expect, it, onTestFinished } from 'vitest';
import { SERVER } from '../../src/domain/event.js';
import { EventFeed, type Listening } from '../../src/events/event-feed.js';
import { tell } from '../../src/events/tell.js';
import { openTemporary } from '../store/temporary-database.js';

const STAYING = new AbortController().signal;
const LONG_MS = 60_000;

async function feedOver(mostListeners?: number) {
  let changed = (): void => undefined;
  const store = await openTemporary(undefined, { onCommit: () => changed() });
  let reads = 0;
  const read: typeof store.read = (work) => {
    reads += 1;
    return store.read(work);
  };
  const feed = new EventFeed({ read }, mostListeners);
  changed = () => feed.changed();
  onTestFinished(() => feed.close());
  const happens = (times = 1) =>
    store.write(async (tx) => {
      for (let i = 0; i < times; i++) await tell(tx, 'backup.made', SERVER);
    });
  return { store, feed, happens, reads: () => reads };
}

/** Ids as they come, until `last` has come. */
async function heard(listening: Listening, last: number): Promise<readonly number[]> {
  const ids: number[] = [];
  while ((ids.at(-1) ?? listening.after) < last) {
    const events = await listening.next(ids.at(-1) ?? listening.after, LONG_MS, STAYING);
    ids.push(...(events ?? []).map(({ id }) => id));
  }
  return ids;
}

const upTo = (n: number, from = 1) => Array.from({ length: n - from + 1 }, (_, i) => from + i);

it('gives what is committed, in order and once, to whoever listens', async () => {
  const { feed, happens } = await feedOver();
  await happens();
  const [one, two] = [await feed.listen(null), await feed.listen(0)];
  await happens(3);
  await happens();
  expect(await heard(one, 5)).toEqual(upTo(5, 2));
  expect(await heard(two, 5)).toEqual(upTo(5));
});

it('gives one that is further behind than its memory reaches all the same', async () => {
  const { feed, happens } = await feedOver();
  const slow = await feed.listen(0);
  const quick = await feed.listen(null);
  for (let i = 0; i < 3; i++) await happens(1_000);
  expect(await heard(quick, 3_000)).toHaveLength(3_000);
  expect(await heard(slow, 3_000)).toEqual(upTo(3_000));
});

it('reads nothing while nobody listens, and misses nothing of what happened meanwhile', async () => {
  const { feed, happens, reads } = await feedOver();
  const first = await feed.listen(null);
  await happens(2);
  await heard(first, 2);
  first.end();
  first.end();
  expect(feed.listeners).toBe(0);
  const before = reads();
  await happens(2);
  await new Promise((turn) => setImmediate(turn));
  expect(reads()).toBe(before);
  const second = await feed.listen(1);
  await happens();
  expect(await heard(second, 5)).toEqual(upTo(5, 2));
});

it('says when events that were asked for are not there', async () => {
  const { store, feed, happens } = await feedOver();
  await happens(5);
  expect(await feed.listen(2)).toMatchObject({ after: 2, isGap: false });
  await store.write((tx) => tx.events.deleteOldest(3, 10));
  expect(await feed.listen(2)).toMatchObject({ after: 2, isGap: true });
  expect(await feed.listen(3)).toMatchObject({ after: 3, isGap: false });
  expect(await feed.listen(99)).toMatchObject({ after: 5, isGap: true });
});

it('waits for what is to come where all is deleted that it would begin with', async () => {
  const { store, feed, happens } = await feedOver();
  await happens(5);
  await feed.listen(null);
  const behind = await feed.listen(2);
  await store.write((tx) => tx.events.deleteOldest(5, 10));
  const next = behind.next(behind.after, LONG_MS, STAYING);
  await happens();
  expect((await next)?.map(({ id }) => id)).toEqual([6]);
});

it('answers with nothing after a while, and with the end when it ends or the listener is gone', async () => {
  const { feed } = await feedOver();
  const listening = await feed.listen(null);
  expect(await listening.next(0, 1, STAYING)).toEqual([]);
  const gone = new AbortController();
  const waiting = listening.next(0, LONG_MS, gone.signal);
  gone.abort();
  expect(await waiting).toBeNull();
  const last = listening.next(0, LONG_MS, STAYING);
  feed.close();
  expect(await last).toBeNull();
  await expect(feed.listen(null)).rejects.toThrow('shutting down');
});

it('refuses more listeners than it serves, until one of them ends', async () => {
  const { feed } = await feedOver(1);
  const only = await feed.listen(null);
  await expect(feed.listen(null)).rejects.toThrow('1 clients listen to events already');
  only.end();
  expect(await feed.listen(null)).toMatchObject({ after: 0 });
});
