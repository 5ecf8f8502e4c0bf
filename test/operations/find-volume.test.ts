import { describe, expect, it } from 'vitest';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import type { NodeHealth } from '../../src/operations/ports/node-health.js';
import { differences } from '../support/differences.js';
import {
  answerOf,
  done,
  loadTopology,
  type Pool,
  strictHosts,
  volumeIdOf,
  volumeRequest,
  withPool,
} from '../support/pool.js';

/** Three nodes with a device each, and a fourth without, which knows nothing of the others' pool any more. */
async function withDetachedHost(
  work: (pool: Pool, hosts: SimulatedHosts, askFourthFirst: () => void) => Promise<void>,
): Promise<void> {
  const hosts = strictHosts(4, 1);
  const first = new Set<string>();
  const health: NodeHealth = {
    isUp: (name) => first.size === 0 || first.has(name),
    reportDown: () => undefined,
    onUp: () => undefined,
  };
  await withPool(
    hosts,
    async (pool) => {
      const clusterId = await loadTopology(pool, 3, 1);
      const names = { manageNames: ['h4'], storageNames: ['10.0.0.4'] };
      await done(pool, await pool.operations.addNode({ clusterId, zone: 1, ...names, tags: {} }));
      const detach = ['gluster', '--mode=script', 'peer', 'detach', '10.0.0.4'];
      const [detached] = await hosts.run('h1', [{ argv: detach, timeoutMs: 1000 }]);
      expect(detached?.exitCode).toBe(0);
      await work(pool, hosts, () => first.add('h4'));
    },
    { health },
  );
}

/** Beside the fourth host, which the store still counts as a peer. */
async function otherDifferences(store: Pool['store'], hosts: SimulatedHosts): Promise<string[]> {
  return (await differences(store, hosts)).filter((text) => !text.includes(': peers '));
}

const gluster = (...args: string[]) => ({ argv: ['gluster', '--mode=script', ...args], timeoutMs: 1000 });

/** A clone of volume v, and its snapshot, that no server knows of. */
async function makeTwinByHand(hosts: SimulatedHosts): Promise<void> {
  await hosts.run('h1', [
    gluster('snapshot', 'create', 'mine', 'v', 'no-timestamp'),
    gluster('snapshot', 'activate', 'mine'),
    gluster('snapshot', 'clone', 'twin', 'mine'),
  ]);
}

const lostLinkAfter = (match: string) => ({ kind: 'lose-link' as const, match, after: true });

describe('a host that does not know the volume because it left the pool', () => {
  it('does not make a failed create remove the bricks of a volume that gluster has', async () => {
    await withDetachedHost(async (pool, hosts, askFourthFirst) => {
      hosts.setFaults([lostLinkAfter('volume create')]);
      const ticket = await pool.operations.createVolume(volumeRequest());
      askFourthFirst();
      const { error } = await answerOf(pool, ticket);
      expect(error).toContain('lost');
      expect(hosts.state().pools.flatMap(({ volumes }) => volumes)).toEqual([]);
      expect(await otherDifferences(pool.store, hosts)).toEqual([]);
    });
  });

  it('does not make a create whose last answer was lost a failure', async () => {
    await withDetachedHost(async (pool, hosts, askFourthFirst) => {
      hosts.setFaults([lostLinkAfter('volume start')]);
      const ticket = await pool.operations.createVolume(volumeRequest());
      askFourthFirst();
      await done(pool, ticket);
      expect(await otherDifferences(pool.store, hosts)).toEqual([]);
    });
  });

  it('does not make an expansion take back bricks that serve', async () => {
    await withDetachedHost(async (pool, hosts, askFourthFirst) => {
      const { operations, store } = pool;
      const id = volumeIdOf(await done(pool, await operations.createVolume(volumeRequest())));
      hosts.setFaults([lostLinkAfter('add-brick')]);
      const ticket = await operations.expandVolume(id, 5);
      askFourthFirst();
      await done(pool, ticket);
      expect(await store.read((tx) => tx.volumes.find(id))).toMatchObject({ sizeGib: 15 });
      expect(await otherDifferences(store, hosts)).toEqual([]);
    });
  });

  it('does not keep a delete from deleting the volume', async () => {
    await withDetachedHost(async (pool, hosts, askFourthFirst) => {
      const { operations, store } = pool;
      const id = volumeIdOf(await done(pool, await operations.createVolume(volumeRequest())));
      askFourthFirst();
      await done(pool, await operations.deleteVolume(id));
      expect(hosts.state().pools.flatMap(({ volumes }) => volumes)).toEqual([]);
      expect(await otherDifferences(store, hosts)).toEqual([]);
    });
  });

  it.for(['snapshot activate', 'snapshot clone'])(
    'does not make a clone that was lost in %s forget what it made',
    async (match) => {
      await withDetachedHost(async (pool, hosts, askFourthFirst) => {
        const { operations, store } = pool;
        const id = volumeIdOf(await done(pool, await operations.createVolume(volumeRequest())));
        hosts.setFaults([{ kind: 'hold', match, after: true }]);
        const ticket = await operations.cloneVolume(id, 'twin');
        await hosts.held.reached();
        askFourthFirst();
        hosts.held.release(false);
        expect((await answerOf(pool, ticket)).error).toContain('lost');
        expect(hosts.state().pools.flatMap(({ snapshots }) => snapshots)).toEqual([]);
        expect(hosts.state().pools.flatMap(({ volumes }) => volumes)).toHaveLength(1);
        expect(await otherDifferences(store, hosts)).toEqual([]);
      });
    },
  );

  it('does not keep a volume from being cloned, nor lets the clone take the place of one that is there', async () => {
    await withDetachedHost(async (pool, hosts, askFourthFirst) => {
      const { operations, store } = pool;
      const id = volumeIdOf(await done(pool, await operations.createVolume(volumeRequest({ name: 'v' }))));
      await makeTwinByHand(hosts);
      const before = hosts.state();
      askFourthFirst();
      const { error } = await answerOf(pool, await operations.cloneVolume(id, 'twin'));
      expect(error).toContain('gluster has a volume named twin already');
      expect(hosts.state()).toEqual(before);
      await done(pool, await operations.cloneVolume(id, 'copy'));
      expect(await store.read((tx) => tx.volumes.list())).toHaveLength(2);
      expect(hosts.state().pools.flatMap(({ snapshots }) => snapshots)).toHaveLength(1);
    });
  });

  it('is not believed when it is the only one that answers', async () => {
    await withDetachedHost(async (pool, hosts, askFourthFirst) => {
      const { operations, store } = pool;
      const id = volumeIdOf(await done(pool, await operations.createVolume(volumeRequest())));
      askFourthFirst();
      for (const name of ['h1', 'h2', 'h3']) hosts.setHostUp(name, false);
      expect((await answerOf(pool, await operations.deleteVolume(id))).error).toContain("can't tell what gluster has");
      for (const name of ['h1', 'h2', 'h3']) hosts.setHostUp(name, true);
      await pool.recovery.run();
      expect(await store.read((tx) => tx.volumes.find(id))).toMatchObject({ pendingId: null });
      expect(await otherDifferences(store, hosts)).toEqual([]);
    });
  });
});

describe('an expansion of a volume that gluster does not have any more', () => {
  it('keeps the new bricks, and says so', async () => {
    const hosts = strictHosts(3, 1);
    await withPool(hosts, async (pool) => {
      await loadTopology(pool, 3, 1);
      const { operations, store } = pool;
      const id = volumeIdOf(await done(pool, await operations.createVolume(volumeRequest({ name: 'v' }))));
      const byHand = ['stop', 'delete'].map((verb) => ({ argv: ['gluster', 'volume', verb, 'v'], timeoutMs: 1000 }));
      await hosts.run('h1', byHand);
      await answerOf(pool, await operations.expandVolume(id, 5));
      await pool.recovery.run();
      expect(await store.read((tx) => tx.bricks.countByVolume(id))).toBe(6);
      expect(hosts.state().hosts.flatMap(({ mounts }) => mounts)).toHaveLength(6);
      expect((await store.read((tx) => tx.operations.list())).map(({ status }) => status)).toEqual(['failed']);
    });
  });
});

describe('a clone by hand under the name that a clone is to get', () => {
  it('stays as it is, and the clone is refused', async () => {
    const hosts = strictHosts(3, 1);
    await withPool(hosts, async (pool) => {
      await loadTopology(pool, 3, 1);
      const { operations, store } = pool;
      const id = volumeIdOf(await done(pool, await operations.createVolume(volumeRequest({ name: 'v' }))));
      await makeTwinByHand(hosts);
      for (const start of [[], [gluster('volume', 'start', 'twin')]]) {
        await hosts.run('h1', start);
        const before = hosts.state();
        const { error } = await answerOf(pool, await operations.cloneVolume(id, 'twin'));
        expect(error).toContain('gluster has a volume named twin already');
        expect(hosts.state()).toEqual(before);
        expect(await store.read((tx) => tx.volumes.list())).toHaveLength(1);
      }
    });
  });
});
