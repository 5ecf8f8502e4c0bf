import { expect, it } from 'vitest';
import { OPERATION_TYPES, type PendingOperation } from '../../src/domain/pending-operation.js';
import { exportForHeketi } from '../../src/interchange/dump.js';
import { importDatabase } from '../../src/interchange/import.js';
import { parseJson } from '../../src/json/parse-json.js';
import { stringifyJson } from '../../src/json/stringify-json.js';
import { openMemoryStore } from '../../src/store/open-store.js';
import type { ReadTx, Store } from '../../src/store/store.js';
import { seededRandom, seedFrom } from '../support/seeded-random.js';
import { comparable, goldenNames, readGolden } from './golden-databases.js';
import { layoutFaults } from './heketi-layout.js';
import { RandomStore } from './random-store.js';

const STORES = 60;
const seed = seedFrom('MORTAR_INTERCHANGE_SEED');
console.log(`random stores: MORTAR_INTERCHANGE_SEED=${seed}`);

async function withStore<T>(work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openMemoryStore();
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** As text, which is what travels. */
async function exported(store: Store): Promise<{ readonly text: string; readonly leftOut: readonly string[] }> {
  const { dump, leftOut } = await store.read(exportForHeketi);
  return { text: stringifyJson(dump, 4), leftOut: leftOut.map(({ id }) => id) };
}

/** What the layout has members for: the rest is this server's own. */
async function records(tx: ReadTx): Promise<object> {
  const own = ({ type }: PendingOperation): boolean => OPERATION_TYPES[type] >= 100;
  return {
    clusters: await tx.clusters.list(),
    nodes: await tx.nodes.list(),
    devices: await tx.devices.list(),
    bricks: await tx.bricks.list(),
    volumes: (await tx.volumes.list()).map((volume) => ({
      ...volume,
      requestedClusters: volume.requestedClusters?.length ? volume.requestedClusters : null,
    })),
    blockVolumes: await tx.blockVolumes.list(),
    operations: (await tx.operations.list())
      .filter((operation) => !own(operation))
      .map(({ id, type, status, createdAt, actions }) => ({ id, type, status, createdAt, actions })),
    faults: await tx.linkFaults.list(),
  };
}

it(`${STORES} random databases come back from their export as they were, and the original's layout holds them`, async () => {
  const random = seededRandom(seed);
  let ownOperations = 0;
  for (let n = 0; n < STORES; n++) {
    await withStore(async (store) => {
      await RandomStore.fill(store, random);
      const first = await exported(store);
      expect(layoutFaults(parseJson(first.text)), `store ${n}`).toEqual([]);
      ownOperations += first.leftOut.length;
      await withStore(async (copy) => {
        const report = await copy.write((tx) => importDatabase(tx, parseJson(first.text)));
        expect(report.leftOut).toEqual([]);
        expect(await copy.read(records), `store ${n}`).toEqual(await store.read(records));
        const again = await exported(copy);
        expect(comparable(parseJson(again.text)), `store ${n}`).toEqual(comparable(parseJson(first.text)));
      });
    });
  }
  expect(ownOperations).toBeGreaterThan(5);
});

it.each(goldenNames('.export.json'))('the layout is that of the original: %s', (name) => {
  expect(layoutFaults(readGolden(`${name}.export.json`)).filter((fault) => !isOddity(fault))).toEqual([]);
});

/** Clones have their bricks in gluster's order; one sample has numbers and maps that only an import brings. */
function isOddity(fault: string): boolean {
  return /^export\.volumeentries\.[^.]+\.Bricks is .*sorted ids/.test(fault);
}

it('says what of a document is not in the layout', () => {
  const document = {
    ...(readGolden('empty-new.export.json') as object),
    clusterentries: { c1: { Info: { id: 'c2', nodes: ['b', 'a'], volumes: [], block: 1, file: true } } },
    pendingoperations: { o1: { Id: 'o1', Timestamp: 1.5, Type: 0, Actions: [{ Change: 100, Id: 'x', Delta: 'x' }] } },
    mortar: {},
  };
  expect(layoutFaults(document)).toEqual([
    'export.clusterentries.c1.Info.nodes is ["b","a"], not sorted ids, each once',
    'export.clusterentries.c1.Info.block is 1, not true or false',
    'export.clusterentries.c1.Info.blockvolumes is missing',
    'export.clusterentries.c1 has the id c2',
    expect.stringContaining('Timestamp is 1.5, not an integer'),
    'export.pendingoperations.o1.Type is 0, not an integer from 1 to 9',
    'export.pendingoperations.o1.Actions[0].Change is 100, not an integer from 1 to 14',
    expect.stringContaining('Delta is "x", not an integer'),
    'export.pendingoperations.o1.Status is missing',
    'export.mortar is unknown',
  ]);
});
