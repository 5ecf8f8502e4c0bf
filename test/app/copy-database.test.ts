import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyDatabase } from '../../src/app/copy-database.js';
import { importDatabaseFile } from '../../src/app/import-database.js';
import { digestOfRows, openStore, rowsOfFile } from '../../src/store/open-store.js';
import { volume } from '../store/records.js';
import { openTemporary, temporaryFile } from '../store/temporary-database.js';
import { CommitCutter } from '../support/commit-cutter.js';
import { isLackingPostgres, ownPostgres, sharedPostgres } from '../support/postgres-server.js';

const GOLDEN = resolve(import.meta.dirname, '../golden/db');

/** A database file with what a real one had, and with texts and numbers that are not easy to keep. */
async function filledFile(): Promise<string> {
  const file = temporaryFile();
  const source = { jsonFile: join(GOLDEN, 'block.export.json') };
  await importDatabaseFile({ source, dbFile: file, leavesOutDangling: false, debug: false }, () => undefined);
  const store = await openStore({ file });
  await store.write(async (tx) => {
    const [some] = await tx.clusters.list();
    await tx.volumes.insert(
      volume('f'.repeat(32), {
        clusterId: some?.id ?? '',
        name: 'a "b" \\ \u{1f600}',
        snapshotFactor: 1.100000023841858,
      }),
    );
    await tx.attributes.set('what a host said', 'two\0parts');
  });
  await store.close();
  return file;
}

async function emptyDatabase(): Promise<string> {
  const server = await sharedPostgres();
  return `postgres://mortar@127.0.0.1:${server.port}/${await server.newDatabase()}`;
}

async function copy(from: string, to: string): Promise<string> {
  const printed: string[] = [];
  expect(await copyDatabase({ from, to, passwordFile: null }, (text) => printed.push(text))).toBe(0);
  return printed.join('');
}

async function digestOf(file: string): Promise<string> {
  const store = await openStore({ file });
  const bytes = await store.backup('deployment');
  await store.close();
  return digestOfRows(rowsOfFile(bytes));
}

async function isMarkedAsOld(file: string): Promise<boolean> {
  const store = await openStore({ file });
  const copiedAt = await store.read((tx) => tx.origin.copiedAt());
  await store.close();
  return copiedAt !== null;
}

describe.skipIf(isLackingPostgres('copies of databases to PostgreSQL and back'))('heketi db copy', () => {
  it('there and back holds every row as it was, and what it was copied from is marked as old', async () => {
    const file = await filledFile();
    const back = temporaryFile();
    const postgres = await emptyDatabase();
    const before = await digestOf(file);
    expect(await copy(file, postgres)).toMatch(
      /^postgres:\S+ holds what \S+heketi\.db holds: 1 cluster, 4 nodes, [\s\S]*\nStart the server on postgres:/,
    );
    expect(await isMarkedAsOld(file)).toBe(true);
    expect(await copy(postgres, back)).toMatch(/^\S+heketi\.db holds what postgres:/);
    expect(await digestOf(back)).toBe(before);
    expect(await isMarkedAsOld(back)).toBe(false);
    await copy(postgres, temporaryFile());
    const again = temporaryFile();
    await copy(postgres, again);
    expect(await isMarkedAsOld(again), 'a copy of what is marked').toBe(true);
  });

  it('is run again as often as somebody likes, and says the same', async () => {
    const file = await filledFile();
    const postgres = await emptyDatabase();
    const back = temporaryFile();
    expect(await copy(file, postgres)).toBe(await copy(file, postgres));
    expect(await copy(postgres, back)).toBe(await copy(postgres, back));
  });

  it('replaces nothing that another database holds', async () => {
    const file = await filledFile();
    const other = await filledFile();
    const postgres = await emptyDatabase();
    await copy(file, postgres);
    const changed = await openStore({ file: other });
    await changed.write((tx) => tx.volumes.insert(volume('e'.repeat(32))));
    await changed.close();
    const before = await digestOf(other);
    await expect(copy(other, postgres)).rejects.toThrow(
      /^postgres:\S+ holds something else than .*name a database that/,
    );
    await expect(copy(postgres, other)).rejects.toThrow(/heketi\.db is there, and holds something else than postgres:/);
    expect(await digestOf(other)).toBe(before);
    expect(await isMarkedAsOld(other)).toBe(false);
  });

  it('is refused while a server uses either', async () => {
    const file = await filledFile();
    const postgres = await emptyDatabase();
    const using = await openTemporary(file);
    await expect(copy(file, postgres)).rejects.toThrow(/in use by another process/);
    await using.close();
    const server = await sharedPostgres();
    const database = postgres.slice(postgres.lastIndexOf('/') + 1);
    const working = await openStore({
      postgres: server.target(database),
      alone: { name: 'server one', onLost: () => undefined },
    });
    await expect(copy(file, postgres)).rejects.toThrow(/is used by server one\. Stop that one first\./);
    await expect(copy(postgres, temporaryFile())).rejects.toThrow(/is used by server one/);
    await working.close();
    await copy(file, postgres);
  });

  it('a commit whose answer is lost is looked up', async () => {
    const server = await ownPostgres();
    const file = await filledFile();
    for (const cut of ['lost', 'answer lost'] as const) {
      const database = await server.newDatabase();
      const direct = `postgres://mortar@127.0.0.1:${server.port}/${database}`;
      const cutter = await CommitCutter.before(server);
      const store = await openStore({ postgres: server.target(database) });
      await store.close();
      // The first one is that of the opening.
      cutter.cutNext('let through', cut);
      await copy(file, `postgres://mortar@127.0.0.1:${cutter.port}/${database}`);
      expect(cutter.isDone, cut).toBe(true);
      const back = temporaryFile();
      await copy(direct, back);
      expect(await digestOf(back), cut).toBe(await digestOf(file));
    }
  });

  it('leaves nothing behind where the database goes away in its midst, and can be run again', async () => {
    const server = await ownPostgres();
    const file = await filledFile();
    const database = await server.newDatabase();
    const postgres = `postgres://mortar@127.0.0.1:${server.port}/${database}`;
    const store = await openStore({ postgres: server.target(database) });
    await store.close();
    await server.query(
      `create function away() returns trigger language plpgsql as $$ begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$;
       create trigger away before insert on volume for each row execute function away()`,
      database,
    );
    await expect(copy(file, postgres)).rejects.toThrow(/its connection broke each time/);
    expect(await server.query('select id from cluster', database)).toEqual([]);
    expect(await isMarkedAsOld(file)).toBe(false);
    await server.query('drop trigger away on volume', database);
    await copy(file, postgres);
  });

  it('makes a file as a whole or not at all', async () => {
    const postgres = await emptyDatabase();
    await copy(await filledFile(), postgres);
    const file = temporaryFile();
    writeFileSync(`${file}.importing`, 'of one that was killed');
    await copy(postgres, file);
    expect(readdirSync(dirname(file))).toEqual(['heketi.db']);
    expect(readFileSync(file).subarray(0, 15).toString()).toBe('SQLite format 3');
  });
});

describe('heketi db copy refuses', () => {
  it.each([
    ['two files', 'a.db', 'b.db', /neither is a PostgreSQL/],
    ['two of PostgreSQL', 'postgres://m@h/a', 'postgres://m@h/b', /both are a PostgreSQL/],
    ['a file that is not there', '/nowhere/heketi.db', 'postgres://m@localhost:1/a', /there is no database \/nowhere/],
    ['one of Heketi', join(GOLDEN, 'block.db'), 'postgres://m@localhost:1/a', /heketi db convert --dbfile/],
    [
      'a PostgreSQL that does not answer',
      'postgres://m@localhost:1/a',
      '/tmp/none/heketi.db',
      /can't be used at the moment/,
    ],
  ])('%s', async (_, from, to, reason) => {
    await expect(copy(from, to)).rejects.toThrow(reason);
    expect(existsSync('/tmp/none')).toBe(false);
  });
});
