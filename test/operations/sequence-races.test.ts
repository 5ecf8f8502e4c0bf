import { expect, it } from 'vitest';
import { TransportError } from '../../src/executors/executor.js';
import { markInterrupted } from '../../src/operations/engine/recovery.js';
import { type Next, part } from '../../src/operations/engine/sequence.js';
import { volumeCreate } from '../../src/operations/volumes/volume-create.js';
import { asking } from '../support/asking.js';
import { Gate } from '../support/gate.js';
import {
  ALL_UP,
  answerOf,
  done,
  loadTopology,
  type Pool,
  records,
  SILENT,
  strictHosts,
  volumeRequest,
  withPool,
} from '../support/pool.js';
import { WatchedExecutor } from '../support/watched-executor.js';

const BY = { issuer: 'admin', requestId: 'r-7', address: '192.0.2.7' };
const HOUR_MS = 3_600_000;
const STEP = { done: 0, total: 1, current: 'looks' };
const END: Next = { do: 'end' };

function withAsking(kind: ReturnType<typeof asking>, work: (pool: Pool) => Promise<void>): Promise<void> {
  return withPool(strictHosts(1, 1), work, { sequences: [kind] });
}

it('is led out on request when it is kept by a server that tries nothing by itself', () => {
  let asked = 0;
  const kind = asking(async () => {
    if (asked++ === 0) throw new TransportError('h1', 'no route to host', false);
    return END;
  });
  return withAsking(kind, async (pool) => {
    const ticket = await pool.engine.beginSequence(kind, 'n', BY);
    await pool.runner.settled();
    expect(await records(pool)).toMatchObject([{ dueAt: null, retry: { tries: 1, waitsForHost: true } }]);
    await done(pool, await pool.operations.cleanUp([]));
    expect(await done(pool, ticket)).toBe('/ended');
  });
});

it('ends at once when it is cancelled while it is asked, and would wait', () => {
  const [reached, go] = [new Gate(), new Gate()];
  const kind = asking(async () => {
    reached.open();
    await go.opened;
    return { do: 'wait', forMs: HOUR_MS, step: STEP };
  });
  return withAsking(kind, async (pool) => {
    const ticket = await pool.engine.beginSequence(kind, 'n', BY);
    await reached.opened;
    const [record] = await records(pool);
    await pool.engine.cancel(record?.id ?? '');
    go.open();
    expect((await answerOf(pool, ticket)).error).toMatch(/was cancelled/);
  });
});

it('goes on after its next wait by itself once somebody has had it led out after a restart', async () => {
  const ended = new Gate();
  let asked = 0;
  const kind = asking(
    async () => (asked++ < 2 ? { do: 'wait', forMs: asked === 1 ? HOUR_MS : 1, step: STEP } : END),
    ended,
  );
  await withAsking(kind, async (pool) => {
    const ticket = await pool.engine.beginSequence(kind, 'n', BY);
    await pool.runner.settled();
    await markInterrupted(pool.store, SILENT);
    await pool.recovery.run();
    await ended.opened;
    expect(await done(pool, ticket)).toBe('/ended');
  });
}, 3000);

it('begins no part once the server stops', () => {
  const [reached, go] = [new Gate(), new Gate()];
  const kind = asking(async () => {
    reached.open();
    await go.opened;
    const durability = { type: 'none', replica: 0, disperseData: 0, disperseRedundancy: 0 } as const;
    return part(volumeCreate, { ...volumeRequest({ durability }), volumeId: 'a'.repeat(32) }, STEP);
  });
  return withAsking(kind, async (pool) => {
    await loadTopology(pool, 1, 1);
    await pool.engine.beginSequence(kind, 'n', BY);
    await reached.opened;
    pool.runner.stopTaking();
    go.open();
    await pool.runner.settled();
    expect(await records(pool)).toMatchObject([{ type: 'remove-node', progress: null }]);
  });
});

it('goes on as soon as a host is back that its part waits for', () => {
  const hosts = strictHosts(1, 1);
  const listeners: ((name: string) => void)[] = [];
  const health = { ...ALL_UP, onUp: (listener: (name: string) => void) => void listeners.push(listener) };
  let asked = 0;
  const kind = asking(async () => {
    const durability = { type: 'none', replica: 0, disperseData: 0, disperseRedundancy: 0 } as const;
    return asked++ > 0 ? END : part(volumeCreate, { ...volumeRequest({ durability }), volumeId: 'a'.repeat(32) }, STEP);
  });
  const executor = new WatchedExecutor(hosts, (line) => {
    if (line.includes(' volume start ')) hosts.setHostUp('h1', false);
  });
  return withPool(
    executor,
    async (pool) => {
      pool.recovery.start(3600, 3600);
      await loadTopology(pool, 1, 1);
      const ticket = await pool.engine.beginSequence(kind, 'n', BY);
      await pool.runner.settled();
      expect((await records(pool)).length).toBe(2);
      hosts.setHostUp('h1', true);
      for (const listener of listeners) listener('h1');
      await pool.recovery.settled();
      expect(await done(pool, ticket)).toBe('/ended');
      pool.recovery.stop();
    },
    { sequences: [kind], health },
  );
});
