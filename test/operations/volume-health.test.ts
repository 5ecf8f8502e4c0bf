import { expect, it } from 'vitest';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import type { VolumeHealth } from '../../src/operations/ports/volumes.js';
import { done, loadTopology, type Pool, strictHosts, volumeIdOf, volumeRequest, withPool } from '../support/pool.js';

const REPLICA_3 = { type: 'replicate', replica: 3, disperseData: 0, disperseRedundancy: 0 } as const;
const ALONE = { ...REPLICA_3, type: 'none', replica: 0 } as const;

interface Scene {
  readonly hosts: SimulatedHosts;
  readonly pool: Pool;
  readonly volumeId: string;
  health(): Promise<VolumeHealth>;
}

async function scene(
  work: (at: Scene) => Promise<void>,
  { durability = REPLICA_3, sizeGib = 20 }: { durability?: typeof REPLICA_3 | typeof ALONE; sizeGib?: number } = {},
): Promise<void> {
  const hosts = strictHosts(3, 2);
  await withPool(hosts, async (pool) => {
    await loadTopology(pool, 3, 2);
    const request = volumeRequest({ sizeGib, name: 'data', durability });
    const volumeId = volumeIdOf(await done(pool, await pool.operations.createVolume(request)));
    await work({ hosts, pool, volumeId, health: () => pool.port.checkVolumeHealth(volumeId) });
  });
}

const flat = ({ sets }: VolumeHealth) => sets.flat();

it('shows the sets as gluster has them, with the ids of their bricks', async () => {
  await scene(
    async ({ pool, volumeId, health }) => {
      const seen = await health();
      expect(seen).toMatchObject({ volumeId, state: 'started', unknown: [] });
      expect(seen.sets.map((set) => set.length)).toEqual([3, 3]);
      const bricks = await pool.store.read((tx) => tx.bricks.listByVolume(volumeId));
      expect(
        flat(seen)
          .map(({ brickId }) => brickId)
          .sort(),
      ).toEqual(bricks.map(({ id }) => id).sort());
      for (const { brickId, name } of flat(seen)) expect(name).toContain(`/brick_${brickId}/brick`);
      for (const set of seen.sets) expect(new Set(set.map(({ name }) => name.split(':')[0])).size).toBe(3);
      expect(flat(seen).every(({ isRunning, healEntries }) => isRunning === true && healEntries === 0)).toBe(true);
    },
    { sizeGib: 150 },
  );
});

it('tells which brick is down and what waits to be healed, and of a node that is down nothing', async () => {
  await scene(async ({ hosts, health }) => {
    hosts.setHealEntries('data', 7);
    expect(flat(await health()).map(({ healEntries }) => healEntries)).toEqual([7, 7, 7]);
    const [first] = flat(await health());
    const [address = '', path = ''] = first?.name.split(':') ?? [];
    const host = `h${address.split('.').at(-1)}`;
    hosts.killBrick(host, path);
    const down = flat(await health()).find(({ name }) => name === first?.name);
    expect(down).toMatchObject({ isRunning: false, healEntries: null });
    hosts.setHostUp(host, false);
    expect(flat(await health()).find(({ name }) => name === first?.name)).toMatchObject({ isRunning: null });
  });
});

it('says why heal info can not be read, and shows the rest', async () => {
  await scene(async ({ hosts, health }) => {
    hosts.heals.setMute('data', true);
    const seen = await health();
    expect(seen.state).toBe('started');
    expect(seen.unknown).toEqual([expect.stringContaining('gluster does not tell what waits to be healed')]);
    expect(flat(seen).map(({ isRunning, healEntries }) => [isRunning, healEntries])).toEqual(
      [1, 2, 3].map(() => [true, null]),
    );
  });
});

it('asks for no heals where no copies are kept, and for no processes of a stopped volume', async () => {
  await scene(
    async ({ hosts, health }) => {
      expect(await health()).toMatchObject({ state: 'started', unknown: [], sets: [[{ healEntries: null }]] });
      await hosts.run('h1', [
        { argv: ['gluster', '--mode=script', 'volume', 'stop', 'data', 'force'], timeoutMs: 1000 },
      ]);
      expect(await health()).toMatchObject({ state: 'stopped', unknown: [], sets: [[{ isRunning: false }]] });
    },
    { durability: ALONE },
  );
});

it('a volume that gluster does not have is missing; where nobody can be asked, that is not known', async () => {
  await scene(async ({ hosts, health }) => {
    for (const host of ['h1', 'h2', 'h3']) hosts.setHostUp(host, false);
    const unknown = await health();
    expect(unknown).toMatchObject({ state: 'unknown', sets: [] });
    expect(unknown.unknown).toHaveLength(1);
    for (const host of ['h1', 'h2', 'h3']) hosts.setHostUp(host, true);
    const gluster = ['gluster', '--mode=script', 'volume'];
    await hosts.run('h1', [
      { argv: [...gluster, 'stop', 'data', 'force'], timeoutMs: 1000 },
      { argv: [...gluster, 'delete', 'data'], timeoutMs: 1000 },
    ]);
    expect(await health()).toMatchObject({ state: 'missing', sets: [], unknown: [] });
  });
});

it('does not know a volume that is being made', async () => {
  await scene(async ({ pool }) => {
    await expect(pool.port.checkVolumeHealth('f'.repeat(32))).rejects.toThrow('Id not found');
    const ticket = await pool.operations.createVolume(volumeRequest({ sizeGib: 1, name: 'new' }));
    const [cluster] = await pool.store.read((tx) => tx.clusters.list());
    const made = await pool.store.read((tx) => tx.volumes.findByName(cluster?.id ?? '', 'new'));
    await expect(pool.port.checkVolumeHealth(made?.id ?? '')).rejects.toThrow('Id not found');
    expect(await done(pool, ticket)).toBe(`/volumes/${made?.id}`);
  });
});
