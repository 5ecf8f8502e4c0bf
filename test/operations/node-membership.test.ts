import { expect, it } from 'vitest';
import type { NodeHealth } from '../../src/operations/ports/node-health.js';
import { ALL_UP, answerOf, done, type Pool, strictHosts, withPool } from '../support/pool.js';

type Hosts = ReturnType<typeof strictHosts>;

/** Nodes h1 to h3 without devices; h1, which is asked first, was installed anew and knows nothing of the pool. */
async function withForgetfulHost(work: (pool: Pool, hosts: Hosts, id: (name: string) => string) => Promise<void>) {
  const hosts = strictHosts(4, 1);
  const health: NodeHealth = { ...ALL_UP, isUp: (name) => name === 'h1' };
  await withPool(
    hosts,
    async (pool) => {
      const clusterId = await pool.operations.createCluster({ allowsBlock: true, allowsFile: true });
      for (const n of [1, 2, 3]) await done(pool, await addNode(pool, clusterId, n));
      const detach = ['gluster', '--mode=script', 'peer', 'detach', '10.0.0.1'];
      const [detached] = await hosts.run('h2', [{ argv: detach, timeoutMs: 1000 }]);
      expect(detached?.exitCode).toBe(0);
      const nodes = await pool.store.read((tx) => tx.nodes.list());
      await work(pool, hosts, (name) => nodes.find(({ manageNames }) => manageNames.includes(name))?.id ?? '');
    },
    { health },
  );
}

function addNode({ operations }: Pool, clusterId: string, n: number) {
  const names = { manageNames: [`h${n}`], storageNames: [`10.0.0.${n}`] };
  return operations.addNode({ clusterId, zone: n, ...names, tags: {} });
}

const poolOf = (hosts: Hosts, name: string) => hosts.state().pools.find((pool) => pool.hosts.includes(name))?.hosts;
const hasNode = (pool: Pool, id: string) => pool.store.read(async (tx) => (await tx.nodes.find(id)) !== null);

it('a host that knows nothing of the pool does not make a deleted node stay a peer of the others', () =>
  withForgetfulHost(async (pool, hosts, id) => {
    await done(pool, await pool.operations.deleteNode(id('h3')));
    expect(poolOf(hosts, 'h3')).toEqual(['h3']);
    expect(await hasNode(pool, id('h3'))).toBe(false);
  }));

it.for([true, false])('is not believed when it is the only one that answers (the node lives: %s)', (isAlive) =>
  withForgetfulHost(async (pool, hosts, id) => {
    hosts.setHostUp('h2', false);
    hosts.setHostUp('h3', isAlive);
    expect((await answerOf(pool, await pool.operations.deleteNode(id('h3')))).error).toContain("can't tell");
    expect(await hasNode(pool, id('h3'))).toBe(true);
    for (const name of ['h2', 'h3']) hosts.setHostUp(name, true);
    await pool.recovery.run();
    expect(poolOf(hosts, 'h3')).toEqual(['h2', 'h3']);
    expect(await pool.store.read((tx) => tx.operations.list())).toEqual([]);
    await done(pool, await pool.operations.deleteNode(id('h3')));
    expect(poolOf(hosts, 'h3')).toEqual(['h3']);
  }),
);

it('a node that is given up does not keep another from being deleted', () =>
  withForgetfulHost(async (pool, hosts, id) => {
    hosts.setHostUp('h2', false);
    for (const state of ['offline', 'failed'] as const)
      await done(pool, await pool.operations.setNodeState(id('h2'), state));
    await done(pool, await pool.operations.deleteNode(id('h3')));
    expect(await hasNode(pool, id('h3'))).toBe(false);
  }));

it('does not take a new node into a pool of its own', () =>
  withForgetfulHost(async (pool, hosts, id) => {
    const clusterId = (await pool.store.read((tx) => tx.nodes.find(id('h2'))))?.clusterId ?? '';
    await done(pool, await addNode(pool, clusterId, 4));
    expect(poolOf(hosts, 'h4')).toEqual(['h2', 'h3', 'h4']);
    expect(poolOf(hosts, 'h1')).toEqual(['h1']);
  }));

it('does not take a new node when it is the only one that answers', () =>
  withForgetfulHost(async (pool, hosts, id) => {
    const clusterId = (await pool.store.read((tx) => tx.nodes.find(id('h2'))))?.clusterId ?? '';
    for (const name of ['h2', 'h3']) hosts.setHostUp(name, false);
    const { error } = await answerOf(pool, await addNode(pool, clusterId, 4));
    expect(error).toContain('h1 has no peers');
    expect(poolOf(hosts, 'h4')).toEqual(['h4']);
    for (const name of ['h2', 'h3']) hosts.setHostUp(name, true);
    await pool.recovery.run();
    expect(await pool.store.read((tx) => tx.operations.list())).toEqual([]);
    expect(await pool.store.read((tx) => tx.nodes.list())).toHaveLength(3);
  }));

it('is not taken to have left the pool while a peer has a name that leads nowhere', async () => {
  const hosts = strictHosts(3, 1);
  await withPool(hosts, async (pool) => {
    const clusterId = await pool.operations.createCluster({ allowsBlock: true, allowsFile: true });
    for (const n of [1, 2, 3]) await done(pool, await addNode(pool, clusterId, n));
    const nodes = await pool.store.read((tx) => tx.nodes.list());
    const id = nodes.find(({ manageNames }) => manageNames.includes('h1'))?.id ?? '';
    const unnamed = { kind: 'fail', match: '^getent', exitCode: 2, stderr: '', times: 1000 } as const;
    hosts.setFaults([unnamed, { kind: 'lose-link', match: 'peer detach', times: 1000 }]);
    expect((await answerOf(pool, await pool.operations.deleteNode(id))).error).not.toBeNull();
    expect(await hasNode(pool, id)).toBe(true);
    hosts.setFaults([unnamed]);
    await pool.recovery.run();
    expect(await hasNode(pool, id)).toBe(true);
    expect((await pool.store.read((tx) => tx.operations.list()))[0]?.retry?.error).toMatch(
      /^h\d can't tell whether 10\.0\.0\.1 is in gluster's trusted pool: it lists node1\.example, a name that leads to no address/,
    );
    hosts.setFaults([]);
    await pool.recovery.run();
    expect(await pool.store.read((tx) => tx.operations.list())).toEqual([]);
    expect(poolOf(hosts, 'h1')).toEqual(['h1', 'h2', 'h3']);
  });
});

it('a node whose only neighbour is down takes a new one', async () => {
  const hosts = strictHosts(3, 1);
  await withPool(hosts, async (pool) => {
    const clusterId = await pool.operations.createCluster({ allowsBlock: true, allowsFile: true });
    for (const n of [1, 2]) await done(pool, await addNode(pool, clusterId, n));
    hosts.setHostUp('h2', false);
    await done(pool, await addNode(pool, clusterId, 3));
    expect(poolOf(hosts, 'h3')).toEqual(['h1', 'h2', 'h3']);
  });
});
