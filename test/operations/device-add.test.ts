import { expect, it } from 'vitest';
import { answerOf, loadTopology, strictHosts, withPool } from '../support/pool.js';
import { WatchedExecutor } from '../support/watched-executor.js';

it('a disk that is being added is neither added a second time nor wiped under another of its names', async () => {
  const hosts = strictHosts(1, 2);
  let atVolumeGroup: (() => Promise<void>) | null = null;
  const executor = new WatchedExecutor(hosts, async (line) => {
    if (!line.includes('vgdisplay') || !atVolumeGroup) return;
    const work = atVolumeGroup;
    atVolumeGroup = null;
    await work();
  });
  await withPool(executor, async (pool) => {
    await loadTopology(pool, 1, 1);
    const { operations, store } = pool;
    const nodeId = (await store.read((tx) => tx.nodes.list()))[0]?.id ?? '';
    const byPath = '/dev/disk/by-path/simulated-sdc';
    const request = { nodeId, mayDestroyData: true, tags: {} };
    let refusal: string | null = null;
    let aliased: { readonly queueId: string } | null = null;
    atVolumeGroup = async () => {
      refusal = await operations.addDevice({ ...request, name: '/dev/sdc' }).then(
        () => null,
        (error: Error) => error.message,
      );
      aliased = await operations.addDevice({ ...request, name: byPath });
      for (let turns = 0; turns < 50; turns++) await new Promise((turn) => setImmediate(turn));
    };
    const first = await operations.addDevice({ ...request, name: '/dev/sdc' });
    expect((await answerOf(pool, first)).error).toBeNull();
    expect(refusal).toContain('is being added to node');
    expect((await answerOf(pool, aliased ?? first)).error).not.toBeNull();
    const added = (await store.read((tx) => tx.devices.list())).map(({ id }) => `vg_${id}`).sort();
    expect(
      hosts
        .state()
        .hosts.flatMap(({ groups }) => groups.map(({ name }) => name))
        .sort(),
    ).toEqual(added);
  });
});
