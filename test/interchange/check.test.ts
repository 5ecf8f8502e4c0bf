import { describe, expect, it } from 'vitest';
import { type CheckReport, checkDatabase } from '../../src/interchange/check.js';
import { importDatabase } from '../../src/interchange/import.js';
import { openMemoryStore } from '../../src/store/open-store.js';
import { goldenNames, goldenPreload, goldenStep, readGolden } from './golden-databases.js';

async function check(document: unknown): Promise<CheckReport> {
  const store = await openMemoryStore();
  try {
    await store.write((tx) => importDatabase(tx, document));
    return await store.read(checkDatabase);
  } finally {
    await store.close();
  }
}

function texts(report: CheckReport): readonly string[] {
  return [report.clusters, report.volumes, report.bricks, report.nodes, report.devices, report.blockvolumes]
    .concat(report.pendingoperations)
    .flatMap(({ inconsistencies }) => inconsistencies ?? []);
}

describe('the consistency check', () => {
  it('finds as many faults of each kind in a broken database as the original', async () => {
    const report = await check(goldenPreload('http/db-check-broken.json'));
    const counted = Object.fromEntries(
      Object.entries(report).map(([kind, found]) => [
        kind,
        typeof found === 'number' || found.inconsistencies === null
          ? found
          : { ...found, inconsistencies: `<${found.inconsistencies.length} texts>` },
      ]),
    );
    expect(counted).toEqual(goldenStep('http/db-check-broken.json', 'check').expect.json);
  });

  it('finds nothing in an empty database', async () => {
    const report = await check(readGolden('empty-new.export.json'));
    expect(report.totalinconsistencies).toBe(0);
    expect(report.clusters).toEqual({ total: 0, pending: 0, ok: 0, notok: 0, inconsistencies: null });
  });

  it.each(goldenNames('.export.json').filter((name) => SOUND.has(name)))(
    'finds a sound database sound: %s',
    async (name) => {
      expect(texts(await check(readGolden(`${name}.export.json`)))).toEqual([]);
    },
  );

  it('shows device counters near 2^64 with all their digits', async () => {
    const found = texts(await check(readGolden('imported-odd.export.json')));
    expect(found.some((text) => text.includes('Used(18446744073709547520) != aggregateBricksSize(0)'))).toBe(true);
  });

  it('reports an operation that names a missing volume', async () => {
    const id = '01000000000000000000000000000000';
    const missing = 'f3000000000000000000000000000000';
    const report = await check({
      pendingoperations: { [id]: { Id: id, Type: 1, Actions: [{ Change: 2, Id: missing, Delta: null }], Status: '' } },
    });
    expect(report.pendingoperations.inconsistencies).toEqual([
      `pending op ${id} id in change missing ${missing} not found in volumes`,
    ]);
  });

  it('reports an object that carries the mark of an operation that does not exist', async () => {
    const report = await check({
      brickentries: { b1: { Info: { id: 'b1', node: 'a1', device: 'd1', volume: 'f1' }, Pending: { Id: '01' } } },
    });
    expect(report.bricks).toMatchObject({ total: 1, pending: 1, notok: 1 });
    expect(report.bricks.inconsistencies).toEqual([
      'Brick b1 marked pending but no pending op 01',
      'Brick b1 unknown node a1',
      'Brick b1 unknown volume f1',
      'Brick b1 unknown device d1',
    ]);
  });

  it('reports books of a hosting volume that do not balance', async () => {
    const report = await check({
      clusterentries: { c1: { Info: { id: 'c1', volumes: ['f1'], blockvolumes: ['e1'] } } },
      volumeentries: {
        f1: {
          Info: {
            id: 'f1',
            cluster: 'c1',
            size: 10,
            block: true,
            blockinfo: { freesize: 9, reservedsize: 9, blockvolume: ['e1'] },
          },
        },
      },
      blockvolumeentries: { e1: { Info: { id: 'e1', cluster: 'c1', blockhostingvolume: 'f1', size: 4 } } },
    });
    expect(report.volumes.inconsistencies).toEqual([
      'Volume f1 blocksize differs aggregateSize 4 != volumeSize 10 - freeSize 9 - reservedSize 9',
    ]);
  });
});

const SOUND = new Set([
  'seed',
  'durability',
  'arbiter',
  'block',
  'many-300',
  'options-gid',
  'snapshots-clones',
  'tags-states',
]);
