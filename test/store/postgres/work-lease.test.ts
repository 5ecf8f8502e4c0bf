import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { loadMigrations } from '../../../src/store/migrations.js';
import { openStore } from '../../../src/store/open-store.js';
import { Session } from '../../../src/store/postgres/session.js';
import { WorkLease } from '../../../src/store/postgres/work-lease.js';
import type { Store } from '../../../src/store/store.js';
import type { WorkAlone } from '../../../src/store/store-config.js';
import { CommitCutter } from '../../support/commit-cutter.js';
import { isLackingPostgres, type PostgresServer, sharedPostgres } from '../../support/postgres-server.js';
import { cluster } from '../records.js';
import { closedAfter } from './closed-after.js';

interface Scene {
  readonly server: PostgresServer;
  readonly database: string;
  /** A store of a server of this name, once it may work. */
  open(name: string, changes?: Partial<WorkAlone> & { port?: number }): Promise<Store>;
  /** As if the database's clock had been set forward. */
  expire(): Promise<unknown>;
  /** Resolves when somebody who would take the lease waits for a commit. */
  isTaking(): Promise<void>;
}

const NEWEST = loadMigrations('postgres').at(-1)?.version ?? 0;

/** Of a server that stands still: it does not renew it for the time of a test. */
const STANDS_STILL = { lifeMs: 3600_000 };
/** Who waits for another one knows by then that it lives. */
const ONCE_RENEWED = { timeout: 30_000 };
/** Of who waits for one that stands still. */
const TAKES_OVER = { lifeMs: 3_000 };

async function openScene(): Promise<Scene> {
  const server = await sharedPostgres();
  const database = await server.newDatabase();
  return {
    server,
    database,
    async open(name, { port, ...changes } = {}) {
      const target = server.target(database, port === undefined ? {} : { host: '127.0.0.1', port });
      const alone = { name, onLost: () => undefined, ...changes };
      return closedAfter(await openStore({ postgres: target, alone }));
    },
    expire: () => server.query('update work_lease set expires_at = 1', database),
    async isTaking() {
      const waits = `select 1 from pg_stat_activity where datname = '${database}' and wait_event_type = 'Lock' and query like '%work_lease%'`;
      await vi.waitFor(async () => expect(await server.query(waits, database)).toHaveLength(1), { timeout: 20_000 });
    },
  };
}

/** The lease is another server's, and who seeks it looks again by itself only after minutes. */
async function openSeeking() {
  const { open, server, database, isTaking } = await openScene();
  await open('first', { ...STANDS_STILL, answersMeanwhile: true });
  const seek = async (opened: (session: Session) => Promise<void> = async () => undefined): Promise<WorkLease> => {
    const lease = await WorkLease.seek({
      ...STANDS_STILL,
      name: 'second',
      answersMeanwhile: true,
      onLost: () => undefined,
      async open() {
        const session = await Session.open(server.target(database));
        await opened(session);
        return session;
      },
      schema: NEWEST,
    });
    onTestFinished(() => lease.giveBack());
    return lease;
  };
  return { seek, server, database, isTaking };
}

const add = (store: Store, id: string) => store.write((tx) => tx.clusters.insert(cluster(id)));

describe.skipIf(isLackingPostgres('one server at a time'))('one server at a time', () => {
  it('works: the next one waits, is told for whom, and begins when that one has closed', async () => {
    const { open } = await openScene();
    const first = await open('first');
    const waitsFor: string[] = [];
    const opening = open('second', { onWaiting: (name) => waitsFor.push(name) });
    await vi.waitFor(() => expect(waitsFor).toEqual(['first']), ONCE_RENEWED);
    await add(first, 'c1');
    await first.close();
    const second = await opening;
    await add(second, 'c2');
    expect([first.isAlone(), second.isAlone()]).toEqual([false, true]);
    expect((await second.read((tx) => tx.clusters.list())).map(({ id }) => id)).toEqual(['c1', 'c2']);
  });

  it('writes: one whose time has passed writes nothing once another has taken over, and is told to end', async () => {
    const { open } = await openScene();
    const onLost = vi.fn();
    const paused = await open('paused', { ...STANDS_STILL, onLost });
    await add(paused, 'c1');
    const second = await open('second', TAKES_OVER);
    await expect(add(paused, 'c2')).rejects.toThrow(/another server has taken over/);
    expect(onLost).toHaveBeenCalledOnce();
    expect([paused.isAlone(), second.isAlone()]).toEqual([false, true]);
    await add(second, 'c3');
    expect((await second.read((tx) => tx.clusters.list())).map(({ id }) => id)).toEqual(['c1', 'c3']);
  });

  it('is the rule for a commit that is under way while it is taken over: it comes before, and is seen', async () => {
    const { open, isTaking, server } = await openScene();
    const cutter = await CommitCutter.before(server);
    const paused = await open('paused', { ...STANDS_STILL, port: cutter.port });
    cutter.cutNext('held');
    const write = add(paused, 'c1');
    void write.catch(() => undefined);
    await vi.waitFor(() => expect(cutter.isHolding).toBe(true));
    const opening = open('second', TAKES_OVER);
    await isTaking();
    cutter.release();
    const second = await opening;
    expect((await second.read((tx) => tx.clusters.list())).map(({ id }) => id)).toEqual(['c1']);
    await expect(write).resolves.toBeUndefined();
  });

  it('is not taken before a commit that is under way has ended', async () => {
    const { open, isTaking, server, database } = await openScene();
    const cutter = await CommitCutter.before(server);
    const paused = await open('paused', { ...STANDS_STILL, port: cutter.port });
    cutter.cutNext('held');
    void add(paused, 'c1').catch(() => undefined);
    await vi.waitFor(() => expect(cutter.isHolding).toBe(true));
    const openSession = () => Session.open(server.target(database));
    const taking = WorkLease.take({
      ...TAKES_OVER,
      name: 'second',
      onLost: () => undefined,
      open: openSession,
      schema: NEWEST,
    });
    await isTaking();
    cutter.release();
    const lease = await taking;
    expect(lease.isHeld).toBe(true);
    await lease.giveBack();
  });

  it('is over where it is handed over: what still waited for the database then is not written beside the next one', async () => {
    const { open, server, database } = await openScene();
    const first = await open('first', { answersMeanwhile: true });
    const second = await Session.open(server.target(database));
    onTestFinished(() => second.end());
    await second.exec('begin isolation level read committed; update store_state set version = version + 1');
    const write = add(first, 'c1');
    void write.catch(() => undefined);
    const waits = `select 1 from pg_stat_activity where datname = '${database}' and wait_event_type = 'Lock'`;
    await vi.waitFor(async () => expect(await server.query(waits)).toHaveLength(1), { timeout: 20_000 });
    await first.sharing?.handOver();
    await second.exec("update work_lease set holder = 'second', epoch = epoch + 1; commit");
    await expect(write).rejects.toThrow(/handed over/);
    await add(first, 'c2');
    expect((await first.read((tx) => tx.clusters.list())).map(({ id }) => id)).toEqual(['c2']);
  });

  it('is taken at once where a commit came between a hand-over and the one who waits for it: not at its next look', async () => {
    const { isTaking, seek, server, database } = await openSeeking();
    const other = await Session.open(server.target(database));
    onTestFinished(() => other.end());
    const lease = await seek();
    await other.exec("update work_lease set holder = '', expires_at = 0");
    await other.exec('begin isolation level read committed; update store_state set version = version + 1');
    lease.lookNow();
    await isTaking();
    await other.exec('commit');
    await lease.taken;
    expect(lease.isHeld).toBe(true);
  });

  it('is taken at once where a hand-over is told during a look that has not seen it', async () => {
    const { seek, server, database } = await openSeeking();
    let lease: WorkLease | null = null;
    let looks = 0;
    lease = await seek(async (session) => {
      const exec = session.exec.bind(session);
      session.exec = async (text) => {
        const found = await exec(text);
        if (text.startsWith('select holder') && ++looks === 2) {
          await server.query("update work_lease set holder = '', expires_at = 0", database);
          lease?.lookNow();
        }
        return found;
      };
    });
    lease.lookNow();
    await lease.taken;
    expect(looks).toBe(3);
  });

  it("stays the one that renews, whatever time the database's clock says it is", async () => {
    const { open, expire } = await openScene();
    const first = await open('first');
    await expire();
    const onWaiting = vi.fn();
    const opening = open('second', { onWaiting });
    await vi.waitFor(() => expect(onWaiting).toHaveBeenCalledWith('first'), ONCE_RENEWED);
    await add(first, 'c1');
    expect(first.isAlone()).toBe(true);
    await first.close();
    await opening;
  });

  it('is not asked of those who do not work on hosts', async () => {
    const { open, server, database } = await openScene();
    await open('server');
    const other = closedAfter(await openStore({ postgres: server.target(database) }));
    await add(other, 'c1');
    expect(other.isAlone()).toBe(true);
  });
});
