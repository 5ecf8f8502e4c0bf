import { describe, expect, it } from 'vitest';
import { manageName } from '../../src/domain/node.js';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import {
  answerOf,
  done,
  loadTopology,
  type Pool,
  records,
  strictHosts,
  volumeRequest,
  withPool,
} from '../support/pool.js';

type Names = Partial<{ manageNames: readonly string[]; storageNames: readonly string[] }>;

const nodeOf = async (pool: Pool, host: string) => {
  const node = (await pool.store.read((tx) => tx.nodes.list())).find((one) => manageName(one) === host);
  if (!node) throw new Error(`no node ${host}`);
  return node;
};

async function rename(pool: Pool, host: string, names: Names): Promise<string | null> {
  const { id } = await nodeOf(pool, host);
  const request = { manageNames: null, storageNames: null, ...names };
  try {
    return (await answerOf(pool, await pool.operations.setHostnames(id, request))).error;
  } catch (error) {
    return (error as Error).message;
  }
}

function withNodes(hosts: number, work: (pool: Pool, hosts: SimulatedHosts) => Promise<void>): Promise<void> {
  const simulated = strictHosts(hosts, 1);
  return withPool(simulated, async (pool) => {
    await loadTopology(pool, hosts, 1);
    await work(pool, simulated);
  });
}

const probe = (hosts: SimulatedHosts, name: string) =>
  hosts.run('h2', [{ argv: ['gluster', '--mode=script', 'peer', 'probe', name], timeoutMs: 1000 }]);

describe('the management names of a node', () => {
  it('are changed to one that leads to the same host, and used from then on', () =>
    withNodes(3, async (pool, hosts) => {
      hosts.resolveName('h1.rack7', 'h1', 'manage');
      expect(await rename(pool, 'h1', { manageNames: ['h1.rack7'] })).toBeNull();
      expect(await nodeOf(pool, 'h1.rack7')).toMatchObject({ storageNames: ['10.0.0.1'] });
      await done(pool, await pool.operations.createVolume(volumeRequest()));
    }));

  it('are changed when the old one leads nowhere any more', () =>
    withNodes(3, async (pool, hosts) => {
      hosts.resolveName('h1.rack7', 'h1', 'manage');
      hosts.setFaults([{ kind: 'lose-link', host: 'h1', match: '', times: 1000 }]);
      expect(await rename(pool, 'h1', { manageNames: ['h1.rack7'] })).toBeNull();
    }));

  it('stay when the new one leads to another host, to none, or belongs to a node', () =>
    withNodes(3, async (pool, hosts) => {
      hosts.resolveName('wrong', 'h2', 'manage');
      expect(await rename(pool, 'h1', { manageNames: ['wrong'] })).toMatch(/keeps its names: wrong is another host: /);
      expect(await rename(pool, 'h1', { manageNames: ['h1', 'wrong'] })).toMatch(/wrong is another host/);
      expect(await rename(pool, 'h1', { manageNames: ['nowhere'] })).toMatch(
        /nobody can tell whether nowhere is its host/,
      );
      expect(await rename(pool, 'h1', { manageNames: ['h2'] })).toMatch(/^Hostname h2 already used by node with id /);
      expect(await nodeOf(pool, 'h1')).toMatchObject({ manageNames: ['h1'] });
    }));

  it('of a pool of one host are told by its volume groups, and else not at all', () =>
    withNodes(1, async (pool, hosts) => {
      hosts.resolveName('new', 'h1', 'manage');
      hosts.setGlusterdUp('h1', false);
      expect(await rename(pool, 'h1', { manageNames: ['new'] })).toBeNull();
      hosts.resolveName('newer', 'h1', 'manage');
      hosts.setDisksAway('h1', true);
      expect(await rename(pool, 'new', { manageNames: ['newer'] })).toMatch(/newer does not have the volume group of/);
    }));

  it('stay while an operation has noted the old one', () =>
    withNodes(4, async (pool, hosts) => {
      await done(pool, await pool.operations.createVolume(volumeRequest()));
      const [brick] = await pool.store.read((tx) => tx.bricks.list());
      const [volume] = await pool.store.read((tx) => tx.volumes.list());
      hosts.setHealEntries(volume?.name ?? '', 3);
      await done(pool, await pool.operations.evictBrick(brick?.id ?? '', false));
      const [record] = await records(pool);
      const { sentTo = '' } = (record?.plan ?? {}) as { sentTo?: string };
      hosts.resolveName('new', sentTo, 'manage');
      expect(await rename(pool, sentTo, { manageNames: ['new'] })).toMatch(
        new RegExp(
          `^operation ${record?.id} \\(evict-brick\\) is about node .* server operations cleanup ${record?.id}$`,
        ),
      );
    }));
});

describe('the storage names of a node', () => {
  it('may be more, once gluster knows the further one as of the same peer', () =>
    withNodes(3, async (pool, hosts) => {
      hosts.resolveName('store1', 'h1', 'storage');
      const names = { storageNames: ['10.0.0.1', 'store1'] };
      expect(await rename(pool, 'h1', names)).toMatch(
        /gluster does not know it as store1\. .*gluster peer probe store1$/,
      );
      await probe(hosts, 'store1');
      expect(await rename(pool, 'h1', names)).toBeNull();
      expect(await rename(pool, 'h1', { storageNames: ['10.0.0.1', '10.0.0.2'] })).toMatch(/already used by node/);
      expect(await nodeOf(pool, 'h1')).toMatchObject(names);
    }));

  it('begin with the one that bricks are named by, as long as there are any', () =>
    withNodes(3, async (pool, hosts) => {
      hosts.resolveName('store1', 'h1', 'storage');
      await probe(hosts, 'store1');
      await done(pool, await pool.operations.createVolume(volumeRequest()));
      expect(await rename(pool, 'h1', { storageNames: ['store1', '10.0.0.1'] })).toMatch(
        /keeps its names: gluster keeps the name 10\.0\.0\.1 in the volumes that have bricks .*reset-brick/,
      );
      const [volume] = await pool.store.read((tx) => tx.volumes.list());
      await done(pool, await pool.operations.deleteVolume(volume?.id ?? ''));
      expect(await rename(pool, 'h1', { storageNames: ['store1', '10.0.0.1'] })).toBeNull();
      const location = await done(pool, await pool.operations.createVolume(volumeRequest()));
      const made = await pool.store.read((tx) => tx.volumes.find(location.slice('/volumes/'.length)));
      expect(hosts.state().pools[0]?.volumes[0]?.bricks.join()).toContain('store1:/');
      expect(JSON.stringify(made?.storedMount)).toMatch(/store1\b/);
    }));
});
