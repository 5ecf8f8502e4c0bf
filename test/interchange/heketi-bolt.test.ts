import { describe, expect, it } from 'vitest';
import { dumpDatabase } from '../../src/interchange/dump.js';
import { HeketiBolt } from '../../src/interchange/heketi-bolt.js';
import type { HeketiDump } from '../../src/interchange/heketi-dump.js';
import { importEntries } from '../../src/interchange/import.js';
import { parseJson } from '../../src/json/parse-json.js';
import { stringifyJson } from '../../src/json/stringify-json.js';
import { openMemoryStore } from '../../src/store/open-store.js';
import { type BoltEntry, writeBolt } from '../support/heketi-database/bolt-writer.js';
import { BufferSource } from '../support/heketi-database/buffer-source.js';
import { writeGob } from '../support/heketi-database/gob-writer.js';
import { heketiDatabase } from '../support/heketi-database/heketi-database.js';
import { attributeEntry, brickEntry, nodeEntry } from '../support/heketi-database/heketi-types.js';
import { comparable, goldenNames, readGolden } from './golden-databases.js';

const OPTIONS = { leavesOutDangling: false, generationId: 'generation' };

async function importAndDump(file: Buffer): Promise<HeketiDump> {
  const store = await openMemoryStore();
  try {
    await store.write((tx) => importEntries(tx, new HeketiBolt(new BufferSource(file)), OPTIONS));
    return await store.read(dumpDatabase);
  } finally {
    await store.close();
  }
}

describe("Heketi's own file", () => {
  it.each(goldenNames('.export.json'))('has all that its export has, when written from one: %s', async (name) => {
    const recorded = readGolden(`${name}.export.json`);
    const dump = await importAndDump(heketiDatabase(recorded as HeketiDump, { pageSize: 1024 }));
    expect(comparable(parseJson(stringifyJson(dump)))).toEqual(comparable(recorded));
  });

  it('has indexes among its entries, and may have buckets and fields that nobody knows', async () => {
    const node = writeGob(
      { struct: 'N', fields: { Info: { struct: 'I', fields: { Id: 'string', Future: { list: 'float' } } } } },
      { Info: { Id: 'a1', Future: [1, 2] } },
    );
    const nodes: BoltEntry[] = [
      ['a1', node],
      ['MANAGEhost', Buffer.from('a1')],
      ['STORAGEhost', Buffer.from('gone')],
    ];
    const devices: BoltEntry[] = [['DEVICEa1/dev/vdb', Buffer.from('d1')]];
    const dump = await importAndDump(writeBolt({ NODE: nodes, DEVICE: devices, FUTURE: nodes }));
    expect(Object.keys(dump.nodeentries)).toEqual(['a1']);
    expect(dump.deviceentries).toEqual({});
    expect(dump.nodeentries.a1?.State).toBe('online');
  });

  it.each<[string, Readonly<Record<string, readonly BoltEntry[]>>, RegExp]>([
    ['a value that is none', { BRICK: [['b1', Buffer.from('xyz')]] }, /BRICK\/b1 can't be decoded/],
    ['an empty value', { BRICK: [['b1', Buffer.alloc(0)]] }, /BRICK\/b1 can't be decoded: it ends too early/],
    [
      'an entry under the key of another',
      { BRICK: [['b1', writeGob(brickEntry, { Info: { Id: 'b2' } })]] },
      /BRICK\/b1 calls itself "b2"/,
    ],
    [
      'an attribute under the key of another',
      { DBATTRIBUTE: [['DB_GENERATION_ID', writeGob(attributeEntry, { Key: 'DB_X', Value: 'yes' })]] },
      /DBATTRIBUTE\/DB_GENERATION_ID calls itself "DB_X"/,
    ],
    [
      'a state that no version has',
      { NODE: [['a1', writeGob(nodeEntry, { Entry: { State: 'asleep' }, Info: { Id: 'a1' } })]] },
      /nodeentries\.a1\.State is "asleep"/,
    ],
    [
      'an attribute of a newer version',
      { DBATTRIBUTE: [['DB_X', writeGob(attributeEntry, { Key: 'DB_X', Value: 'yes' })]] },
      /attribute DB_X: it was written by a version newer/,
    ],
  ])('is refused with %s, by its key', async (_what, buckets, sentence) => {
    await expect(importAndDump(writeBolt(buckets))).rejects.toThrow(sentence);
  });
});
