import { describe, expect, it } from 'vitest';
import { TransportError } from '../../src/executors/executor.js';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import { differences } from '../support/differences.js';
import {
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

/** The record of a create whose server died once gluster had the volume, as an old backup or a long outage shows it. */
async function interrupted(
  meanwhile: (hosts: SimulatedHosts, bricks: readonly string[]) => Promise<void>,
  then: (pool: Pool, hosts: SimulatedHosts) => Promise<void>,
  {
    isUndoing = false,
    diesBefore = / volume start /,
    sizeGib = 10,
    isBlockHosting = false,
    isStoppedByUs = false,
    before = (() => undefined) as (line: string, hosts: SimulatedHosts) => void | Promise<void>,
  } = {},
): Promise<void> {
  const hosts = strictHosts(3, 2);
  let reached: () => void = () => undefined;
  const dead = new Promise<void>((done) => {
    reached = done;
  });
  let die: () => void = () => undefined;
  const executor = new WatchedExecutor(hosts, (line) => {
    if (!diesBefore.test(line)) return undefined;
    reached();
    return new Promise((_, reject) => {
      die = () => reject(new TransportError('h1', 'gone', true));
    });
  });
  await withPool(executor, async (quiet, file) => {
    await loadTopology(quiet, 3, 2);
    await quiet.operations.createVolume(volumeRequest({ name: 'v', sizeGib, isBlockHosting }));
    await dead;
    await quiet.runner.drain(0);
    die();
    await quiet.runner.settled();
    const bricks = await quiet.store.read((tx) => tx.bricks.list());
    await meanwhile(
      hosts,
      bricks.map(({ path }) => path),
    );
    if (isUndoing) {
      const [record] = await quiet.store.read((tx) => tx.operations.list());
      if (record)
        await quiet.store.write((tx) => tx.operations.update({ ...record, isUndoing: true, plan: { isStoppedByUs } }));
    }
    await quiet.store.close();
    const pool = await openPool(file, new WatchedExecutor(hosts, (line) => before(line, hosts)));
    try {
      await recover(pool);
      await then(pool, hosts);
    } finally {
      await pool.runner.settled();
      await pool.store.close();
    }
  });
}

const served = (hosts: SimulatedHosts) => hosts.state().pools.flatMap((pool) => pool.volumes.map(({ name }) => name));

async function expectKept(pool: Pool, hosts: SimulatedHosts, reason: RegExp): Promise<void> {
  expect(served(hosts)).toEqual(['v']);
  const [record] = await pool.store.read((tx) => tx.operations.list());
  expect(record).toMatchObject({ type: 'create-volume' });
  expect((await retryOf(pool, record?.id ?? ''))?.error).toMatch(reason);
  expect(await pool.store.read((tx) => tx.bricks.list())).not.toHaveLength(0);
}

async function expectUndone(pool: Pool, hosts: SimulatedHosts): Promise<void> {
  expect(served(hosts)).toEqual([]);
  expect(await pool.store.read((tx) => tx.operations.list())).toEqual([]);
  expect(await differences(pool.store, hosts)).toEqual([]);
}

const start = (hosts: SimulatedHosts) => gluster(hosts, 'volume', 'start', 'v');

describe('a create that is found interrupted', () => {
  it('is taken back while its volume was never started', () => interrupted(async () => undefined, expectUndone));

  it('is taken back with the sets it has got', () =>
    interrupted(async () => undefined, expectUndone, { diesBefore: / volume add-brick /, sizeGib: 120 }));

  it('is taken back when it was started as ordered and nobody uses it', () =>
    interrupted(start, expectUndone, { isUndoing: true }));

  it('is taken back when an earlier undo stopped it, as its record says', () =>
    interrupted(
      async (hosts) => {
        await start(hosts);
        await gluster(hosts, 'volume', 'stop', 'v');
      },
      expectUndone,
      { isUndoing: true, isStoppedByUs: true },
    ));

  it('is kept when its volume was grown since', () =>
    interrupted(
      async (hosts) => {
        await start(hosts);
        for (const host of ['h1', 'h2', 'h3']) await run(hosts, host, 'mkdir', '-p', '/run/more/brick');
        const bricks = [1, 2, 3].map((i) => `10.0.0.${i}:/run/more/brick`);
        await gluster(hosts, 'volume', 'add-brick', 'v', ...bricks, 'force');
      },
      (pool, hosts) => expectKept(pool, hosts, /brick 10\.0\.0\.1:\/run\/more\/brick, which was not ordered/),
    ));

  it('is kept when somebody stopped its volume', () =>
    interrupted(
      async (hosts) => {
        await start(hosts);
        await gluster(hosts, 'volume', 'stop', 'v');
      },
      (pool, hosts) => expectKept(pool, hosts, /somebody stopped it/),
    ));

  it('is kept when a client is connected', () =>
    interrupted(
      async (hosts) => {
        await start(hosts);
        await run(hosts, 'h2', 'mount', '-t', 'glusterfs', '10.0.0.1:/v', '/mnt');
      },
      (pool, hosts) => expectKept(pool, hosts, /1 clients are connected \(fuse\)/),
      { isUndoing: true },
    ));

  it('is taken back once the client is gone', () =>
    interrupted(
      async (hosts) => {
        await start(hosts);
        await run(hosts, 'h2', 'mount', '-t', 'glusterfs', '10.0.0.1:/v', '/mnt');
        await run(hosts, 'h2', 'umount', '/mnt');
      },
      expectUndone,
      { isUndoing: true },
    ));

  it('is kept when a single brick holds a file', () =>
    interrupted(
      async (hosts, [, , third]) => {
        await start(hosts);
        await run(hosts, await hostWith(hosts, third ?? ''), 'mkdir', `${third}/pgdata`);
      },
      (pool, hosts) => expectKept(pool, hosts, /holds "pgdata"/),
      { isUndoing: true },
    ));

  it('is kept when its volume holds the file of a block volume', () =>
    interrupted(
      async (hosts, [, second]) => {
        await start(hosts);
        const host = await hostWith(hosts, second ?? '');
        await run(hosts, host, 'mkdir', `${second}/block-meta`);
        await run(hosts, host, 'mkdir', `${second}/block-store`);
        await run(hosts, host, 'mkdir', `${second}/block-store/5f2c`);
      },
      (pool, hosts) => expectKept(pool, hosts, /holds "block-store\/5f2c"/),
      { isUndoing: true, isBlockHosting: true },
    ));

  it('is taken back when gluster-block has only looked at its volume', () =>
    interrupted(
      async (hosts, [, second]) => {
        await start(hosts);
        const host = await hostWith(hosts, second ?? '');
        await run(hosts, host, 'mkdir', `${second}/block-meta`);
        await run(hosts, host, 'mkdir', `${second}/block-store`);
      },
      expectUndone,
      { isUndoing: true, isBlockHosting: true },
    ));

  it('is kept when one of its bricks is not mounted, though the directory below holds nothing', () =>
    interrupted(
      async (hosts, [, , third = '']) => {
        await start(hosts);
        const host = await hostWith(hosts, third);
        hosts.killBrick(host, third);
        await run(hosts, host, 'mkdir', `${third}/pgdata`);
        await run(hosts, host, 'umount', third.replace(/\/brick$/, ''));
        await run(hosts, host, 'mkdir', third);
      },
      (pool, hosts) => expectKept(pool, hosts, /is not mounted/),
      { isUndoing: true },
    ));

  it('is kept when somebody stopped its volume after an undo that was refused', () =>
    interrupted(
      async (hosts) => {
        await start(hosts);
        await run(hosts, 'h2', 'mount', '-t', 'glusterfs', '10.0.0.1:/v', '/mnt');
      },
      async (pool, hosts) => {
        await expectKept(pool, hosts, /1 clients are connected/);
        await run(hosts, 'h2', 'umount', '/mnt');
        await gluster(hosts, 'volume', 'stop', 'v');
        await pool.recovery.run();
        await expectKept(pool, hosts, /somebody stopped it/);
      },
      { isUndoing: true },
    ));

  it('is kept, and started again, when somebody has put a file into it between the look and the stop', () => {
    let hasLooked = false;
    let third = '';
    return interrupted(
      async (hosts, [, , path = '']) => {
        third = path;
        await start(hosts);
      },
      async (pool, hosts) => {
        await expectKept(pool, hosts, /holds "pgdata"/);
        expect(hosts.state().pools[0]?.volumes[0]?.status).toBe(1);
        const [record] = await pool.store.read((tx) => tx.operations.list());
        expect(record?.plan).toMatchObject({ isStoppedByUs: false });
      },
      {
        isUndoing: true,
        before: async (line, hosts) => {
          if (line.startsWith('ls ')) hasLooked = true;
          if (!hasLooked || !/ volume stop v/.test(line) || third === '') return;
          const path = third;
          third = '';
          await run(hosts, await hostWith(hosts, path), 'mkdir', `${path}/pgdata`);
        },
      },
    );
  });

  it('is kept when an option was changed', () =>
    interrupted(
      async (hosts) => {
        await start(hosts);
        await gluster(hosts, 'volume', 'set', 'v', 'auth.allow', '10.1.1.1');
      },
      (pool, hosts) => expectKept(pool, hosts, /option auth\.allow is 10\.1\.1\.1, which was not ordered/),
      { isUndoing: true },
    ));

  it('is kept while a node can not tell who is connected', () =>
    interrupted(
      async (hosts) => {
        await start(hosts);
        hosts.setGlusterdUp('h3', false);
      },
      (pool, hosts) => expectKept(pool, hosts, /can't tell who is connected/),
      { isUndoing: true },
    ));
});

async function hostWith(hosts: SimulatedHosts, brick: string): Promise<string> {
  for (const host of ['h1', 'h2', 'h3']) {
    const [result] = await hosts.run(host, [{ argv: ['ls', '-A', '--', brick], timeoutMs: 1000, mayFail: true }]);
    if (result?.exitCode === 0) return host;
  }
  throw new Error(`no host has ${brick}`);
}
