import { describe, expect, it } from 'vitest';
import { differences } from '../support/differences.js';
import { Gate } from '../support/gate.js';
import {
  done,
  loadTopology,
  openPool,
  type Pool,
  recover,
  strictHosts,
  volumeRequest,
  withPool,
} from '../support/pool.js';
import { WatchedExecutor } from '../support/watched-executor.js';

interface Held {
  readonly pool: Pool;
  /** Commands begun since the hold. */
  readonly begun: string[];
  release(): void;
}

const LONG_MS = 60_000;

/** A server whose next `volume create` waits, with one operation running there and two more waiting for their turn. */
async function whileOneRuns(
  work: (held: Held, reopen: () => Promise<Pool>, hosts: ReturnType<typeof strictHosts>) => Promise<void>,
): Promise<void> {
  const hosts = strictHosts(3, 1);
  await withPool(hosts, async (quiet, file) => {
    await loadTopology(quiet, 3, 1);
    await quiet.store.close();
    const begun: string[] = [];
    const held = new Gate();
    const reached = new Gate();
    const executor = new WatchedExecutor(hosts, async (line) => {
      begun.push(line);
      if (!line.includes('volume create')) return;
      reached.open();
      await held.opened;
    });
    const pool = await openPool(file, executor, { settings: { operationsPerCluster: 1, volumeCreateRetries: 4 } });
    for (const name of ['running', 'waiting-1', 'waiting-2'])
      await pool.operations.createVolume(volumeRequest({ name }));
    await reached.opened;
    await work(
      { pool, begun, release: () => held.open() },
      () => openPool(file, new WatchedExecutor(hosts, () => undefined)),
      hosts,
    );
  });
}

describe('a server that is told to end', () => {
  it('lets running operations end, begins none that waits, and takes no new ones', () =>
    whileOneRuns(async ({ pool, release }, reopen, hosts) => {
      const draining = pool.runner.drain(LONG_MS);
      await expect(pool.operations.createVolume(volumeRequest())).rejects.toMatchObject({ code: 'unavailable' });
      release();
      await draining;
      const volumes = await pool.store.read((tx) => tx.volumes.list());
      expect(volumes.filter(({ pendingId }) => pendingId === null).map(({ name }) => name)).toEqual(['running']);
      expect((await pool.store.read((tx) => tx.operations.list())).length).toBe(2);
      await pool.store.close();

      const next = await reopen();
      await recover(next);
      expect(await next.store.read((tx) => tx.operations.list())).toEqual([]);
      expect(await next.store.read((tx) => tx.queue.listPending())).toEqual([]);
      expect(await differences(next.store, hosts)).toEqual([]);
      await done(next, await next.operations.createVolume(volumeRequest({ name: 'waiting-1' })));
      await next.store.close();
    }));

  it('refuses a request whose hosts were being looked at when it was told', async () => {
    const [reached, go] = [new Gate(), new Gate()];
    const executor = new WatchedExecutor(strictHosts(1, 1), async () => {
      reached.open();
      await go.opened;
    });
    await withPool(executor, async (pool) => {
      const clusterId = await pool.operations.createCluster({ allowsBlock: true, allowsFile: true });
      const request = { clusterId, zone: 1, manageNames: ['h1'], storageNames: ['10.0.0.1'], tags: {} };
      const asking = expect(pool.operations.addNode(request)).rejects.toMatchObject({ code: 'unavailable' });
      await reached.opened;
      await pool.runner.drain(0);
      go.open();
      await asking;
      expect(await pool.store.read((tx) => tx.operations.list())).toEqual([]);
    });
  });

  it('leaves what does not end in time to recovery, and neither writes nor commands anything more', () =>
    whileOneRuns(async ({ pool, begun, release }, reopen, hosts) => {
      await pool.runner.drain(0);
      const before = await pool.store.read(async (tx) => ({
        operations: await tx.operations.list(),
        bricks: await tx.bricks.list(),
        queue: await tx.queue.listPending(),
      }));
      expect(before.operations.length).toBe(3);
      const commands = begun.length;
      release();
      await pool.runner.settled();
      // The batch that was on its way had one more command each: they belong to it, and nothing follows it.
      expect(begun.slice(commands).every((line) => line.includes('volume '))).toBe(true);
      const after = await pool.store.read(async (tx) => ({
        operations: await tx.operations.list(),
        bricks: await tx.bricks.list(),
        queue: await tx.queue.listPending(),
      }));
      expect(after).toEqual(before);
      await pool.store.close();

      const next = await reopen();
      await recover(next);
      expect(await next.store.read((tx) => tx.operations.list())).toEqual([]);
      expect(await differences(next.store, hosts)).toEqual([]);
      await next.store.close();
    }));
});
