import { describe, expect, it } from 'vitest';
import { openStore } from '../../../src/store/open-store.js';
import type { Store } from '../../../src/store/store.js';
import { CommitCutter } from '../../support/commit-cutter.js';
import { isLackingPostgres, ownPostgres, ownStandby, type PostgresServer } from '../../support/postgres-server.js';
import { cluster } from '../records.js';
import { closedAfter } from './closed-after.js';

const WRITERS = 4;

interface Outcomes {
  readonly made: string[];
  readonly refused: string[];
}

/** Writers that go on until they are told to stop; each of their units has one outcome. */
function write(store: Store) {
  const outcomes: Outcomes = { made: [], refused: [] };
  let isOver = false;
  const writer = async (name: string): Promise<void> => {
    for (let n = 0; !isOver; n++) {
      const id = `${name}${n}`;
      await store
        .write((tx) => tx.clusters.insert(cluster(id)))
        .then(
          () => outcomes.made.push(id),
          (error) => {
            expect(error).toMatchObject({ code: 'unavailable' });
            outcomes.refused.push(id);
          },
        );
      await new Promise(setImmediate);
    }
  };
  const writing = Promise.all(Array.from({ length: WRITERS }, (_, i) => writer('abcd'[i] ?? '')));
  return {
    outcomes,
    /** Resolves when so many more units were made. */
    async more(count: number): Promise<void> {
      const until = outcomes.made.length + count;
      while (outcomes.made.length < until) await new Promise((done) => setImmediate(done));
    },
    async stop(): Promise<Outcomes> {
      isOver = true;
      await writing;
      return outcomes;
    },
  };
}

async function openBehind(server: PostgresServer) {
  const cutter = await CommitCutter.before(server);
  const postgres = server.target(await server.newDatabase(), { host: '127.0.0.1', port: cutter.port });
  return { cutter, store: closedAfter(await openStore({ postgres, isPatient: true })) };
}

async function expectOneOutcomeEach(store: Store, { made, refused }: Outcomes): Promise<void> {
  const found = (await store.read((tx) => tx.clusters.list())).map(({ id }) => id);
  expect(found.toSorted()).toEqual(made.toSorted());
  console.log(`of ${made.length + refused.length} units ${refused.length} were refused`);
}

describe.skipIf(isLackingPostgres('a PostgreSQL that fails under load'))(
  'of units that are written all the time',
  () => {
    it('each is made or refused, and never both, when a PostgreSQL is killed and started again', async () => {
      const server = await ownPostgres();
      const { store } = await openBehind(server);
      const load = write(store);
      for (let times = 0; times < 2; times++) {
        await load.more(20);
        await server.stop();
        await server.run();
      }
      await load.more(20);
      await expectOneOutcomeEach(store, await load.stop());
    });

    it('none that was answered is lost when the primary is killed, and its synchronous standby promoted', async () => {
      const primary = await ownPostgres({ settings: ['wal_level=replica', 'max_wal_senders=4'] });
      const { store, cutter } = await openBehind(primary);
      const standby = await ownStandby(primary);
      const load = write(store);
      await load.more(40);
      await primary.stop();
      await standby.promote();
      cutter.leadTo(standby);
      await load.more(20);
      await expectOneOutcomeEach(store, await load.stop());
    });
  },
);
