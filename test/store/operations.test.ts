import { describe, expect, it } from 'vitest';
import { ENGINES, openIn } from './engines.js';
import { action, operation } from './records.js';

describe.each(ENGINES)('$name:', (engine) => {
  it('operations are found by an object that one of their actions names', async () => {
    const store = await openIn(engine);
    await store.write(async (tx) => {
      await tx.operations.insert(operation('o1', [action('add-brick', 'b1'), action('add-volume', 'f1')]));
      await tx.operations.insert(operation('o2', [action('expand-volume', 'f1', 3)], { type: 'expand-volume' }));
      await tx.operations.insert(operation('o3', [], { type: 'remove-device' }));
    });
    await store.read(async (tx) => {
      expect((await tx.operations.listByObject('f1')).map(({ id, actions }) => [id, actions.length])).toEqual([
        ['o1', 2],
        ['o2', 1],
      ]);
      expect((await tx.operations.listByType('expand-volume')).map(({ id }) => id)).toEqual(['o2']);
      expect((await tx.operations.list()).map(({ id }) => id)).toEqual(['o1', 'o2', 'o3']);
    });
  });

  it('operations are counted by status', async () => {
    const store = await openIn(engine);
    await store.write(async (tx) => {
      for (const id of ['o1', 'o2', 'o3', 'o4']) await tx.operations.insert(operation(id, []));
      await tx.operations.setStatus(['o2', 'o3'], 'stale');
      await tx.operations.setStatus(['o4'], 'failed');
    });
    expect(await store.read((tx) => tx.operations.counts())).toEqual({ total: 4, new: 1, stale: 2, failed: 1 });
  });

  it('an update of an operation replaces its actions, and a deletion forgets them', async () => {
    const store = await openIn(engine);
    await store.write(async (tx) => {
      await tx.operations.insert(operation('o1', [action('add-brick', 'b1'), action('add-volume', 'f1')]));
      await tx.operations.update(operation('o1', [action('add-brick', 'b2')], { plan: { at: 2 } }));
    });
    expect(await store.read((tx) => tx.operations.find('o1'))).toMatchObject({
      actions: [action('add-brick', 'b2')],
      plan: { at: 2 },
    });
    await store.write((tx) => tx.operations.delete('o1'));
    expect(await store.read((tx) => tx.operations.listByObject('b2'))).toEqual([]);
  });

  it('an operation of a copy is tried at no time', async () => {
    const store = await openIn(engine);
    await store.write(async (tx) => {
      await tx.operations.insert(operation('o1', [], { dueAt: 5 }));
      await tx.operations.markCopied(7);
    });
    expect(await store.read((tx) => tx.operations.find('o1'))).toMatchObject({ copiedAt: 7, dueAt: null });
  });
});
