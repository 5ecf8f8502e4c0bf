import { expect, it } from 'vitest';
import { Gate } from '../support/gate.js';
import { done, loadTopology, openPool, recover, strictHosts, volumeRequest, withPool } from '../support/pool.js';
import { WatchedExecutor } from '../support/watched-executor.js';

it('a delete that was interrupted, and is refused when it goes on, is answered and leaves the volume in use', async () => {
  const hosts = strictHosts(3, 1);
  const gate = new Gate();
  let isHeld = false;
  const executor = new WatchedExecutor(hosts, () => (isHeld ? gate.opened.then(() => undefined) : undefined));
  await withPool(executor, async (pool, file) => {
    await loadTopology(pool, 3, 1);
    const id = (await done(pool, await pool.operations.createVolume(volumeRequest({ name: 'v' })))).slice(9);
    const snapshot = ['gluster', '--mode=script', 'snapshot', 'create', 's', 'v', 'no-timestamp'];
    await hosts.run('h1', [{ argv: snapshot, timeoutMs: 1000 }]);
    const before = hosts.state();
    isHeld = true;
    const { queueId } = await pool.operations.deleteVolume(id);
    await pool.runner.drain(0);
    isHeld = false;
    gate.open();
    await pool.runner.settled();
    await pool.store.close();

    const next = await openPool(file, executor);
    try {
      await recover(next);
      const entry = await next.store.read((tx) => tx.queue.find(queueId));
      expect(entry).toMatchObject({ state: 'failed', error: expect.stringContaining('contains 1 snapshots') });
      expect(await next.store.read((tx) => tx.volumes.find(id))).toMatchObject({ pendingId: null });
      expect(await next.store.read((tx) => tx.operations.list())).toEqual([]);
      expect(hosts.state()).toEqual(before);
    } finally {
      await next.runner.settled();
      await next.store.close();
    }
  });
});
