import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, it, vi } from 'vitest';
import { openStore } from '../../src/store/open-store.js';
import type { Store } from '../../src/store/store.js';
import { cluster } from './records.js';
import { linkTo, openTemporary, temporaryFile } from './temporary-database.js';

const PAGE = 2048;
/** For a machine that others use as well. */
const LONG = { timeout: 20_000 };

it('the statement that goes with each commit is prepared once', async () => {
  const prepared: string[] = [];
  const prepare = Database.prototype.prepare;
  const watched = vi.spyOn(Database.prototype, 'prepare').mockImplementation(function (this: Database.Database, sql) {
    prepared.push(sql);
    return prepare.call(this, sql) as never;
  });
  try {
    const { store } = await changed();
    for (let n = 0; n < 5; n++) await store.write((tx) => tx.clusters.insert(cluster(`d${n}`)));
  } finally {
    watched.mockRestore();
  }
  expect(prepared.filter((sql) => sql.includes('commits = commits + 1'))).toHaveLength(1);
});

describe('a copy of the file alone', () => {
  it('is complete soon after the last change', async () => {
    const { file, store } = await changed(10);
    await vi.waitFor(
      async () => {
        const copy = aloneOf(file);
        const opened = await openTemporary(copy);
        expect(await idsIn(opened)).toEqual(['c1']);
      },
      { timeout: 10_000, interval: 50 },
    );
    expect(await idsIn(store)).toEqual(['c1']);
  });

  it('is refused when it was made in the midst of changes', async () => {
    const { file } = await changed();
    const copy = aloneOf(file);
    await expect(openStore({ file: copy })).rejects.toThrow(/is incomplete: it was copied without its log/);
    await expect(openStore({ file: copy, readOnly: true })).rejects.toThrow(/is incomplete/);
  });

  it('is refused when its parts are of two complete states, wherever the one ends and the other begins', async () => {
    const { file, store } = await changed(1);
    const earlier = await sealedBytes(file);
    for (let n = 0; n < 40; n++) await store.write((tx) => tx.clusters.insert(cluster(`d${n}`)));
    const later = await sealedBytes(file, earlier);
    const copy = temporaryFile();
    for (let at = PAGE; at < later.length; at += PAGE) {
      writeFileSync(copy, Buffer.concat([earlier.subarray(0, at), later.subarray(at)]));
      await expect(openStore({ file: copy }), `${at}`).rejects.toThrow(/its parts are of different states/);
    }
    for (const [bytes, count] of [
      [earlier, 1],
      [later, 41],
    ] as const) {
      writeFileSync(copy, bytes);
      const opened = await openTemporary(copy);
      expect(await idsIn(opened)).toHaveLength(count);
      await opened.close();
    }
  });

  it('is refused when it has lost its end', async () => {
    const { file } = await changed(1);
    const bytes = await sealedBytes(file);
    const copy = temporaryFile();
    writeFileSync(copy, bytes.subarray(0, bytes.length - 1));
    await expect(openStore({ file: copy })).rejects.toThrow(/its parts are of different states/);
  });

  it('is opened again after another program has changed it, as the refusal says', async () => {
    const { file, store } = await changed();
    await store.close();
    const byHand = (sql: string) => {
      const database = new Database(file);
      database.exec(sql);
      database.close();
    };
    byHand('create table grown as select zeroblob(100000) as bytes; drop table grown');
    const [, mended = ''] = await openStore({ file }).then(
      () => [],
      (error: Error) => /sqlite3 \S+ '([^']+)'$/.exec(error.message) ?? [error.message],
    );
    byHand(mended);
    expect(await idsIn(await openTemporary(file))).toEqual(['c1']);
  });

  it('is complete after the server has started and after it has stopped', async () => {
    const { file, store } = await changed();
    await store.close();
    expect(await idsIn(await openTemporary(aloneOf(file)))).toEqual(['c1']);
    await openTemporary(file);
    expect(await idsIn(await openTemporary(aloneOf(file)))).toEqual(['c1']);
  });
});

describe('a log', () => {
  it('is found beside the file that a link leads to', async () => {
    const { file } = await changed();
    const copy = aloneOf(file);
    copyFileSync(`${file}-wal`, `${copy}-wal`);
    const link = linkTo(copy);
    expect(await idsIn(await openTemporary(link, { readOnly: true }))).toEqual(['c1']);
    expect(await idsIn(await openTemporary(link))).toEqual(['c1']);
  });

  it.each(['missing', 'empty'])('without its database, which is %s, is not taken for nothing', async (state) => {
    const { file } = await changed();
    const lost = temporaryFile();
    copyFileSync(`${file}-wal`, `${lost}-wal`);
    if (state === 'empty') writeFileSync(lost, '');
    await expect(openStore({ file: lost })).rejects.toThrow(/holds changes of a database/);
    expect(statSync(`${lost}-wal`).size).toBe(statSync(`${file}-wal`).size);
    expect(existsSync(lost)).toBe(state === 'empty');
  });

  it('of another database is named as it stands when a copy of it was looked at', async () => {
    const { file } = await changed();
    const copy = aloneOf(file);
    const refusal = await openStore({ file: copy, readOnly: true }).catch((error: Error) => error.message);
    expect(refusal).toContain(`its log ${copy}-wal`);
    expect(refusal).not.toContain('mortar-db-');
  });

  it('is replayed over its own file', async () => {
    const { file } = await changed();
    const copy = aloneOf(file);
    copyFileSync(`${file}-wal`, `${copy}-wal`);
    expect(await idsIn(await openTemporary(copy))).toEqual(['c1']);
  });

  it('is not replayed over a backup that is put in its place', async () => {
    const { file, store } = await changed();
    const backup = await store.backup();
    await store.write((tx) => tx.clusters.delete('c1'));
    const restored = temporaryFile();
    writeFileSync(restored, backup);
    copyFileSync(`${file}-wal`, `${restored}-wal`);
    await expect(openStore({ file: restored })).rejects.toThrow(/is not of the database/);
    await expect(openStore({ file: restored, readOnly: true })).rejects.toThrow(/is not of the database/);
    expect(existsSync(`${restored}-wal`)).toBe(true);
  });

  it('is not replayed over an earlier state of its file, however often it began anew', async () => {
    const { file, store } = await changed();
    await store.close();
    const early = aloneOf(file);
    const again = await openTemporary(file);
    for (let n = 0; n < 3; n++) {
      await again.write((tx) => tx.clusters.insert(cluster(`d${n}`)));
      const restored = aloneOf(early);
      copyFileSync(`${file}-wal`, `${restored}-wal`);
      await expect(openStore({ file: restored })).rejects.toThrow(/is not of the database/);
    }
  });
});

/** With a change that is only in its log yet. */
async function changed(sealAfterMs = 600_000) {
  const file = temporaryFile();
  const store = await openTemporary(file, { sealAfterMs });
  await store.write((tx) => tx.clusters.insert(cluster('c1')));
  return { file, store };
}

/** Of a file that is complete without its log, and not as it was before. */
async function sealedBytes(file: string, before: Buffer = Buffer.alloc(0)): Promise<Buffer> {
  return vi.waitFor(() => {
    const bytes = readFileSync(file);
    if (bytes.length % PAGE === 0 || bytes.equals(before) || statSync(`${file}-wal`).size > 0)
      throw new Error('not yet');
    return bytes;
  }, LONG);
}

function aloneOf(file: string): string {
  const copy = temporaryFile();
  copyFileSync(file, copy);
  return copy;
}

async function idsIn(store: Store): Promise<readonly string[]> {
  return (await store.read((tx) => tx.clusters.list())).map(({ id }) => id);
}
