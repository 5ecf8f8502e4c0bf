import { describe, expect, it } from 'vitest';
import { openStore } from '../../../src/store/open-store.js';
import type { Tx } from '../../../src/store/store.js';
import { CommitCutter } from '../../support/commit-cutter.js';
import { isLackingPostgres, ownPostgres, sharedPostgres } from '../../support/postgres-server.js';
import { cluster } from '../records.js';
import { closedAfter } from './closed-after.js';

const PASSWORD = 'not-to-be-told';

describe.skipIf(isLackingPostgres('a PostgreSQL that is away'))('a database that is away', () => {
  it('is a refusal for reads and writes until it is there again, and its password is not told', async () => {
    const server = await ownPostgres();
    const database = await server.newDatabase();
    const store = closedAfter(await openStore({ postgres: server.target(database, { password: PASSWORD }) }));
    await store.write((tx) => tx.clusters.insert(cluster('c1')));
    await server.stop();
    for (const asking of [() => store.read((tx) => tx.clusters.list()), () => store.write(insert('c2'))]) {
      const refusal = await asking().catch((error) => error);
      expect(refusal).toMatchObject({ code: 'unavailable' });
      expect(refusal.message).toContain(`${server.port}/${database} can't be used at the moment`);
      expect(String(refusal.stack)).not.toContain(PASSWORD);
    }
    await server.run();
    await store.write(insert('c3'));
    expect((await store.read((tx) => tx.clusters.list())).map(({ id }) => id)).toEqual(['c1', 'c3']);
  });

  it('is a refusal at the start, too', async () => {
    const server = await ownPostgres();
    await server.stop();
    await expect(openStore({ postgres: server.target('none') })).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('and comes back in the midst of a unit has it run again, once told', async () => {
    const server = await ownPostgres();
    const database = await server.newDatabase();
    const store = closedAfter(await openStore({ postgres: server.target(database) }));
    let runs = 0;
    const result = await store.write(async (tx) => {
      runs += 1;
      await tx.clusters.insert(cluster('c1'));
      if (runs === 1) {
        await server.stop();
        await server.run();
      }
      await tx.clusters.insert(cluster('c2'));
      return runs;
    });
    expect(result).toBe(2);
    expect(await store.read((tx) => tx.clusters.list())).toHaveLength(2);
  });

  it('in the midst of a read has it read again', async () => {
    const server = await ownPostgres();
    const store = closedAfter(await openStore({ postgres: server.target(await server.newDatabase()) }));
    await store.write(insert('c1'));
    let runs = 0;
    const read = await store.read(async (tx) => {
      runs += 1;
      if (runs === 1) {
        await server.stop();
        await server.run();
      }
      return tx.clusters.list();
    });
    expect([runs, read.length]).toEqual([2, 1]);
  });

  it('for new connections only is a refusal of what comes, and nothing is done twice', async () => {
    const server = await sharedPostgres();
    const cutter = await CommitCutter.before(server);
    const target = server.target(await server.newDatabase(), { host: '127.0.0.1', port: cutter.port });
    const store = closedAfter(await openStore({ postgres: target }));
    cutter.refuse();
    await expect(store.write(insert('c1'))).rejects.toMatchObject({ code: 'unavailable' });
    cutter.accept();
    await store.write(insert('c1'));
    expect(await store.read((tx) => tx.clusters.list())).toHaveLength(1);
  });
});

function insert(id: string): (tx: Tx) => Promise<void> {
  return (tx) => tx.clusters.insert(cluster(id));
}
