import { expect, it } from 'vitest';
import { expectationsOf } from '../../src/operations/repair/node-expectations.js';
import { openMemoryStore } from '../../src/store/open-store.js';
import { brick, node, volume } from '../store/records.js';

it('all volumes with bricks on a node are found, whatever the ids of the bricks begin with', async () => {
  const store = await openMemoryStore();
  const beginnings = [...'0123456789abcdef', 'Z', 'z', 'é'];
  await store.write(async (tx) => {
    await tx.nodes.insert(node('a1'));
    for (const beginning of beginnings) {
      await tx.volumes.insert(volume(`f${beginning}`));
      await tx.bricks.insert([brick(`${beginning}1`, { volumeId: `f${beginning}` })]);
      await tx.bricks.insert([brick(`${beginning}2`, { volumeId: 'elsewhere', nodeId: 'a2' })]);
    }
    // Two of its bricks, in different ranges.
    await tx.bricks.insert([brick('f3', { volumeId: 'f0' })]);
  });
  const { volumes } = await expectationsOf(store, 'a1');
  expect(volumes.map(({ id }) => id)).toEqual(beginnings.map((beginning) => `f${beginning}`).sort());
  await store.close();
});
