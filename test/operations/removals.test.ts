import { expect, it } from 'vitest';
import { answerOf, done, loadTopology, strictHosts, volumeRequest, withPool } from '../support/pool.js';

it('is answered with success each time when it is asked for twice at once', () =>
  withPool(strictHosts(1, 1), async (pool) => {
    await loadTopology(pool, 1, 1);
    const [device] = await pool.store.read((tx) => tx.devices.list());
    const [node] = await pool.store.read((tx) => tx.nodes.list());
    const { setDeviceState, setNodeState } = pool.operations;
    for (const [change, id] of [
      [setDeviceState, device?.id ?? ''],
      [setNodeState, node?.id ?? ''],
    ] as const) {
      await done(pool, await change(id, 'offline'));
      const tickets = await Promise.all([change(id, 'failed'), change(id, 'failed')]);
      for (const ticket of tickets) expect((await answerOf(pool, ticket)).error).toBeNull();
    }
  }));

it('takes no node out of use whose bricks have nowhere to go, whatever the states of its devices', () =>
  withPool(strictHosts(3, 1), async (pool) => {
    await loadTopology(pool, 3, 1);
    await done(pool, await pool.operations.createVolume(volumeRequest()));
    const [device] = await pool.store.read((tx) => tx.devices.list());
    if (!device) throw new Error('no device');
    await pool.store.write((tx) => tx.devices.update({ ...device, state: 'failed' }));
    await done(pool, await pool.operations.setNodeState(device.nodeId, 'offline'));
    const ticket = await pool.operations.setNodeState(device.nodeId, 'failed');
    expect((await answerOf(pool, ticket)).error).toMatch(/^Failed to allocate another brick: No Replacement was found/);
  }));
