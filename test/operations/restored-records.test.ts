import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { TransportError } from '../../src/executors/executor.js';
import { MockExecutor } from '../../src/executors/mock/mock-executor.js';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import { markInterrupted } from '../../src/operations/engine/recovery.js';
import { RestoredDatabase } from '../../src/operations/engine/restored-database.js';
import { findDifferences } from '../../src/operations/examination/find-differences.js';
import { differences } from '../support/differences.js';
import { Gate } from '../support/gate.js';
import { HOST_SETTINGS } from '../support/host-settings.js';
import {
  done,
  loadTopology,
  openPool,
  type Pool,
  retryOf,
  SILENT,
  strictHosts,
  volumeRequest,
  withPool,
} from '../support/pool.js';
import { WatchedExecutor } from '../support/watched-executor.js';

interface Restored {
  readonly pool: Pool;
  readonly hosts: SimulatedHosts;
  /** Of the operation that was in flight when the copy was made. */
  readonly operationId: string;
  /** Command lines that the restored server sent. */
  readonly sent: string[];
}

/**
 * A server on a copy that was made while `request` was at the command `at`; the first one has ended that (in vain when
 * `isRefused`) and then `afterwards`, and is gone. Somebody has confirmed.
 */
async function onACopy(
  at: string,
  request: (pool: Pool) => Promise<{ readonly queueId: string }>,
  afterwards: (pool: Pool, hosts: SimulatedHosts) => Promise<unknown>,
  work: (restored: Restored) => Promise<void>,
  { isRefused = false } = {},
): Promise<void> {
  const hosts = strictHosts(3, 1);
  const reached = new Gate();
  const copied = new Gate();
  let isArmed = false;
  const executor = new WatchedExecutor(hosts, async (line, host) => {
    if (!isArmed || !line.includes(at)) return;
    reached.open();
    await copied.opened;
    if (isRefused) throw new TransportError(host, 'not reached', false);
  });
  await withPool(executor, async (first, file) => {
    await loadTopology(first, 3, 1);
    await done(first, await first.operations.createVolume(volumeRequest({ name: 'old' })));
    isArmed = true;
    await request(first);
    await reached.opened;
    const copy = join(file, '../copy.db');
    writeFileSync(copy, await first.store.backup());
    copied.open();
    await first.runner.settled();
    await afterwards(first, hosts);
    const sent: string[] = [];
    const pool = await openPool(copy, new WatchedExecutor(hosts, (line) => void sent.push(line)));
    try {
      const restored = await RestoredDatabase.find(pool.store, SILENT, false);
      await markInterrupted(pool.store, SILENT);
      restored.whenFree(
        async () => () => undefined,
        () => pool.recovery.start(0, 3600),
      );
      await restored.confirm();
      const [operation] = await pool.store.read((tx) => tx.operations.list());
      await work({ pool, hosts, operationId: operation?.id ?? '', sent });
      expect(await pool.store.read((tx) => tx.operations.list())).toEqual([]);
    } finally {
      pool.recovery.stop();
      await pool.runner.settled();
      await pool.store.close();
    }
  });
}

const names = async ({ store }: Pool) => (await store.read((tx) => tx.volumes.list())).map(({ name }) => name).sort();
const served = (hosts: SimulatedHosts) => hosts.state().pools.flatMap(({ volumes }) => volumes.map(({ name }) => name));
const create = (pool: Pool) => pool.operations.createVolume(volumeRequest({ name: 'made' }));
const oldId = async ({ store }: Pool) =>
  (await store.read((tx) => tx.volumes.list())).find(({ name }) => name === 'old')?.id ?? '';

it('a create that has ended since is not taken back by itself, and kept on request', () =>
  onACopy(
    ' volume start ',
    create,
    async () => undefined,
    async ({ pool, hosts, operationId, sent }) => {
      await pool.recovery.run();
      expect(sent).toEqual([]);
      expect(await retryOf(pool, operationId)).toBeNull();
      await pool.operations.cleanUp([]);
      await pool.runner.settled();
      expect(sent).toEqual([]);
      const listed = await findDifferences(pool.store, { executor: new MockExecutor(hosts), settings: HOST_SETTINGS });
      expect(listed.differences).toMatchObject([{ kind: 'restored-operation', subject: operationId }]);
      expect(listed.differences[0]?.remedy).toContain(`heketi-cli server operations cleanup ${operationId}`);

      await pool.operations.cleanUp([operationId]);
      await pool.runner.settled();
      expect(served(hosts)).toEqual(['made', 'old']);
      expect(await names(pool)).toEqual(['made', 'old']);
      expect(await differences(pool.store, hosts)).toEqual([]);
    },
  ));

it('a create whose volume was deleted since is taken back on request', () =>
  onACopy(
    ' volume start ',
    create,
    async (first) => {
      const made = (await first.store.read((tx) => tx.volumes.list())).find(({ name }) => name === 'made');
      await done(first, await first.operations.deleteVolume(made?.id ?? ''));
    },
    async ({ pool, hosts, operationId }) => {
      await pool.operations.cleanUp([operationId]);
      await pool.runner.settled();
      expect(await names(pool)).toEqual(['old']);
      expect(await differences(pool.store, hosts)).toEqual([]);
    },
  ));

it('a deletion is no order any more: on request the volume stays while gluster has it', () =>
  onACopy(
    ' volume stop ',
    async (pool) => pool.operations.deleteVolume(await oldId(pool)),
    async () => undefined,
    async ({ pool, hosts, operationId, sent }) => {
      await pool.recovery.run();
      expect(sent).toEqual([]);
      await pool.operations.cleanUp([operationId]);
      await pool.runner.settled();
      expect(sent.filter((line) => / volume (stop|delete) /.test(line))).toEqual([]);
      expect(await names(pool)).toEqual(['old']);
      expect(served(hosts)).toEqual(['old']);
    },
    { isRefused: true },
  ));

it('a change of what it was about is refused with the command that leads it out', () =>
  onACopy(
    ' volume add-brick ',
    async (pool) => pool.operations.expandVolume(await oldId(pool), 10),
    async () => undefined,
    async ({ pool, operationId, sent }) => {
      const again = oldId(pool).then((id) => pool.operations.expandVolume(id, 10));
      await expect(again).rejects.toThrow(`it is led out by: heketi-cli server operations cleanup ${operationId}`);
      await pool.runner.settled();
      expect(sent).toEqual([]);
      await pool.operations.cleanUp([operationId]);
      await pool.runner.settled();
      expect((await pool.store.read((tx) => tx.volumes.list()))[0]?.sizeGib).toBe(20);
    },
  ));

it('one that can not be led out on request is not tried again by itself', () =>
  onACopy(
    ' volume start ',
    create,
    async () => undefined,
    async ({ pool, hosts, operationId }) => {
      for (const host of ['h1', 'h2', 'h3']) hosts.setHostUp(host, false);
      await pool.operations.cleanUp([operationId]);
      await pool.runner.settled();
      expect(await retryOf(pool, operationId)).toMatchObject({ tries: 1, dueAt: null });
      for (const host of ['h1', 'h2', 'h3']) hosts.setHostUp(host, true);
      await pool.operations.cleanUp([operationId]);
      await pool.runner.settled();
    },
  ));
