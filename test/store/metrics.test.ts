import { expect, it, onTestFinished } from 'vitest';
import type { DeviceCondition } from '../../src/domain/device.js';
import { createMetrics } from '../../src/metrics/registry.js';
import { openMemoryStore } from '../../src/store/open-store.js';
import type { Tx } from '../../src/store/store.js';
import { exposed, NO_USAGE } from '../support/exposed.js';
import { brick, cluster, device, node } from './records.js';

it('a scrape tells of everything as it is now, whatever was kept of an earlier one', async () => {
  const store = await openMemoryStore();
  onTestFinished(() => store.close());
  const conditions = new Map<string, DeviceCondition>();
  const thinPools = new Map<string, number>();
  const sources = {
    store,
    inFlight: () => 0,
    nodeStates: () => new Map(),
    thinPools: () => thinPools,
    deviceConditions: () => conditions,
    usage: NO_USAGE,
    droppedLogLines: () => 0,
  };
  const kept = createMetrics();
  const told: string[] = [];
  const tell = async (): Promise<void> => {
    const ofPool = async (metrics: typeof kept) =>
      (await exposed(metrics, sources)).split('\n').filter((line) => /^(heketi|mortar_device)_/.test(line));
    const lines = await ofPool(kept);
    expect(lines).toEqual(await ofPool(createMetrics()));
    expect(told).not.toContain(lines.join('\n'));
    told.push(lines.join('\n'));
  };
  const after = async (change: (tx: Tx) => Promise<void>): Promise<void> => {
    await store.write(change);
    await tell();
  };

  await tell();
  await after((tx) => tx.clusters.insert(cluster('c1')));
  await after((tx) => tx.nodes.insert(node('a1')));
  await after((tx) => tx.devices.insert(device('d1')));
  await after((tx) => tx.devices.insert(device('d2')));
  await after((tx) => tx.devices.update(device('d1', { usedKib: 300 })));
  await after((tx) => tx.bricks.insert([brick('b1')]));
  await after((tx) => tx.bricks.insert([brick('b2', { thinPool: 'tp_b1' })]));
  await after((tx) => tx.nodes.update(node('a1', { manageNames: ['other'] })));
  conditions.set('d2', 'ok');
  await tell();
  conditions.set('d2', 'broken');
  await tell();
  thinPools.set('d1', 0.5);
  await tell();
  thinPools.clear();
  thinPools.set('d2', 0.5);
  await tell();
  await after((tx) => tx.bricks.delete(['b1', 'b2']));
  await after((tx) => tx.devices.delete('d2'));
  await after((tx) => tx.nodes.insert(node('a2')));
  await after((tx) => tx.devices.insert(device('d3', { nodeId: 'a2' })));
  await after((tx) => tx.nodes.delete('a1'));
});
