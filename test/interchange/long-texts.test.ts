import { expect, it } from 'vitest';
import { type CheckReport, checkDatabase } from '../../src/interchange/check.js';
import { checkText } from '../../src/interchange/check-text.js';
import { dumpDatabase } from '../../src/interchange/dump.js';
import { dumpText } from '../../src/interchange/dump-text.js';
import { importDatabase } from '../../src/interchange/import.js';
import { stringifyJson } from '../../src/json/stringify-json.js';
import { openMemoryStore } from '../../src/store/open-store.js';
import type { ReadTx, Store } from '../../src/store/store.js';
import { makeDump } from '../support/made-dump.js';
import { seededRandom, seedFrom } from '../support/seeded-random.js';
import { goldenNames, goldenPreload, readGolden } from './golden-databases.js';
import { RandomStore } from './random-store.js';

const STORES = 30;
const seed = seedFrom('MORTAR_INTERCHANGE_SEED');

async function withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openMemoryStore();
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function pieces(text: AsyncIterable<string>): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const piece of text) all.push(piece);
  return all;
}

interface Paged {
  list(): Promise<readonly unknown[]>;
  listAfter(id: string, limit: number): Promise<readonly { readonly id: string }[]>;
}

/** The text piece by piece is the one that is made at once. */
async function compare(store: Store): Promise<CheckReport> {
  const texts = async (tx: ReadTx) => [await dumpDatabase(tx), await checkDatabase(tx)] as const;
  const [dump, report] = await store.read(texts);
  const { tx, close } = await store.snapshot();
  expect((await pieces(dumpText(tx))).join('')).toBe(`${stringifyJson(dump, 4)}\n`);
  expect((await pieces(checkText(tx))).join('')).toBe(`${stringifyJson(report, 4)}\n`);
  close();
  return report;
}

it.each(goldenNames('.export.json'))('the dump and the check of %s are the same piece by piece', (name) =>
  withStore(async (store) => {
    await store.write((tx) => importDatabase(tx, readGolden(`${name}.export.json`)));
    await compare(store);
  }),
);

it('those of a broken database are, too', () =>
  withStore(async (store) => {
    await store.write((tx) => importDatabase(tx, goldenPreload('http/db-check-broken.json')));
    expect((await compare(store)).totalinconsistencies).toBeGreaterThan(10);
  }));

it(`those of databases with everything that their columns can hold are, too (MORTAR_INTERCHANGE_SEED=${seed})`, async () => {
  const random = seededRandom(seed);
  for (let i = 0; i < STORES; i++) {
    await withStore(async (store) => {
      await RandomStore.fill(store, random);
      await compare(store);
    });
  }
});

it('a dump of many pages comes in pieces, in the order of ids', () =>
  withStore(async (store) => {
    const shape = { volumes: 250, volumesPerCluster: 250, nodes: 4, devicesPerNode: 30 };
    await store.write((tx) => importDatabase(tx, makeDump(shape) as never));
    await compare(store);
    const { tx, close } = await store.snapshot();
    const made = await pieces(dumpText(tx));
    close();
    expect(made.length).toBeGreaterThan(3);
    expect(Math.max(...made.map(({ length }) => length))).toBeLessThan(256 * 1024);
  }));

it('neither reads more than a page of what there is much of at once', () =>
  withStore(async (store) => {
    const shape = { volumes: 250, volumesPerCluster: 250, nodes: 4, devicesPerNode: 30 };
    await store.write((tx) => importDatabase(tx, makeDump(shape) as never));
    const { tx, close } = await store.snapshot();
    const asked: number[] = [];
    const inPages = <Rows extends Paged>(rows: Rows): Rows => ({
      ...rows,
      list: () => Promise.reject(new Error('all rows at once')),
      listAfter(id, limit) {
        asked.push(limit);
        return rows.listAfter(id, limit);
      },
    });
    const paged: ReadTx = {
      ...tx,
      devices: inPages(tx.devices),
      bricks: inPages(tx.bricks),
      volumes: inPages(tx.volumes),
      blockVolumes: inPages(tx.blockVolumes),
    };
    await pieces(dumpText(paged));
    await pieces(checkText(paged));
    close();
    expect(Math.max(...asked)).toBeLessThanOrEqual(100);
    expect(asked.length).toBeGreaterThan(20);
  }));

it('a volume of a large cluster to which a node was added is not told with the names of all its hosts', () =>
  withStore(async (store) => {
    const dump = makeDump({ volumes: 1, volumesPerCluster: 1, nodes: 60, devicesPerNode: 1 });
    const [volume] = Object.values(dump.volumeentries);
    if (!volume) throw new Error('there is no volume');
    (volume.Info.mount.glusterfs.hosts as string[]).pop();
    await store.write((tx) => importDatabase(tx, dump as never));
    const { volumes } = await compare(store);
    const [text = ''] = volumes.inconsistencies ?? [];
    const hosts = '10\\.0\\.0\\.\\d+( 10\\.0\\.0\\.\\d+){9} and 49 more';
    const nodes = '[0-9a-f]{32}( [0-9a-f]{32}){9} and 50 more';
    expect(text).toMatch(
      new RegExp(
        `^Volume \\S+ mount hosts list\\(\\[${hosts}\\]\\) is not same as list of all nodes of the cluster\\(\\[${nodes}\\]\\)$`,
      ),
    );
  }));
