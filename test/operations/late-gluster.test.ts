import { describe, expect, it } from 'vitest';
import type { Id } from '../../src/domain/ids.js';
import { TransportError } from '../../src/executors/executor.js';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import { differences } from '../support/differences.js';
import {
  answerOf,
  done,
  loadTopology,
  openPool,
  type Pool,
  records,
  recover,
  retryOf,
  strictHosts,
  volumeRequest,
  withPool,
} from '../support/pool.js';
import { WatchedExecutor } from '../support/watched-executor.js';

const late = (hosts: SimulatedHosts, match: string) => hosts.setFaults([{ kind: 'late', match }]);
const gluster = (hosts: SimulatedHosts, ...words: readonly string[]) =>
  hosts.run('h1', [{ argv: ['gluster', '--mode=script', ...words], timeoutMs: 1000 }]);
const volumes = (hosts: SimulatedHosts) => hosts.state().pools.flatMap((pool) => pool.volumes);

interface Begun {
  readonly pool: Pool;
  readonly hosts: SimulatedHosts;
  readonly id: Id;
  /** Changes that gluster was asked for since the volume was made. */
  readonly asked: readonly string[];
}

async function withVolume(work: (begun: Begun) => Promise<void>, nodes = 3): Promise<void> {
  const hosts = strictHosts(3, 2);
  const asked: string[] = [];
  const executor = new WatchedExecutor(hosts, (line) => {
    const words = line.replace(/--\S+ /g, '');
    if (/^gluster (?:volume (?:create|start|stop|delete|add-brick)|peer)/.test(words)) asked.push(words);
  });
  await withPool(executor, async (pool) => {
    await loadTopology(pool, nodes, 2);
    const durability = { type: 'replicate', replica: nodes, disperseData: 0, disperseRedundancy: 0 } as const;
    const made = await done(pool, await pool.operations.createVolume(volumeRequest({ name: 'v', durability })));
    asked.length = 0;
    await work({ pool, hosts, id: made.slice('/volumes/'.length), asked });
  });
}

async function expectNothingLeft(pool: Pool, hosts: SimulatedHosts): Promise<void> {
  expect(await records(pool)).toEqual([]);
  expect(await differences(pool.store, hosts)).toEqual([]);
}

describe('a change that glusterd makes after its client has given up', () => {
  it('is an expansion, which is finished', () =>
    withVolume(async ({ pool, hosts, id, asked }) => {
      late(hosts, ' volume add-brick ');
      await done(pool, await pool.operations.expandVolume(id, 5));
      expect(volumes(hosts)[0]?.bricks).toHaveLength(6);
      expect(asked.filter((line) => line.includes('add-brick'))).toHaveLength(1);
      await expectNothingLeft(pool, hosts);
    }));

  it('is the first step of a create, which is taken back when the volume is there, and not before', () =>
    withVolume(async ({ pool, hosts }) => {
      late(hosts, ' volume create ');
      const { error } = await answerOf(pool, await pool.operations.createVolume(volumeRequest({ name: 'w' })));
      expect(error).toMatch(/Request timed out.*may go on/s);
      expect(volumes(hosts).map(({ name }) => name)).toEqual(['v']);
      await expectNothingLeft(pool, hosts);
    }));

  it('is the start of a new volume, which is kept', () =>
    withVolume(async ({ pool, hosts }) => {
      late(hosts, ' volume start ');
      await done(pool, await pool.operations.createVolume(volumeRequest({ name: 'w' })));
      expect(volumes(hosts).map(({ status }) => status)).toEqual([1, 1]);
      await expectNothingLeft(pool, hosts);
    }));

  it('is a delete: nobody starts the volume meanwhile, and the answer is that it is gone', () =>
    withVolume(async ({ pool, hosts, id, asked }) => {
      late(hosts, ' volume delete ');
      await done(pool, await pool.operations.deleteVolume(id));
      expect(asked.filter((line) => line.includes('start'))).toEqual([]);
      expect(volumes(hosts)).toEqual([]);
      await expectNothingLeft(pool, hosts);
    }));

  it('is the stop before a delete: it ends there, and the volume is started again', () =>
    withVolume(async ({ pool, hosts, id, asked }) => {
      late(hosts, ' volume stop ');
      const { error } = await answerOf(pool, await pool.operations.deleteVolume(id));
      expect(error).toMatch(/Request timed out/);
      expect(asked).toEqual(['gluster volume stop v force', 'gluster volume start v']);
      expect(volumes(hosts)[0]?.status).toBe(1);
      await expectNothingLeft(pool, hosts);
    }));

  it('is the snapshot of a volume that is named like a question, which is asked for on no other host', async () => {
    const hosts = strictHosts(3, 2);
    const snapped: string[] = [];
    const executor = new WatchedExecutor(hosts, (line, host) => {
      if (line.includes(' snapshot create ')) snapped.push(host);
    });
    await withPool(executor, async (pool) => {
      await loadTopology(pool, 3, 2);
      const made = await done(pool, await pool.operations.createVolume(volumeRequest({ name: 'status' })));
      late(hosts, ' snapshot create ');
      const { error } = await answerOf(pool, await pool.operations.cloneVolume(made.slice('/volumes/'.length), 'twin'));
      expect(error).toMatch(/Request timed out.*may go on/s);
      expect(snapped).toHaveLength(1);
      await expectNothingLeft(pool, hosts);
    });
  });

  it('is a new peer, which is taken out when it is in', () =>
    withVolume(async ({ pool, hosts, asked }) => {
      late(hosts, ' peer probe ');
      const [cluster] = await pool.store.read((tx) => tx.clusters.list());
      const request = {
        clusterId: cluster?.id ?? '',
        zone: 1,
        manageNames: ['h3'],
        storageNames: ['10.0.0.3'],
        tags: {},
      };
      const { error } = await answerOf(pool, await pool.operations.addNode(request));
      expect(error).toMatch(/Request timed out/);
      expect(asked.map((line) => line.split(' ')[2])).toEqual(['probe', 'detach']);
      expect(hosts.state().pools.map((found) => found.hosts)).toEqual([['h1', 'h2'], ['h3']]);
    }, 2));

  it('is refused elsewhere while it lasts: the operation is kept with its space, says so, and ends later', () =>
    withVolume(async ({ pool, hosts, id }) => {
      const stderr =
        'volume status: failed: Another transaction is in progress for v. Please try again after some time.';
      hosts.setFaults([
        { kind: 'late', match: ' volume add-brick ' },
        { kind: 'fail', match: ' volume (?:status|rebalance) v', exitCode: 1, stderr, times: 1e6 },
      ]);
      const { error } = await answerOf(pool, await pool.operations.expandVolume(id, 5));
      expect(error).toMatch(/Request timed out.*may go on/s);
      const [record] = await records(pool);
      expect((await retryOf(pool, record?.id ?? ''))?.error).toMatch(/gluster still works on volume v/);
      expect(await pool.store.read((tx) => tx.bricks.list())).toHaveLength(6);
      hosts.setFaults([]);
      await pool.recovery.run();
      expect(volumes(hosts)[0]?.bricks).toHaveLength(6);
      await expectNothingLeft(pool, hosts);
    }));
});

describe('a volume that was stopped on purpose', () => {
  it('stays stopped when its delete is refused', () =>
    withVolume(async ({ pool, hosts, id, asked }) => {
      await gluster(hosts, 'volume', 'stop', 'v');
      hosts.setGlusterdUp('h3', false);
      const { error } = await answerOf(pool, await pool.operations.deleteVolume(id));
      expect(error).toMatch(/Some of the peers are down/);
      expect(asked.filter((line) => line.includes('start'))).toEqual([]);
      expect(volumes(hosts)[0]?.status).toBe(2);
      expect(await pool.store.read((tx) => tx.volumes.find(id))).toMatchObject({ pendingId: null });
    }));

  it('is told from one that the delete stopped, by another process too', async () => {
    const hosts = strictHosts(3, 2);
    let isCutOff = false;
    const executor = new WatchedExecutor(hosts, (line) => {
      if (!/ volume delete /.test(line)) return;
      hosts.setGlusterdUp('h3', false);
      isCutOff = true;
    });
    await withPool(executor, async (quiet, file) => {
      await loadTopology(quiet, 3, 2);
      const id = (await done(quiet, await quiet.operations.createVolume(volumeRequest({ name: 'v' })))).slice(9);
      hosts.setFaults([{ kind: 'fail', match: ' volume start ', stderr: 'volume start: v: failed: busy', times: 9 }]);
      await answerOf(quiet, await quiet.operations.deleteVolume(id));
      expect(isCutOff).toBe(true);
      expect(await records(quiet)).toHaveLength(1);
      await quiet.store.close();
      hosts.setFaults([]);
      const pool = await openPool(file, executor);
      await recover(pool);
      expect(volumes(hosts)[0]?.status).toBe(1);
      expect(await records(pool)).toEqual([]);
      await pool.runner.settled();
      await pool.store.close();
    });
  });

  it('is told from one that the delete stopped before its process died, also when it is refused only then', async () => {
    const hosts = strictHosts(3, 2);
    let tellReached: () => void = () => undefined;
    const reached = new Promise<void>((done) => {
      tellReached = done;
    });
    let die: () => void = () => undefined;
    const dying = new WatchedExecutor(hosts, (line) => {
      if (!/ volume delete /.test(line)) return undefined;
      void tellReached();
      return new Promise((_, reject) => {
        die = () => reject(new TransportError('h1', 'gone', true));
      });
    });
    await withPool(dying, async (quiet, file) => {
      await loadTopology(quiet, 3, 2);
      const id = (await done(quiet, await quiet.operations.createVolume(volumeRequest({ name: 'v' })))).slice(9);
      await quiet.operations.deleteVolume(id);
      await reached;
      await quiet.runner.drain(0);
      die();
      await quiet.runner.settled();
      await quiet.store.close();
      expect(volumes(hosts)[0]?.status).toBe(2);
      const stderr = 'volume delete: v: failed: Cannot delete Volume v ,as it has 1 snapshots.';
      hosts.setFaults([{ kind: 'fail', match: ' volume delete ', stderr, times: 9 }]);
      const pool = await openPool(file, new WatchedExecutor(hosts, () => undefined));
      await recover(pool);
      expect(volumes(hosts)[0]?.status).toBe(1);
      expect(await records(pool)).toEqual([]);
      await pool.runner.settled();
      await pool.store.close();
    });
  });
});
