import { fork } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStore } from '../../src/store/open-store.js';
import { cluster } from './records.js';
import { openTemporary, temporaryDirectory, temporaryFile } from './temporary-database.js';

describe('a database file', () => {
  it('is made when there is none, readable by its owner only', async () => {
    const file = temporaryFile();
    await openTemporary(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('of length zero is a new database', async () => {
    const file = temporaryFile();
    writeFileSync(file, '');
    const store = await openTemporary(file);
    expect(await store.read((tx) => tx.clusters.list())).toEqual([]);
  });

  it('carries the attributes of the original, and keeps its generation id', async () => {
    const file = temporaryFile();
    const first = await openTemporary(file);
    const attributes = await first.read((tx) => tx.attributes.list());
    expect([...attributes]).toEqual([
      ['DB_BRICK_HAS_SUBTYPE_FIELD', 'yes'],
      ['DB_CLUSTER_HAS_FILE_BLOCK_FLAG', 'yes'],
      ['DB_DEVICE_HAS_ID_META', 'yes'],
      ['DB_GENERATION_ID', expect.stringMatching(/^[0-9a-f]{32}$/)],
      ['DB_HAS_PENDING_OPS_BUCKET', 'yes'],
    ]);
    await first.close();
    const second = await openTemporary(file);
    expect(await second.read((tx) => tx.attributes.list())).toEqual(attributes);
  });

  it('needs no shared memory beside it', async () => {
    const file = temporaryFile();
    const store = await openTemporary(file);
    await store.write((tx) => tx.clusters.insert(cluster('c1')));
    expect(readdirSync(dirname(file)).sort()).toEqual(['heketi.db', 'heketi.db-wal']);
    await store.close();
    expect(readdirSync(dirname(file))).toEqual(['heketi.db']);
  });

  it('is complete after the process that wrote it was killed', async () => {
    const file = temporaryFile();
    const holder = await holdInAnotherProcess(file);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const store = await openTemporary(file);
    expect((await store.read((tx) => tx.clusters.list())).map(({ id }) => id)).toEqual(['written-by-holder']);
  });
});

describe('a file is refused, with a sentence, and not changed,', () => {
  const bolt = Buffer.alloc(32768);
  Buffer.from([0xed, 0xda, 0x0c, 0xed]).copy(bolt, 16);

  it.each([
    ['a database of the original', bolt, /Heketi database \(BoltDB\).*started on it converts/],
    ['JSON', Buffer.from('{"clusterentries":{}}'), /looks like JSON/],
    ['compressed', Buffer.from([0x1f, 0x8b, 8, 0]), /compressed/],
    ['some text', Buffer.from('hello\n'), /not an SQLite file/],
    ['all zeros', Buffer.alloc(4096), /not an SQLite file/],
    ['cut to forty bytes', Buffer.from('SQLite format 3\0'.padEnd(40, '\x10')), /damaged/],
  ])('that is %s', async (_what, bytes, sentence) => {
    const file = temporaryFile();
    writeFileSync(file, bytes);
    await expect(openStore({ file })).rejects.toThrow(sentence);
    await expect(openStore({ file })).rejects.toThrow(file);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  it('that is the database of another program', async () => {
    const file = temporaryFile();
    const other = new Database(file);
    other.exec('create table song (title text)');
    other.close();
    const before = readFileSync(file);
    await expect(openStore({ file })).rejects.toThrow(/one of another program/);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('that is damaged', async () => {
    const file = temporaryFile();
    const store = await openTemporary(file);
    await store.close();
    const bytes = readFileSync(file);
    bytes.fill(0xa5, 2048, bytes.length);
    writeFileSync(file, bytes);
    await expect(openStore({ file })).rejects.toThrow(/damaged/);
  });

  it('that has lost its end', async () => {
    const file = temporaryFile();
    const store = await openTemporary(file);
    await store.close();
    truncateSync(file, 20_000);
    await expect(openStore({ file })).rejects.toThrow(/damaged/);
  });

  it('whose directory does not exist', async () => {
    const file = join(temporaryDirectory(), 'missing', 'heketi.db');
    await expect(openStore({ file })).rejects.toThrow(/its directory does not exist/);
    expect(existsSync(dirname(file))).toBe(false);
  });

  it('that is a directory', async () => {
    const file = temporaryFile();
    mkdirSync(file);
    await expect(openStore({ file })).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('a database that another process has open', () => {
  it('is refused, and can be opened when that process has ended', async () => {
    const file = temporaryFile();
    const holder = await holdInAnotherProcess(file);
    await expect(openStore({ file, lockTimeoutMs: 20 })).rejects.toThrow(/in use by another process/);
    holder.kill();
    await once(holder, 'exit');
    await openTemporary(file);
  });

  it('can still be read', async () => {
    const file = temporaryFile();
    await holdInAnotherProcess(file);
    const store = await openTemporary(file, { readOnly: true });
    expect((await store.read((tx) => tx.clusters.list())).map(({ id }) => id)).toEqual(['written-by-holder']);
  });
});

describe('a database opened for reading only', () => {
  it('refuses writes and leaves nothing behind', async () => {
    const file = temporaryFile();
    const first = await openTemporary(file);
    await first.write((tx) => tx.clusters.insert(cluster('c1')));
    await first.close();
    const before = readFileSync(file);
    chmodSync(file, 0o400);
    chmodSync(dirname(file), 0o500);
    onTestFinished(() => chmodSync(dirname(file), 0o700));

    const store = await openStore({ file, readOnly: true });
    expect(await store.read((tx) => tx.clusters.list())).toHaveLength(1);
    await expect(store.write((tx) => tx.clusters.insert(cluster('c2')))).rejects.toMatchObject({ code: 'unavailable' });
    await store.close();
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(dirname(file))).toEqual(['heketi.db']);
  });

  it('has to exist', async () => {
    const file = temporaryFile();
    await expect(openStore({ file, readOnly: true })).rejects.toThrow(/There is no database/);
    expect(existsSync(file)).toBe(false);
  });
});

async function holdInAnotherProcess(file: string) {
  const holder = fork(join(import.meta.dirname, 'hold-database.ts'), [file], { execArgv: ['--import', 'tsx'] });
  onTestFinished(() => void holder.kill('SIGKILL'));
  const [message] = await once(holder, 'message');
  expect(message).toBe('open');
  return holder;
}

it('a database whose first page a power cut left out is made anew', async () => {
  const file = temporaryFile();
  writeFileSync(file, Buffer.alloc(2048));
  await expect(openTemporary(file)).rejects.toThrow(/is not a database of this server/);
  // SQLite's rollback journal of a file that was empty: magic, no records, nonce, no pages, sector and page size.
  const journal = Buffer.alloc(512);
  journal.write('d9d505f920a163d7', 'hex');
  journal.writeUInt32BE(1, 12);
  journal.writeUInt32BE(512, 20);
  journal.writeUInt32BE(2048, 24);
  writeFileSync(`${file}-journal`, journal);
  const store = await openTemporary(file);
  expect(await store.read((tx) => tx.clusters.list())).toEqual([]);
});
