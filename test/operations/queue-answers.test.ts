import { afterEach, describe, expect, it, vi } from 'vitest';
import { newId } from '../../src/domain/ids.js';
import type { QueueEntry } from '../../src/domain/queue-entry.js';
import { QueueAnswers } from '../../src/operations/engine/queue-answers.js';
import { openMemoryStore } from '../../src/store/open-store.js';
import type { Store } from '../../src/store/store.js';
import { SILENT, STAYING } from '../support/pool.js';

afterEach(() => void vi.useRealTimers());

const HOLD_MS = 4000;

interface Desk {
  readonly store: Store;
  readonly answers: QueueAnswers;
  /** Reads of the store so far. */
  reads(): number;
  /** A pending entry; answers its id. */
  open(operationId?: string | null): Promise<string>;
  /** The work is done, and nobody is told yet. */
  answer(queueId: string): Promise<void>;
}

async function openDesk(isRunning = true): Promise<Desk> {
  const inner = await openMemoryStore();
  let reads = 0;
  const store: Store = {
    read(work) {
      reads++;
      return inner.read(work);
    },
    write: (work, options) => inner.write(work, options),
    snapshot: () => inner.snapshot(),
    backup: () => inner.backup(),
    openBackup: () => inner.openBackup(),
    refusal: () => inner.refusal(),
    isAlone: () => inner.isAlone(),
    giveUpUndecided: () => inner.giveUpUndecided(),
    close: () => inner.close(),
  };
  return {
    store,
    answers: new QueueAnswers(store, SILENT, { holdMs: HOLD_MS, isRunning: () => isRunning }),
    reads: () => reads,
    async open(operationId = null) {
      const id = newId();
      const entry: QueueEntry = { id, operationId, state: 'pending', location: null, error: null, createdAt: 1 };
      await inner.write((tx) => tx.queue.insert(entry));
      return id;
    },
    async answer(queueId) {
      await inner.write(async (tx) => {
        const entry = await tx.queue.find(queueId);
        if (entry) await tx.queue.update({ ...entry, state: 'done', location: '/volumes/abc' });
      });
    },
  };
}

const turns = async (count = 20): Promise<void> => {
  for (let i = 0; i < count; i++) await new Promise((turn) => setImmediate(turn));
};

describe('a poll of work that runs', () => {
  it('is answered as soon as the work ends', async () => {
    const desk = await openDesk();
    const queueId = await desk.open('o1');
    const poll = desk.answers.fetch(queueId, STAYING);
    await turns();
    await desk.answer(queueId);
    desk.answers.ended('o1');
    expect(await poll).toMatchObject({ state: 'done', location: '/volumes/abc' });
    expect(await desk.answers.fetch(queueId, STAYING)).toBeNull();
  });

  it('is answered as soon as another server has ended the work and told of it; others wait on', async () => {
    const desk = await openDesk();
    const [done, other] = [await desk.open('o1'), await desk.open('o2')];
    const poll = desk.answers.fetch(done, STAYING);
    const heard = vi.fn();
    void desk.answers.fetch(other, STAYING).then(heard);
    await turns();
    await desk.answer(done);
    desk.answers.othersWrote();
    expect(await poll).toMatchObject({ state: 'done', location: '/volumes/abc' });
    expect(heard).not.toHaveBeenCalled();
  });

  it('is told that the work still runs after four seconds', async () => {
    const desk = await openDesk();
    const queueId = await desk.open();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let answer: QueueEntry | null = null;
    const poll = desk.answers.fetch(queueId, STAYING).then((entry) => {
      answer = entry;
    });
    await turns();
    await vi.advanceTimersByTimeAsync(HOLD_MS - 1);
    await turns();
    expect(answer).toBeNull();
    await vi.advanceTimersByTimeAsync(1);
    await poll;
    expect(answer).toMatchObject({ state: 'pending' });
  });

  it('costs nothing while it waits, however many there are', async () => {
    const desk = await openDesk();
    const ids = await Promise.all(Array.from({ length: 500 }, () => desk.open()));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const polls = ids.map((id) => desk.answers.fetch(id, STAYING));
    await turns();
    const reads = desk.reads();
    await vi.advanceTimersByTimeAsync(HOLD_MS - 1);
    await turns();
    expect(desk.reads()).toBe(reads);
    await desk.answer(ids[7] as string);
    desk.answers.ended(ids[7] as string);
    expect(await polls[7]).toMatchObject({ state: 'done' });
    expect(desk.reads()).toBe(reads + 1);
    desk.answers.release();
    await Promise.all(polls);
    await vi.advanceTimersByTimeAsync(100); // the row of the answer goes
    expect(vi.getTimerCount()).toBe(0);
  });

  it('of a client that goes away leaves the answer to the next one', async () => {
    const desk = await openDesk();
    const queueId = await desk.open('o1');
    const gone = new AbortController();
    const poll = desk.answers.fetch(queueId, gone.signal);
    await turns();
    await desk.answer(queueId);
    gone.abort();
    await poll;
    expect(await desk.answers.fetch(queueId, STAYING)).toMatchObject({ state: 'done' });
  });

  it('is answered at once when the server ends, and so is every later one', async () => {
    const desk = await openDesk();
    const queueId = await desk.open();
    const poll = desk.answers.fetch(queueId, STAYING);
    await turns();
    desk.answers.release();
    expect(await poll).toMatchObject({ state: 'pending' });
    expect(await desk.answers.fetch(queueId, STAYING)).toMatchObject({ state: 'pending' });
  });
});

it('knows whether a client has come for work that was interrupted', async () => {
  const desk = await openDesk(false);
  const queueId = await desk.open('o1');
  expect(desk.answers.wasAskedFor('o1')).toBe(false);
  const poll = desk.answers.fetch(queueId, STAYING);
  await turns();
  expect(desk.answers.wasAskedFor('o1')).toBe(true);
  desk.answers.release();
  await poll;
});

describe('a server that is about to end', () => {
  it('waits until answers of the last seconds were fetched', async () => {
    const desk = await openDesk();
    const [first, second] = [await desk.open(), await desk.open()];
    await desk.answer(first);
    await desk.answer(second);
    let isOver = false;
    const waiting = desk.answers.freshFetched(60_000).then((hadSome) => {
      isOver = true;
      return hadSome;
    });
    await desk.answers.fetch(first, STAYING);
    await turns();
    expect(isOver).toBe(false);
    await desk.answers.fetch(second, STAYING);
    expect(await waiting).toBe(true);
  });

  it('does not wait for a client that never comes', async () => {
    const desk = await openDesk();
    await desk.answer(await desk.open());
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const waiting = desk.answers.freshFetched(2000);
    await turns();
    await vi.advanceTimersByTimeAsync(2000);
    expect(await waiting).toBe(true);
  });

  it('does not wait at all when nothing has just ended', async () => {
    const desk = await openDesk();
    await desk.open();
    expect(await desk.answers.freshFetched(60_000)).toBe(false);
  });
});
