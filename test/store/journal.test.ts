import { copyFileSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { openStore } from '../../src/store/open-store.js';
import type { Store } from '../../src/store/store.js';
import { cluster } from './records.js';
import { linkTo, openTemporary, temporaryFile } from './temporary-database.js';

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

function aloneOf(file: string): string {
  const copy = temporaryFile();
  copyFileSync(file, copy);
  return copy;
}

async function idsIn(store: Store): Promise<readonly string[]> {
  return (await store.read((tx) => tx.clusters.list())).map(({ id }) => id);
}
