import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { MockExecutor } from '../../src/executors/mock/mock-executor.js';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import { markInterrupted } from '../../src/operations/engine/recovery.js';
import type { SequenceKind } from '../../src/operations/engine/sequence.js';
import { openStore } from '../../src/store/open-store.js';
import type { WorkAlone } from '../../src/store/store-config.js';
import { differences } from '../support/differences.js';
import {
  loadTopology,
  openPool,
  type Pool,
  type PoolOptions,
  SILENT,
  STAYING,
  strictHosts,
  volumeRequest,
} from '../support/pool.js';
import { isLackingPostgres, sharedPostgres } from '../support/postgres-server.js';

/** Servers without HTTP on one PostgreSQL and the same hosts. The first one works, the others only accept. */
async function servers(count: number, options: PoolOptions = {}) {
  const postgres = await sharedPostgres();
  const target = postgres.target(await postgres.newDatabase());
  const hosts = strictHosts(3, 2);
  const pools: Pool[] = [];
  for (let i = 0; i < count; i++) pools.push(await server(`server ${i}`, hosts, target, options));
  const [first, ...others] = pools as [Pool, ...Pool[]];
  await lead(first);
  return { first, others, hosts, target };
}

async function server(
  name: string,
  hosts: SimulatedHosts,
  target: Awaited<ReturnType<typeof servers>>['target'],
  options: PoolOptions,
): Promise<Pool> {
  const alone: WorkAlone = { name, answersMeanwhile: true, lifeMs: 1_000, onLost: () => undefined };
  const store = await openStore({ postgres: target, alone });
  onTestFinished(() => store.close());
  const pool = await openPool('', new MockExecutor(hosts), { ...options, store });
  store.sharing?.onNews(() => pool.engine.othersWrote());
  return pool;
}

async function lead(pool: Pool): Promise<void> {
  await pool.store.sharing?.turn;
  await markInterrupted(pool.store, SILENT);
  pool.engine.lead();
}

/** The answer of another server's work, as a client that polls there gets it. */
async function fetched(pool: Pool, { queueId }: { readonly queueId: string }) {
  for (;;) {
    const entry = await pool.answers.fetch(queueId, STAYING);
    if (entry?.state !== 'pending') return entry;
  }
}

describe.skipIf(isLackingPostgres('servers that accept what another one does'))(
  'of several servers on one database',
  () => {
    it('each accepts changes, which the one that works on hosts does; the answer is fetched where it was asked for', async () => {
      const {
        first,
        others: [second],
        hosts,
      } = await servers(2);
      await loadTopology(first, 3, 2);
      const ticket = await (second as Pool).operations.createVolume(volumeRequest({ name: 'vol' }));
      expect((second as Pool).runner.isRunning(ticket.queueId)).toBe(false);
      const entry = await fetched(second as Pool, ticket);
      expect(entry?.state).toBe('done');
      const found = await first.store.read((tx) => tx.volumes.list());
      expect(found.map(({ name }) => name)).toEqual(['vol']);
      expect(await differences(first.store, hosts)).toEqual([]);
    });

    it('the limit of operations in flight counts those of all', async () => {
      const { first, others } = await servers(3, { settings: { maxInflight: 2 } });
      const [second, third] = others as [Pool, Pool];
      await loadTopology(first, 3, 2);
      // Nobody begins anything.
      await first.runner.drain(0);
      await second.operations.createVolume(volumeRequest());
      await third.operations.createVolume(volumeRequest());
      for (const pool of [second, third])
        await expect(pool.operations.createVolume(volumeRequest())).rejects.toMatchObject({ code: 'busy' });
      expect([await second.operations.inFlight(), await third.operations.inFlight()]).toEqual([2, 2]);
    });

    it('what was accepted and not begun is begun by the next one; what was begun counts as interrupted', async () => {
      const {
        first,
        others: [second],
        hosts,
      } = await servers(2);
      await loadTopology(first, 3, 2);
      await first.runner.drain(0);
      const accepted = await (second as Pool).operations.createVolume(volumeRequest({ name: 'accepted' }));
      const begun = await (second as Pool).operations.createVolume(volumeRequest({ name: 'begun' }));
      await (second as Pool).store.write(async (tx) => {
        const entry = await tx.queue.find(begun.queueId);
        await tx.operations.markTouched(entry?.operationId ?? '');
      });
      await first.store.sharing?.handOver();
      await lead(second as Pool);
      expect((await fetched(second as Pool, accepted))?.state).toBe('done');
      await (second as Pool).recovery.run();
      const entry = await fetched(second as Pool, begun);
      expect(entry).toMatchObject({ state: 'failed', error: expect.stringContaining('was restarted') });
      expect(await differences((second as Pool).store, hosts)).toEqual([]);
    });

    it('a request that fails on hosts is tried anew elsewhere, as often as the server that works says', async () => {
      const {
        first,
        others: [second],
        hosts,
      } = await servers(2, { settings: { volumeCreateRetries: 1 } });
      await loadTopology(first, 3, 2);
      hosts.setFaults([{ kind: 'fail', match: 'lvcreate' }]);
      const ticket = await (second as Pool).operations.createVolume(volumeRequest());
      expect((await fetched(second as Pool, ticket))?.state).toBe('done');
      expect(await differences(first.store, hosts)).toEqual([]);
    });

    it('work of many parts that waits is cancelled at any of them', async () => {
      const {
        first,
        others: [second],
      } = await servers(2, { sequences: [waiting] });
      const ticket = await (second as Pool).engine.beginSequence(waiting, null, TESTER);
      const record = await vi.waitFor(async () => {
        const [found] = await first.store.read((tx) => tx.operations.list());
        expect(found?.dueAt).toBeGreaterThan(0);
        return found;
      });
      await (second as Pool).operations.cancel(record?.id ?? '');
      expect(await fetched(second as Pool, ticket)).toMatchObject({
        state: 'failed',
        error: expect.stringContaining('was cancelled'),
      });
    });

    it('what only the one that works on hosts can answer is refused by the others, who name it', async () => {
      const {
        first,
        others: [second],
      } = await servers(2);
      const refusal = { code: 'unavailable', message: expect.stringContaining('server 0') };
      await vi.waitFor(() => expect(second?.store.sharing?.otherAtWork()).toBe('server 0'));
      await expect((second as Pool).operations.listDeviceHealth()).rejects.toMatchObject(refusal);
      expect(await first.operations.listDeviceHealth()).toEqual([]);
    });
  },
);

const TESTER = { issuer: 'admin', requestId: 'test-1', address: '192.0.2.1' } as const;

const FAR_MS = 3600_000;

/** Waits for ever. */
const waiting: SequenceKind<null, object> = {
  type: 'repair-state',
  build: async () => ({ actions: [], plan: {}, lane: '' }),
  load: async () => ({}),
  next: async () => ({ do: 'wait', step: { done: 0, total: null, current: 'waits' }, forMs: FAR_MS }),
  finalize: async () => null,
};
