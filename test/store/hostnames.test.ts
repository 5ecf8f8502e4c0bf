import { describe, expect, it } from 'vitest';
import { ENGINES, openIn } from './engines.js';
import { node } from './records.js';

describe.each(ENGINES)('$name:', (engine) => {
  describe('host names', () => {
    it('lead to their node, each kind by itself and in its own case', async () => {
      const store = await openIn(engine);
      await store.write((tx) => tx.nodes.insert(node('a1', { manageNames: ['m1', 'm2'], storageNames: ['s1'] })));
      await store.read(async (tx) => {
        expect((await tx.nodes.findByManageName('m2'))?.id).toBe('a1');
        expect((await tx.nodes.findByStorageName('s1'))?.id).toBe('a1');
        expect(await tx.nodes.findByManageName('s1')).toBeNull();
        expect(await tx.nodes.findByManageName('M1')).toBeNull();
      });
    });

    it('may belong to two nodes, of which one is found', async () => {
      const store = await openIn(engine);
      await store.write(async (tx) => {
        await tx.nodes.insert(node('a2', { manageNames: ['same'] }));
        await tx.nodes.insert(node('a1', { manageNames: ['same'] }));
      });
      expect((await store.read((tx) => tx.nodes.findByManageName('same')))?.id).toBe('a1');
    });

    it('are free again when the node is deleted or renamed', async () => {
      const store = await openIn(engine);
      await store.write(async (tx) => {
        await tx.nodes.insert(node('a1', { manageNames: ['old'] }));
        await tx.nodes.insert(node('a2', { manageNames: ['gone'] }));
        await tx.nodes.update(node('a1', { manageNames: ['new'] }));
        await tx.nodes.delete('a2');
      });
      await store.read(async (tx) => {
        expect(await tx.nodes.findByManageName('old')).toBeNull();
        expect(await tx.nodes.findByManageName('gone')).toBeNull();
        expect((await tx.nodes.findByManageName('new'))?.id).toBe('a1');
      });
    });

    it('of an imported node stay unregistered when only its state changes', async () => {
      const store = await openIn(engine);
      await store.write(async (tx) => {
        await tx.nodes.insert(node('a1'), { registersNames: false });
        await tx.nodes.update(node('a1', { state: 'offline' }));
      });
      expect(await store.read((tx) => tx.nodes.findByManageName('a1.manage'))).toBeNull();
    });
  });
});
