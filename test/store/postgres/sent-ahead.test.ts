import { describe, expect, it } from 'vitest';
import { openStore } from '../../../src/store/open-store.js';
import type { Store } from '../../../src/store/store.js';
import { CommitCutter } from '../../support/commit-cutter.js';
import { isLackingPostgres, sharedPostgres } from '../../support/postgres-server.js';
import { brick, cluster } from '../records.js';
import { closedAfter } from './closed-after.js';

async function openEmpty(): Promise<Store> {
  const server = await sharedPostgres();
  return closedAfter(await openStore({ postgres: server.target(await server.newDatabase()) }));
}

const clusterIds = async (store: Store) => (await store.read((tx) => tx.clusters.list())).map(({ id }) => id);

describe.skipIf(isLackingPostgres('writes whose answers nobody waits for'))(
  'writes whose answers nobody waits for',
  () => {
    it('are seen by what is read after them', async () => {
      const store = await openEmpty();
      const seen = await store.write(async (tx) => {
        await tx.clusters.insert(cluster('c1'));
        await tx.clusters.update({ ...cluster('c1'), allowsBlock: true });
        return tx.clusters.find('c1');
      });
      expect(seen).toEqual({ ...cluster('c1'), allowsBlock: true });
    });

    it('that miss their row have the unit fail, though they are its last; its neighbours in the group stand', async () => {
      const store = await openEmpty();
      const units = [
        store.write((tx) => tx.clusters.insert(cluster('c1'))),
        store.write(async (tx) => {
          await tx.clusters.insert(cluster('c2'));
          await tx.clusters.delete('missing');
        }),
        store.write((tx) => tx.clusters.insert(cluster('c3'))),
        store.write(async (tx) => {
          await tx.clusters.insert(cluster('c4'));
          await tx.operations.setStatus(['none'], 'stale');
        }),
      ];
      const outcomes = await Promise.allSettled(units);
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
      expect(String((outcomes[1] as PromiseRejectedResult).reason)).toContain('there is no cluster missing to delete');
      expect(String((outcomes[3] as PromiseRejectedResult).reason)).toContain('there is no operation none');
      expect(await clusterIds(store)).toEqual(['c1', 'c3']);
    });

    it('that the engine refuses are why the unit fails, whatever came of what it read then', async () => {
      const store = await openEmpty();
      await store.write((tx) => tx.clusters.insert(cluster('c1')));
      const twice = store.write(async (tx) => {
        await tx.clusters.insert(cluster('c1'));
        await tx.clusters.list().catch(() => undefined);
        await tx.clusters.insert(cluster('c2'));
      });
      await expect(twice).rejects.toMatchObject({ code: 'conflict' });
      const read = store.write(async (tx) => {
        await tx.clusters.insert(cluster('c1'));
        await tx.clusters.list();
      });
      await expect(read).rejects.toMatchObject({ code: 'conflict' });
      expect(await clusterIds(store)).toEqual(['c1']);
    });

    it('of a group that could not be parted from the next ones are made all the same, or nobody is told that they were', async () => {
      const server = await sharedPostgres();
      const cutter = await CommitCutter.before(server);
      const target = server.target(await server.newDatabase(), { host: '127.0.0.1', port: cutter.port });
      const store = closedAfter(await openStore({ postgres: target }));
      cutter.misspellNext('release savepoint unit');
      const ids = ['c1', 'c2', 'c3'];
      await Promise.all(ids.map((id) => store.write((tx) => tx.clusters.insert(cluster(id)))));
      expect(await clusterIds(store)).toEqual(ids);
    });

    it('may be as many as there are rows', async () => {
      const store = await openEmpty();
      const bricks = Array.from({ length: 2500 }, (_, n) => brick(`b${n}`));
      await store.write((tx) => tx.bricks.insert(bricks));
      expect(await store.read((tx) => tx.bricks.countByVolume(bricks[0]?.volumeId ?? ''))).toBe(2500);
    });
  },
);
