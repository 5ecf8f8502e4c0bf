import { describe, expect, it, vi } from 'vitest';
import { openPostgresStore } from '../../../src/store/postgres/postgres-store.js';
import { fileOfRows } from '../../../src/store/sqlite/file-of-rows.js';
import type { Store, Tx } from '../../../src/store/store.js';
import { CommitCutter } from '../../support/commit-cutter.js';
import { isLackingPostgres, sharedPostgres } from '../../support/postgres-server.js';
import { cluster } from '../records.js';
import { closedAfter } from './closed-after.js';

interface Scene {
  readonly store: Store;
  readonly cutter: CommitCutter;
  /** What the database itself holds. */
  clusters(): Promise<readonly unknown[]>;
  marks(): Promise<readonly unknown[]>;
}

async function openScene(isPatient = true): Promise<Scene> {
  const server = await sharedPostgres();
  const database = await server.newDatabase();
  const cutter = await CommitCutter.before(server);
  const target = server.target(database, { host: '127.0.0.1', port: cutter.port });
  const store = closedAfter(await openPostgresStore({ postgres: target, isPatient, groupMs: 60_000 }, fileOfRows));
  return {
    store,
    cutter,
    clusters: async () => (await server.query('select id from cluster order by id', database)).map(({ id }) => id),
    marks: () => server.query('select id from commit_mark', database),
  };
}

/** A unit that counts how often it is run. */
function insertion(id: string) {
  const unit = {
    runs: 0,
    work: async (tx: Tx): Promise<number> => {
      unit.runs += 1;
      await tx.clusters.insert(cluster(id));
      return unit.runs;
    },
  };
  return unit;
}

describe.skipIf(isLackingPostgres('commits whose answer is lost'))('a commit whose answer is lost', () => {
  it('is known as made where it was: its unit is not run again', async () => {
    const { store, cutter, clusters } = await openScene();
    const unit = insertion('c1');
    cutter.cutNext('answer lost');
    await expect(store.write(unit.work)).resolves.toBe(1);
    expect(await clusters()).toEqual(['c1']);
    expect(store.refusal()).toBeNull();
  });

  it('is known as not made where it was not: its unit is run again, and told once', async () => {
    const { store, cutter, clusters } = await openScene();
    const unit = insertion('c1');
    cutter.cutNext('lost');
    await expect(store.write(unit.work)).resolves.toBe(2);
    expect(await clusters()).toEqual(['c1']);
  });

  it('is looked up as often as it takes, whatever becomes of it each time', async () => {
    const { store, cutter, clusters } = await openScene();
    const unit = insertion('c1');
    cutter.cutNext('lost', 'lost', 'answer lost');
    await expect(store.write(unit.work)).resolves.toBe(3);
    expect(await clusters()).toEqual(['c1']);
  });

  it('tells nobody anything while the engine may still be at it, and nothing else is accepted', async () => {
    const { store, cutter, clusters } = await openScene();
    const told: string[] = [];
    cutter.cutNext('held');
    const write = store.write(insertion('c1').work);
    void write.then(
      () => told.push('made'),
      () => told.push('refused'),
    );
    await vi.waitFor(() => expect(store.refusal()).toMatch(/whether that was made is not known yet/));
    await expect(store.write(insertion('c2').work)).rejects.toMatchObject({ code: 'unavailable' });
    expect(await store.read((tx) => tx.clusters.list())).toEqual([]);
    expect(told).toEqual([]);
    cutter.release();
    await expect(write).resolves.toBe(1);
    expect(await clusters()).toEqual(['c1']);
    await expect(store.write(insertion('c2').work)).resolves.toBe(1);
  });

  it('refuses what shared the commit only when it is known', async () => {
    const { store, cutter, clusters } = await openScene();
    cutter.cutNext('answer lost');
    const outcomes = await Promise.allSettled([
      store.write(insertion('c1').work),
      store.write(insertion('c1').work),
      store.write(insertion('c2').work),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await clusters()).toEqual(['c1', 'c2']);
  });

  it('stays unknown, and is told so, where the program ends before the engine is there again', async () => {
    const { store, cutter } = await openScene();
    cutter.cutNext('held');
    const write = store.write(insertion('c1').work);
    await vi.waitFor(() => expect(cutter.isHolding).toBe(true));
    cutter.refuse();
    await vi.waitFor(() => expect(store.refusal()).not.toBeNull());
    store.giveUpUndecided();
    await expect(write).rejects.toThrow(/It is unknown whether this change was made/);
    await expect(store.write(insertion('c2').work)).rejects.toThrow(/not known yet/);
  });

  it('leaves no marks behind but that of the last commit', async () => {
    const { store, cutter, marks } = await openScene();
    for (const n of [1, 2, 3, 4]) {
      if (n === 2) cutter.cutNext('lost', 'answer lost');
      await store.write(insertion(`c${n}`).work);
    }
    expect(await marks()).toHaveLength(1);
  });
});
