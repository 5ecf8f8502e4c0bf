import { expect, it } from 'vitest';
import { readNodeInfo } from '../../src/api/handlers/infos.js';
import { KeptNodeInfos } from '../../src/api/handlers/kept-node-infos.js';
import { stringifyJson } from '../../src/json/stringify-json.js';
import type { Tx } from '../../src/store/store.js';
import { ENGINES, openIn } from '../store/engines.js';
import { brick, cluster, device, node } from '../store/records.js';

it.each(ENGINES)('what is told of a node is what is true now, whatever was kept of it ($name)', async (engine) => {
  const store = await openIn(engine);
  const kept = new KeptNodeInfos();
  const read = () =>
    store.read(async (tx) => {
      // As a placement does; from here on it is remembered.
      await tx.devices.listByNodeOfCluster('c1', false);
      const info = await readNodeInfo(tx, 'a1');
      return [(await kept.read(tx, 'a1'))?.bytes.toString(), info && `${stringifyJson(info)}\n`];
    });
  let last: string | null | undefined = null;
  const after = async (change: (tx: Tx) => Promise<void>): Promise<void> => {
    await store.write(change);
    const [text, fresh] = await read();
    expect(text).toBe(fresh ?? undefined);
    expect(text).not.toBe(last);
    last = text;
  };

  await after((tx) => tx.clusters.insert(cluster('c1')));
  await after((tx) => tx.nodes.insert(node('a1')));
  await store.write((tx) => tx.nodes.insert(node('a2')));
  await after((tx) => tx.devices.insert(device('d1')));
  await after((tx) => tx.devices.insert(device('d2')));
  await after((tx) => tx.bricks.insert([brick('b1')]));
  // In the pool of the first one, so that no figure of the device changes.
  await after((tx) => tx.bricks.insert([brick('b2', { thinPool: 'tp_b1' })]));
  // An imported brick may name another node than its device does.
  await after((tx) => tx.bricks.insert([brick('b3', { nodeId: 'a2' })]));
  await after((tx) => tx.bricks.update(brick('b1', { path: '/elsewhere' })));
  await after((tx) => tx.bricks.park('b2', 'o1'));
  await after((tx) => tx.bricks.delete(['b2']));
  await after((tx) => tx.bricks.delete(['b3', 'b1']));
  await after((tx) => tx.devices.update(device('d2', { usedKib: 300 })));
  await after((tx) => tx.devices.delete('d2'));
  await after((tx) => tx.nodes.update(node('a1', { zone: 7 })));
  await after((tx) => tx.nodes.update(node('a1', { tags: { rack: 'r1' } })));

  const [before] = await read();
  const taken = store.write(async (tx) => {
    await tx.bricks.insert([brick('b9')]);
    throw new Error('taken back');
  });
  await expect(taken).rejects.toThrow('taken back');
  expect((await read())[0]).toBe(before);
  await store.write((tx) => tx.devices.delete('d1').then(() => tx.nodes.delete('a1')));
  expect((await read())[0]).toBeUndefined();
});

it('what has not changed is told with the same text, once what there is of devices is known', async () => {
  const [engine] = ENGINES;
  if (!engine) throw new Error('there is no engine');
  const store = await openIn(engine);
  await store.write(async (tx) => {
    await tx.clusters.insert(cluster('c1'));
    await tx.nodes.insert(node('a1'));
    await tx.devices.insert(device('d1'));
  });
  const kept = new KeptNodeInfos();
  const read = () => store.read((tx) => kept.read(tx, 'a1'));
  expect((await read())?.bytes).toEqual((await read())?.bytes);
  await store.read((tx) => tx.devices.listByNodeOfCluster('c1', false));
  const first = await read();
  expect(await read()).toBe(first);
});
