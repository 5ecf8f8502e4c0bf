import { describe, expect, it } from 'vitest';
import { dumpDatabase } from '../../src/interchange/dump.js';
import { importDatabase } from '../../src/interchange/import.js';
import { parseJson } from '../../src/json/parse-json.js';
import { stringifyJson } from '../../src/json/stringify-json.js';
import { openMemoryStore } from '../../src/store/open-store.js';
import { comparable, goldenNames, readGolden } from './golden-databases.js';

async function importAndDump(document: unknown): Promise<unknown> {
  const store = await openMemoryStore();
  try {
    await store.write((tx) => importDatabase(tx, document));
    const dump = await store.read(dumpDatabase);
    return parseJson(stringifyJson(dump));
  } finally {
    await store.close();
  }
}

describe('a recorded export of the original', () => {
  it.each(goldenNames('.export.json'))('comes back as it was: %s', async (name) => {
    const recorded = readGolden(`${name}.export.json`);
    expect(comparable(await importAndDump(recorded))).toEqual(comparable(recorded));
  });

  // The original's start takes the books of a hosting volume for wrong while one of its block volumes is growing.
  it.each(goldenNames('.raw.json').filter((name) => name !== 'pending-every'))(
    'is upgraded as the original does when it starts: %s',
    async (name) => {
      const raw = readGolden(`${name}.raw.json`);
      expect(comparable(await importAndDump(raw))).toEqual(comparable(readGolden(`${name}.export.json`)));
    },
  );

  it('leaves the books alone while a block volume is growing', async () => {
    const raw = readGolden('pending-every.raw.json');
    expect(comparable(await importAndDump(raw))).toEqual(comparable(raw));
  });

  it('gets a new generation id', async () => {
    const recorded = readGolden('empty-new.export.json') as Dump;
    const first = (await importAndDump(recorded)) as Dump;
    const id = first.dbattributeentries.DB_GENERATION_ID?.Value;
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(id).not.toBe(recorded.dbattributeentries.DB_GENERATION_ID?.Value);
  });
});

interface Dump {
  readonly dbattributeentries: Readonly<Record<string, { readonly Key: string; readonly Value: string }>>;
}
