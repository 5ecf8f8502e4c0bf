import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openMemoryStore } from '../../src/store/open-store.js';
import type { Store } from '../../src/store/store.js';
import { ENGINES, openIn } from './engines.js';
import { cluster } from './records.js';
import { openTemporary, temporaryDirectory, temporaryFile } from './temporary-database.js';

afterEach(() => void vi.unstubAllEnvs());

async function inMemory(): Promise<Store> {
  const store = await openMemoryStore();
  onTestFinished(() => store.close());
  return store;
}

const insert = (store: Store, ...ids: string[]) =>
  store.write(async (tx) => {
    for (const id of ids) await tx.clusters.insert(cluster(id));
  });
const ids = async ({ tx }: Pick<Awaited<ReturnType<Store['snapshot']>>, 'tx'>) =>
  (await tx.clusters.list()).map(({ id }) => id);

describe.each([
  ...ENGINES.map((engine) => [`of ${engine.name}`, () => openIn(engine)] as const),
  ['in a file whose log was just put into it', () => openTemporary(temporaryFile(), { longLogFrames: 1 })],
  ['in memory', inMemory],
] as const)('a snapshot of a database %s', (_where, open) => {
  it('stays as it is while others write', async () => {
    const store = await open();
    await insert(store, 'c1', 'c2');
    const snapshot = await store.snapshot();
    await insert(store, 'c3');
    await store.write((tx) => tx.clusters.delete('c1'));
    expect(await ids(snapshot)).toEqual(['c1', 'c2']);
    const later = await store.snapshot();
    expect([await ids(snapshot), await ids(later)]).toEqual([
      ['c1', 'c2'],
      ['c2', 'c3'],
    ]);
    snapshot.close();
    later.close();
    await expect(snapshot.tx.clusters.list()).rejects.toThrow();
  });

  it('has all that was written before it, and of what is written meanwhile what came first', async () => {
    const store = await open();
    const writes = [insert(store, 'c1'), insert(store, 'c2')];
    await Promise.all(writes);
    const [snapshot] = await Promise.all([store.snapshot(), insert(store, 'c3'), insert(store, 'c4')]);
    const all = await store.read((tx) => tx.clusters.list());
    expect(all.length).toBe(4);
    const there = await ids(snapshot);
    expect(there.length).toBeGreaterThanOrEqual(2);
    expect(there).toEqual(all.slice(0, there.length).map(({ id }) => id));
    snapshot.close();
  });
});

it('a snapshot of a file leaves nothing behind, not even while it is open', async () => {
  const store = await openTemporary();
  vi.stubEnv('TMPDIR', temporaryDirectory());
  const snapshot = await store.snapshot();
  expect(readdirSync(tmpdir())).toEqual([]);
  expect(await ids(snapshot)).toEqual([]);
  snapshot.close();
});

it('while a file is copied, nothing is committed, and it is locked against others after that', async () => {
  const file = temporaryFile();
  const store = await openTemporary(file);
  const order: string[] = [];
  await Promise.all([
    store.snapshot().then((snapshot) => {
      order.push('copied');
      snapshot.close();
    }),
    insert(store, 'c1').then(() => order.push('written')),
  ]);
  expect(order).toEqual(['copied', 'written']);
  const { ino } = statSync(file);
  const locks = readFileSync('/proc/locks', 'utf8').split('\n');
  expect(locks.filter((line) => line.includes(`:${ino} `) && line.includes(' WRITE '))).not.toEqual([]);
});

it('a store that can only be read needs no copy for a snapshot', async () => {
  const file = temporaryFile();
  const written = await openTemporary(file);
  await insert(written, 'c1');
  await written.close();
  const store = await openTemporary(file, { readOnly: true });
  const snapshot = await store.snapshot();
  expect(await ids(snapshot)).toEqual(['c1']);
  snapshot.close();
  expect(await ids(await store.snapshot())).toEqual(['c1']);
});

it('a copy for which there is no place in TMPDIR is made beside the database', async () => {
  const folder = temporaryDirectory();
  const store = await openTemporary(join(folder, 'heketi.db'));
  await insert(store, 'c1');
  vi.stubEnv('TMPDIR', join(folder, 'missing'));
  const snapshot = await store.snapshot();
  expect(await ids(snapshot)).toEqual(['c1']);
  expect(readdirSync(folder).filter((name) => !name.startsWith('heketi.db'))).toEqual([]);
  snapshot.close();
});

it('a copy that can be made nowhere is refused, with what to do, and the database goes on', async () => {
  const [folder, other] = [temporaryDirectory(), temporaryDirectory()];
  const store = await openTemporary(join(folder, 'heketi.db'));
  vi.stubEnv('TMPDIR', join(folder, 'missing'));
  rmSync(folder, { recursive: true });
  await expect(store.snapshot()).rejects.toThrow(/no place .*Set TMPDIR/);
  vi.stubEnv('TMPDIR', other);
  await expect(store.snapshot()).rejects.toThrow(/can't be read/);
  await insert(store, 'c1');
  expect((await store.read((tx) => tx.clusters.list())).length).toBe(1);
});
