import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NEW_RECORD } from '../../src/domain/pending-operation.js';
import { TransportError } from '../../src/executors/executor.js';
import { boundAges, forgetOldAnswers } from '../../src/operations/engine/forget-old-answers.js';
import { Recovery } from '../../src/operations/engine/recovery.js';
import type { NodeHealth } from '../../src/operations/ports/node-health.js';
import { steadyUnixMs } from '../../src/timing/clocks.js';
import { asking } from '../support/asking.js';
import { differences } from '../support/differences.js';
import { Gate } from '../support/gate.js';
import {
  answerOf,
  done,
  loadTopology,
  openPool,
  type Pool,
  records,
  retryOf,
  SILENT,
  strictHosts,
  volumeRequest,
  withPool,
} from '../support/pool.js';
import { WatchedExecutor } from '../support/watched-executor.js';

const HOUR_SECONDS = 3600;
const DAY_MS = 24 * HOUR_SECONDS * 1000;

beforeEach(
  () =>
    void vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'],
    }),
);
afterEach(() => void vi.useRealTimers());

/** Waits for what the timers have begun. */
async function pass(pool: Pool, seconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(seconds * 1000);
  await new Promise((turn) => setImmediate(turn));
  await pool.recovery.settled();
  await pool.runner.settled();
}

/** A server with the record of a volume whose brick on h1 could not be removed, h1 being down; counts what h1 is asked. */
async function withKeptRecord(
  work: (context: {
    readonly pool: Pool;
    readonly hosts: ReturnType<typeof strictHosts>;
    tries(): number;
    up(host: string): void;
  }) => Promise<void>,
): Promise<void> {
  const hosts = strictHosts(3, 1);
  await withPool(hosts, async (quiet, file) => {
    await loadTopology(quiet, 3, 1);
    const location = await done(quiet, await quiet.operations.createVolume(volumeRequest()));
    await quiet.store.close();
    let tries = 0;
    const listeners: ((name: string) => void)[] = [];
    const health: NodeHealth = {
      isUp: () => true,
      reportDown: () => undefined,
      onUp: (listener) => void listeners.push(listener),
    };
    const executor = new WatchedExecutor(hosts, (line, host) => {
      // A try begins with the question whether a volume uses the brick; the delete itself has asked before.
      if (host !== 'h1' || !/^umount| pool list /.test(line)) return;
      tries++;
      if (tries === 1) hosts.setHostUp('h1', false);
    });
    const pool = await openPool(file, executor, { health });
    pool.recovery.start(HOUR_SECONDS, HOUR_SECONDS);
    await done(pool, await pool.operations.deleteVolume(location.slice('/volumes/'.length)));
    try {
      await work({
        pool,
        hosts,
        tries: () => tries,
        up(host) {
          for (const listener of listeners) listener(host);
        },
      });
    } finally {
      pool.recovery.stop();
      await pool.runner.settled();
      await pool.store.close();
    }
  });
}

describe('a record that has to wait for its host', () => {
  it('is tried again after pauses that grow, and says so', () =>
    withKeptRecord(async ({ pool, tries, hosts }) => {
      const [{ id } = { id: '' }] = await records(pool);
      const now = steadyUnixMs();
      expect(await retryOf(pool, id)).toMatchObject({ tries: 1, dueAt: now + 30_000 });
      expect((await retryOf(pool, id))?.error).toContain("h1 can't be reached");
      await pass(pool, 29);
      expect(tries()).toBe(1);
      await pass(pool, 1);
      expect(tries()).toBe(2);
      expect(await retryOf(pool, id)).toMatchObject({ tries: 2, dueAt: now + 90_000 });
      await pass(pool, 59);
      expect(tries()).toBe(2);
      hosts.setHostUp('h1', true);
      await pass(pool, 1);
      expect(await records(pool)).toEqual([]);
      expect(await retryOf(pool, id)).toBeNull();
      expect(await differences(pool.store, hosts)).toEqual([]);
    }));

  it('is tried at once when the host is seen up again', () =>
    withKeptRecord(async ({ pool, hosts, up }) => {
      hosts.setHostUp('h1', true);
      up('h1');
      await pool.recovery.settled();
      expect(await records(pool)).toEqual([]);
    }));

  it('is left alone once recovery has been stopped', () =>
    withKeptRecord(async ({ pool, tries, up }) => {
      pool.recovery.stop();
      await pass(pool, HOUR_SECONDS);
      up('h1');
      await pool.runner.settled();
      expect(tries()).toBe(1);
    }));
});

describe('periodic runs', () => {
  it('come as long as one of their records hangs, too', async () => {
    const [hanging, go] = [new Gate(), new Gate()];
    const kind = asking(async () => {
      hanging.open();
      await go.opened;
      return { do: 'end' };
    });
    const record = {
      ...NEW_RECORD,
      type: 'delete-volume',
      createdAt: 0,
      actions: [],
      plan: { clusterId: '' },
    } as const;
    await withPool(
      strictHosts(1, 1),
      async (pool) => {
        const sequence = { ...record, id: 'e'.repeat(32), type: kind.type, status: 'stale' } as const;
        await pool.store.write((tx) => tx.operations.insert(sequence));
        pool.recovery.start(100, 50);
        await vi.advanceTimersByTimeAsync(100_000);
        await hanging.opened;
        await pool.store.write((tx) => tx.operations.insert({ ...record, id: 'f'.repeat(32), status: 'stale' }));
        await vi.advanceTimersByTimeAsync(50_000);
        await vi.waitFor(async () => expect(await records(pool)).toMatchObject([{ id: 'e'.repeat(32) }]));
        go.open();
        pool.recovery.stop();
        await pass(pool, 0);
      },
      { sequences: [kind] },
    );
  });

  it('take up records that nobody works on, once they are a minute old and not before the second run', async () => {
    await withPool(strictHosts(3, 1), async (pool) => {
      await loadTopology(pool, 3, 1);
      await pool.store.write((tx) =>
        tx.operations.insert({
          ...NEW_RECORD,
          id: 'f'.repeat(32),
          type: 'delete-volume',
          createdAt: Math.floor(steadyUnixMs() / 1000),
          actions: [],
          plan: { clusterId: '' },
        }),
      );
      pool.recovery.start(100, 50);
      await pass(pool, 100);
      expect(await records(pool)).toMatchObject([{ status: '' }]);
      await pass(pool, 50);
      expect(await records(pool)).toEqual([]);
      pool.recovery.stop();
    });
  });
});

it('one record that hangs does not keep those from being tried that are due later', async () => {
  const [hanging, go, ended] = [new Gate(), new Gate(), new Gate()];
  const tried = new Set<string>();
  const kind = asking(async (id) => {
    if (!tried.has(id)) {
      tried.add(id);
      throw new TransportError('h1', 'no route to host', false);
    }
    if (id !== 'first') return { do: 'end' };
    hanging.open();
    await go.opened;
    return { do: 'end' };
  }, ended);
  await withPool(
    strictHosts(1, 1),
    async (pool) => {
      pool.recovery.start(HOUR_SECONDS, HOUR_SECONDS);
      for (const id of ['first', 'second']) {
        await pool.engine.beginSequence(kind, id, { issuer: null, requestId: 'r', address: '' });
        await pass(pool, 10);
      }
      await vi.advanceTimersByTimeAsync(10_000);
      await hanging.opened;
      await vi.advanceTimersByTimeAsync(10_000);
      await ended.opened;
      go.open();
      await pass(pool, 0);
      expect(await records(pool)).toEqual([]);
      pool.recovery.stop();
    },
    { sequences: [kind] },
  );
});

it('one record that hangs does not keep the others from being recovered', async () => {
  const hosts = strictHosts(3, 2);
  await withPool(hosts, async (quiet, file) => {
    await loadTopology(quiet, 3, 2);
    const made: string[] = [];
    for (const name of ['a', 'b', 'c'])
      made.push((await done(quiet, await quiet.operations.createVolume(volumeRequest({ name })))).slice(9));
    await quiet.store.close();

    let isCut = true;
    const held = new Gate();
    const executor = new WatchedExecutor(hosts, async (line) => {
      if (isCut && line.startsWith('umount')) throw new Error('cut short');
      if (!isCut && line.includes('volume info b')) await held.opened;
    });
    const pool = await openPool(file, executor);
    for (const id of made) await pool.operations.deleteVolume(id);
    await pool.runner.settled();
    expect((await records(pool)).length).toBe(3);
    isCut = false;
    const running = pool.recovery.run();
    while ((await records(pool)).length > 0) await new Promise((turn) => setImmediate(turn));
    held.open();
    await running;
    await pool.store.close();
  });
});

describe('answers that nobody fetches', () => {
  it('are forgotten after a week, but not before and not while their operation runs', {
    timeout: 180_000, // a hundred and seventy rounds, each with a commit
  }, async () => {
    await withPool(strictHosts(3, 1), async (pool) => {
      await loadTopology(pool, 3, 1);
      const answered = await pool.operations.createVolume(volumeRequest());
      await answerOf(pool, answered);
      await pool.store.write((tx) =>
        tx.queue.insert({
          id: 'pending',
          operationId: 'o',
          state: 'pending',
          location: null,
          error: null,
          createdAt: steadyUnixMs(),
        }),
      );
      const stop = forgetOldAnswers(pool.store, SILENT);
      const find = (id: string) => pool.store.read((tx) => tx.queue.find(id));
      await pass(pool, (6.9 * DAY_MS) / 1000);
      expect(await find(answered.queueId)).not.toBeNull();
      await pass(pool, (0.2 * DAY_MS) / 1000);
      await pool.store.write(async () => undefined);
      expect(await find(answered.queueId)).toBeNull();
      expect(await find('pending')).not.toBeNull();
      stop();
    });
  });

  it('are kept, with their keys, when the clock jumps ahead between two lives of the server, and not for ever', async () => {
    await withPool(strictHosts(3, 1), async (pool) => {
      await loadTopology(pool, 3, 1);
      const answered = await pool.operations.createVolume(volumeRequest());
      await answerOf(pool, answered);
      const key = { key: 'k', requestHash: 'h', queueId: answered.queueId, createdAt: steadyUnixMs() };
      await pool.store.write((tx) => tx.idempotencyKeys.insert(key));
      const find = () =>
        pool.store.read(async (tx) => [await tx.queue.find(answered.queueId), await tx.idempotencyKeys.find('k')]);
      vi.advanceTimersByTime(400 * DAY_MS);

      await boundAges(pool.store);
      const stop = forgetOldAnswers(pool.store, SILENT);
      await pass(pool, 0.9 * HOUR_SECONDS);
      expect(await find()).toEqual([expect.objectContaining({ state: 'done' }), expect.objectContaining({ key: 'k' })]);
      await pass(pool, 2 * HOUR_SECONDS);
      await pool.store.write(async () => undefined);
      expect(await find()).toEqual([null, null]);
      stop();
    });
  });

  it('that were given by a clock in the future are forgotten after their time by this one', async () => {
    await withPool(strictHosts(3, 1), async (pool) => {
      await loadTopology(pool, 3, 1);
      const answered = await pool.operations.createVolume(volumeRequest());
      const id = (await done(pool, answered)).slice('/volumes/'.length);
      const future = steadyUnixMs() + 400 * DAY_MS;
      const key = { key: 'k', requestHash: 'h', queueId: answered.queueId, createdAt: future };
      await pool.store.write(async (tx) => {
        await tx.idempotencyKeys.insert(key);
        await tx.volumes.markUnclaimed(id, future);
      });
      await boundAges(pool.store);
      const { found, unclaimed } = await pool.store.read(async (tx) => ({
        found: await tx.idempotencyKeys.find('k'),
        unclaimed: await tx.volumes.listUnclaimed(),
      }));
      const now = steadyUnixMs();
      expect(found?.createdAt).toBeLessThanOrEqual(now);
      expect(unclaimed.map((volume) => [volume.id, volume.since <= now])).toEqual([[id, true]]);
    });
  });
});

it('a recovery of many records begins one in each turn of the event loop, and waits for none of them', async () => {
  const records = Array.from({ length: 20 }, (_, i) => ({ ...NEW_RECORD, id: `r${i}`, status: 'stale' }));
  const begunIn: number[] = [];
  let turn = 0;
  const hangs = new Gate();
  const recovery = new Recovery(
    { read: async () => records } as never,
    {
      async recover() {
        begunIn.push(turn);
        await hangs.opened;
        return 'ended';
      },
    } as never,
    {} as never,
    { onUp: () => undefined } as never,
    SILENT,
    () => false,
  );
  const running = recovery.run();
  for (; begunIn.length < records.length && turn < 1000; turn++) await new Promise((next) => setImmediate(next));
  hangs.open();
  await running;
  expect(begunIn).toHaveLength(records.length);
  expect(new Set(begunIn).size).toBe(records.length);
});
