import { describe, expect, it } from 'vitest';
import { ENGINES, openIn } from './engines.js';

describe.each(ENGINES)('$name:', (engine) => {
  describe('keys of hosts', () => {
    const key = { host: 'h1', port: 22, key: 'AAAA', pinnedAt: 7 };

    it('are kept by host and port until they are forgotten', async () => {
      const store = await openIn(engine);
      await store.write(async (tx) => {
        await tx.hostKeys.insert(key);
        await tx.hostKeys.insert({ ...key, port: 2222, key: 'BBBB' });
        await tx.hostKeys.insert({ ...key, host: 'h2' });
      });
      expect(await store.read((tx) => tx.hostKeys.find('h1', 2222))).toBe('BBBB');
      expect(await store.read((tx) => tx.hostKeys.find('h1', 23))).toBeNull();
      expect(await store.write((tx) => tx.hostKeys.deleteByHost('h1'))).toBe(2);
      expect(await store.write((tx) => tx.hostKeys.deleteByHost('h1'))).toBe(0);
      expect(await store.read((tx) => tx.hostKeys.list())).toEqual([{ ...key, host: 'h2' }]);
    });
  });

  describe('the identity of a server', () => {
    it('stays, and its generation grows with every start and never falls behind the clock', async () => {
      const place = await engine.newPlace();
      const generations: number[] = [];
      const ids = new Set<string>();
      for (const now of [1000, 1000, 500, 5000, 5000]) {
        const store = await openIn(engine, place);
        const { id, generation } = await store.write((tx) => tx.serverIdentity.begin(now));
        ids.add(id);
        generations.push(generation);
        await store.close();
      }
      expect(ids.size).toBe(1);
      expect(generations).toEqual([1000, 1001, 1002, 5000, 5001]);
    });
  });
});
