import { expect, it } from 'vitest';
import { checkDatabase } from '../../src/interchange/check.js';
import { dumpDatabase } from '../../src/interchange/dump.js';
import { type ImportReport, importDatabase } from '../../src/interchange/import.js';
import { openMemoryStore } from '../../src/store/open-store.js';
import { goldenNames, readGolden } from './golden-databases.js';

async function imported(document: unknown, leavesOutDangling: boolean) {
  const store = await openMemoryStore();
  try {
    const report = await store.write((tx) => importDatabase(tx, document, { leavesOutDangling }));
    const [dump, check] = await store.read(async (tx) => [await dumpDatabase(tx), await checkDatabase(tx)]);
    return { report, dump, check };
  } finally {
    await store.close();
  }
}

const report = async (document: unknown): Promise<ImportReport> => (await imported(document, false)).report;

/** A sound pool of one brick, and what the test adds to it. */
function pool(broken: Readonly<Record<string, object>>): object {
  const sound: Record<string, object> = {
    clusterentries: { c1: { Info: { id: 'c1', nodes: ['a1'], volumes: ['f1'] } } },
    nodeentries: { a1: { Info: { id: 'a1', cluster: 'c1' }, Devices: ['d1'] } },
    deviceentries: { d1: { Info: { id: 'd1' }, NodeId: 'a1', Bricks: ['b1'] } },
    volumeentries: {
      f1: { Info: { id: 'f1', cluster: 'c1', mount: { glusterfs: { hosts: ['s'] } } }, Bricks: ['b1'] },
    },
    brickentries: { b1: brick('b1') },
  };
  const merged = Object.entries(broken).map(([map, entries]) => [map, { ...sound[map], ...entries }]);
  return { ...sound, ...Object.fromEntries(merged) };
}

function brick(id: string, info: object = {}): object {
  return { Info: { id, node: 'a1', device: 'd1', volume: 'f1', path: `/bricks/${id}`, ...info } };
}

function operation(id: string, ...actions: readonly (readonly [change: number, id: string])[]): object {
  return { Id: id, Type: 1, Actions: actions.map(([Change, object]) => ({ Change, Id: object, Delta: null })) };
}

it.each(goldenNames('.export.json'))('finds nothing in a sound database: %s', async (name) => {
  expect(await report(readGolden(`${name}.export.json`))).toEqual({ dangling: [], leftOut: [] });
});

it.each<[string, Readonly<Record<string, object>>, readonly string[]]>([
  [
    'a node without its cluster',
    { nodeentries: { a2: { Info: { id: 'a2', cluster: 'c9' } } } },
    ['node a2 names cluster c9, which is not there'],
  ],
  [
    'a device without its node',
    { deviceentries: { d2: { Info: { id: 'd2' }, NodeId: 'a9' } } },
    ['device d2 names node a9, which is not there'],
  ],
  [
    'a volume without its cluster',
    { volumeentries: { f2: { Info: { id: 'f2', cluster: 'c9' } } } },
    ['volume f2 names cluster c9, which is not there'],
  ],
  [
    'a brick without anything',
    { brickentries: { b2: brick('b2', { node: 'a9', device: 'd9', volume: '' }) } },
    [
      'brick b2 names node a9, which is not there',
      'brick b2 names device d9, which is not there',
      'brick b2 names no volume',
    ],
  ],
  [
    'a block volume without its hosting volume',
    { blockvolumeentries: { e1: { Info: { id: 'e1', cluster: 'c1', blockhostingvolume: 'f9' } } } },
    ['block volume e1 names hosting volume f9, which is not there'],
  ],
  [
    'lists of what is gone',
    {
      clusterentries: { c1: { Info: { id: 'c1', nodes: ['a1', 'a9'], volumes: ['f1', 'f9'], blockvolumes: ['e9'] } } },
      deviceentries: { d1: { Info: { id: 'd1' }, NodeId: 'a1', Bricks: ['b1', 'b9'] } },
    },
    [
      'cluster c1 lists node a9, which is not there',
      'cluster c1 lists volume f9, which is not there',
      'cluster c1 lists block volume e9, which is not there',
      'device d1 lists brick b9, which is not there',
    ],
  ],
  [
    'an operation of what is gone',
    { pendingoperations: { o1: operation('o1', [1, 'b9'], [2, 'f9'], [8, 'd9'], [12, 'o9']) } },
    [
      'operation o1 changes brick b9 (add-brick), which is not there',
      'operation o1 changes volume f9 (add-volume), which is not there',
      'operation o1 changes device d9 (remove-device), which is not there',
      'operation o1 changes operation o9 (child-operation), which is not there',
    ],
  ],
  [
    'a mark of an operation that is gone',
    { brickentries: { b1: { ...brick('b1'), Pending: { Id: 'o9' } } } },
    ['brick b1 is marked as changed by operation o9, which is not there'],
  ],
])('names %s, and keeps it', async (_what, broken, dangling) => {
  const document = pool(broken);
  const { report, dump } = await imported(document, false);
  expect(report).toEqual({ dangling, leftOut: [] });
  for (const [map, entries] of Object.entries(document))
    expect(Object.keys((dump as unknown as Record<string, object>)[map] ?? {})).toEqual(Object.keys(entries));
});

it('does not take a brick that waits for its host, whose volume is gone, for dangling', async () => {
  const parked = { ...brick('b1', { volume: '' }), Pending: { Id: 'o1' } };
  const broken = {
    brickentries: { b1: parked },
    volumeentries: { f1: { Info: { id: 'f1', cluster: 'c1' } } },
    pendingoperations: { o1: operation('o1', [3, 'b1']) },
  };
  expect(await report(pool(broken))).toEqual({ dangling: [], leftOut: [] });
});

it('leaves out what refers to what is gone, and what refers to that in turn, and says where bricks stay', async () => {
  const { report, dump, check } = await imported(
    pool({
      deviceentries: {
        d1: { Info: { id: 'd1', storage: { total: 9, free: 4, used: 5 } }, NodeId: 'a1', Bricks: ['b1', 'b2', 'b9'] },
        d2: { Info: { id: 'd2' }, NodeId: 'a9', Bricks: ['b3'] },
      },
      brickentries: { b2: brick('b2', { volume: 'f9' }), b3: brick('b3', { device: 'd2' }) },
      volumeentries: {
        f1: { Info: { id: 'f1', cluster: 'c1', mount: { glusterfs: { hosts: ['s'] } } }, Bricks: ['b1', 'b3'] },
      },
      pendingoperations: { o1: operation('o1', [1, 'b9']), o2: operation('o2', [1, 'b9'], [99, 'x'], [1, 'b1']) },
    }),
    true,
  );
  expect(report.leftOut).toEqual([
    'device d2 is left out: it names node a9, which is not there',
    'brick b2 is left out: it names volume f9, which is not there; its logical volume vg_d1/brick_b2 (/bricks/b2) is not touched, and its space stays booked on device d1',
    'brick b3 is left out: it names device d2, which is not there; its logical volume vg_d2/brick_b3 (/bricks/b3) is not touched',
    'device d1 lists 1 of the 3 bricks that it listed',
    'volume f1 lists 1 of the 2 bricks that it listed',
    'operation o1 is left out: nothing that it changes is there',
    'operation o2 keeps 2 of its 3 changes',
  ]);
  expect(report.dangling).toHaveLength(5);
  expect(Object.keys(dump.brickentries)).toEqual(['b1']);
  expect(Object.keys(dump.deviceentries)).toEqual(['d1']);
  expect(dump.deviceentries['d1']?.Info.storage).toEqual({ total: 9, free: 4, used: 5 });
  expect(dump.pendingoperations).toMatchObject({
    o2: {
      Actions: [
        { Change: 99n, Id: 'x' },
        { Change: 1, Id: 'b1' },
      ],
    },
  });
  const unsound = Object.values(check).flatMap((kind) =>
    typeof kind === 'number' ? [] : (kind.inconsistencies ?? []),
  );
  expect(unsound.filter((text) => /unknown (cluster|node|device|volume|brick)/.test(text))).toEqual([]);
});

it('keeps an operation whose mark something carries, and the mark of one that is gone', async () => {
  const { report, dump } = await imported(
    pool({
      brickentries: { b1: { ...brick('b1'), Pending: { Id: 'o1' } } },
      volumeentries: {
        f1: {
          Info: { id: 'f1', cluster: 'c1', mount: { glusterfs: { hosts: ['s'] } } },
          Bricks: ['b1'],
          Pending: { Id: 'o9' },
        },
      },
      pendingoperations: { o1: operation('o1', [1, 'b9']) },
    }),
    true,
  );
  expect(report.leftOut).toEqual([
    'operation o1 keeps 0 of its 1 change',
    'volume f1 is marked as changed by operation o9, which is not there: kept, for only its hosts know whether it is complete',
  ]);
  expect(dump.volumeentries['f1']?.Pending.Id).toBe('o9');
});
