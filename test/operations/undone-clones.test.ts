import { describe, expect, it } from 'vitest';
import { TransportError } from '../../src/executors/executor.js';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import { differences } from '../support/differences.js';
import {
  done,
  loadTopology,
  openPool,
  type Pool,
  recover,
  retryOf,
  strictHosts,
  volumeRequest,
  withPool,
} from '../support/pool.js';
import { WatchedExecutor } from '../support/watched-executor.js';

const run = async (hosts: SimulatedHosts, host: string, ...argv: readonly string[]) => {
  const [result] = await hosts.run(host, [{ argv, timeoutMs: 1000 }]);
  expect(result).toMatchObject({ exitCode: 0 });
};
const gluster = (hosts: SimulatedHosts, ...words: readonly string[]) =>
  run(hosts, 'h1', 'gluster', '--mode=script', ...words);
const mount = (hosts: SimulatedHosts) => run(hosts, 'h2', 'mount', '-t', 'glusterfs', '10.0.0.1:/twin', '/mnt');

/** The record of a clone that a dead server had begun to take back, once gluster had made and started it. */
async function undoing(
  meanwhile: (hosts: SimulatedHosts) => Promise<void>,
  then: (pool: Pool, hosts: SimulatedHosts, sourceId: string) => Promise<void>,
  isStoppedByUs = false,
): Promise<void> {
  const hosts = strictHosts(3, 2);
  let reached: () => void = () => undefined;
  const dead = new Promise<void>((told) => {
    reached = told;
  });
  let die: () => void = () => undefined;
  const executor = new WatchedExecutor(hosts, (line) => {
    if (!/ volume info twin /.test(line) || !served(hosts).includes('twin')) return undefined;
    reached();
    return new Promise((_, reject) => {
      die = () => reject(new TransportError('h1', 'gone', true));
    });
  });
  await withPool(executor, async (quiet, file) => {
    await loadTopology(quiet, 3, 2);
    const source = await done(quiet, await quiet.operations.createVolume(volumeRequest({ name: 'v' })));
    const sourceId = source.slice('/volumes/'.length);
    await quiet.operations.cloneVolume(sourceId, 'twin');
    await dead;
    await quiet.runner.drain(0);
    die();
    await quiet.runner.settled();
    await meanwhile(hosts);
    const [record] = await quiet.store.read((tx) => tx.operations.list());
    if (!record) throw new Error('there is no record');
    const plan = { ...(record.plan as object), isStoppedByUs };
    await quiet.store.write((tx) => tx.operations.update({ ...record, isUndoing: true, plan }));
    await quiet.store.close();
    const pool = await openPool(file, new WatchedExecutor(hosts, () => undefined));
    try {
      await recover(pool);
      await then(pool, hosts, sourceId);
    } finally {
      await pool.runner.settled();
      await pool.store.close();
    }
  });
}

const served = (hosts: SimulatedHosts) =>
  hosts
    .state()
    .pools.flatMap((pool) => pool.volumes.map(({ name }) => name))
    .sort();

async function expectKept(pool: Pool, hosts: SimulatedHosts, sourceId: string, reason: RegExp): Promise<void> {
  expect(served(hosts)).toEqual(['twin', 'v']);
  expect(hosts.state().pools[0]?.volumes.every(({ status }) => status === 1)).toBe(true);
  const [record] = await pool.store.read((tx) => tx.operations.list());
  expect(record).toMatchObject({ type: 'clone-volume', status: 'failed' });
  expect((await retryOf(pool, record?.id ?? ''))?.error).toMatch(reason);
  expect(await pool.store.read((tx) => tx.volumes.find(sourceId))).toMatchObject({ pendingId: null });
}

async function expectPending(pool: Pool, sourceId: string, reason: RegExp): Promise<void> {
  const [record] = await pool.store.read((tx) => tx.operations.list());
  expect((await retryOf(pool, record?.id ?? ''))?.error).toMatch(reason);
  expect(await pool.store.read((tx) => tx.volumes.find(sourceId))).toMatchObject({ pendingId: record?.id });
}

async function expectUndone(pool: Pool, hosts: SimulatedHosts): Promise<void> {
  expect(served(hosts)).toEqual(['v']);
  expect(await pool.store.read((tx) => tx.operations.list())).toEqual([]);
  expect(await differences(pool.store, hosts)).toEqual([]);
}

describe('a clone that is to be taken back', () => {
  it('goes when nobody uses it', () => undoing(async () => undefined, expectUndone));

  it('goes when an earlier undo stopped it, as its record says', () =>
    undoing((hosts) => gluster(hosts, 'volume', 'stop', 'twin'), expectUndone, true));

  it('is kept when somebody stopped it after the stop of an undo was refused', () =>
    undoing(
      async (hosts) => {
        const stderr = 'volume stop: twin: failed: Another transaction is in progress for twin.';
        hosts.setFaults([{ kind: 'fail', match: ' volume stop twin', stderr }]);
      },
      async (pool, hosts, sourceId) => {
        await expectPending(pool, sourceId, /Another transaction is in progress/);
        await gluster(hosts, 'volume', 'stop', 'twin');
        await pool.recovery.run();
        expect(served(hosts)).toEqual(['twin', 'v']);
        const [record] = await pool.store.read((tx) => tx.operations.list());
        expect((await retryOf(pool, record?.id ?? ''))?.error).toMatch(/somebody stopped it/);
      },
    ));

  it('is kept when somebody stopped it before the undo had come so far', () =>
    undoing(
      (hosts) => gluster(hosts, 'volume', 'stop', 'twin'),
      async (pool, hosts) => {
        expect(served(hosts)).toEqual(['twin', 'v']);
        const [record] = await pool.store.read((tx) => tx.operations.list());
        expect((await retryOf(pool, record?.id ?? ''))?.error).toMatch(/somebody stopped it/);
      },
    ));

  it('is kept while a client is connected, and its source is free', () =>
    undoing(mount, async (pool, hosts, sourceId) => {
      await expectKept(pool, hosts, sourceId, /1 clients are connected \(fuse\)/);
      await pool.recovery.run();
      await expectKept(pool, hosts, sourceId, /1 clients are connected \(fuse\)/);
      await done(pool, await pool.operations.expandVolume(sourceId, 5));
      await run(hosts, 'h2', 'umount', '/mnt');
      await pool.recovery.run();
      await expectUndone(pool, hosts);
    }));

  it('is kept when an option was set on it', () =>
    undoing(
      (hosts) => gluster(hosts, 'volume', 'set', 'twin', 'auth.allow', '10.1.1.1'),
      (pool, hosts, sourceId) => expectKept(pool, hosts, sourceId, /option auth\.allow is 10\.1\.1\.1/),
    ));

  it('that was kept is not deleted because somebody stops it; its bricks go once it was deleted by hand', () =>
    undoing(mount, async (pool, hosts, sourceId) => {
      await expectKept(pool, hosts, sourceId, /1 clients are connected/);
      await run(hosts, 'h2', 'umount', '/mnt');
      await gluster(hosts, 'volume', 'stop', 'twin');
      await pool.recovery.run();
      expect(served(hosts)).toEqual(['twin', 'v']);
      const [record] = await pool.store.read((tx) => tx.operations.list());
      expect((await retryOf(pool, record?.id ?? ''))?.error).toMatch(/somebody stopped it/);
      await gluster(hosts, 'volume', 'delete', 'twin');
      await pool.recovery.run();
      await expectUndone(pool, hosts);
    }));
});
