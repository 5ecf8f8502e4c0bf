import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { exportDatabase } from '../../src/app/database-commands.js';
import { layoutFaults } from '../interchange/heketi-layout.js';
import { action, cluster, operation } from '../store/records.js';
import { openTemporary, temporaryDirectory, temporaryFile } from '../store/temporary-database.js';

async function databaseWith(...operations: ReturnType<typeof operation>[]): Promise<string> {
  const dbFile = temporaryFile();
  const store = await openTemporary(dbFile);
  await store.write(async (tx) => {
    await tx.clusters.insert(cluster('c1'));
    for (const record of operations) await tx.operations.insert(record);
  });
  await store.close();
  return dbFile;
}

it('names the operations that Heketi has no kind for, and leaves nothing of them in the file', async () => {
  const dbFile = await databaseWith(
    operation('o1', [action('add-device', 'd1')], { type: 'add-device' }),
    operation('o2', [action('delete-brick', 'b1')], { type: 'delete-volume', status: 'stale' }),
  );
  const jsonFile = join(temporaryDirectory(), 'back.json');
  const warnings: string[] = [];
  expect(
    await exportDatabase(
      { dbFile, jsonFile, debug: false },
      () => {},
      (text) => warnings.push(text),
    ),
  ).toBe(0);
  expect(warnings).toEqual([
    'WARNING: operation o1 (add-device d1) is left out: Heketi has no such operation. Finish it first.\n',
  ]);
  const document = JSON.parse(readFileSync(jsonFile, 'utf8')) as { pendingoperations: Record<string, unknown> };
  expect(layoutFaults(document)).toEqual([]);
  expect(Object.keys(document.pendingoperations)).toEqual(['o2']);
});

it('says which path is a folder and no database', async () => {
  const dbFile = temporaryDirectory();
  const silent = (): void => undefined;
  await expect(exportDatabase({ dbFile, jsonFile: '-', debug: false }, silent, silent)).rejects.toThrow(dbFile);
});

it('overwrites nothing', async () => {
  const jsonFile = join(temporaryDirectory(), 'mine.json');
  writeFileSync(jsonFile, 'mine');
  const dbFile = await databaseWith();
  const silent = (): void => undefined;
  await expect(exportDatabase({ dbFile, jsonFile, debug: false }, silent, silent)).rejects.toThrow(/mine\.json exists/);
  expect(readFileSync(jsonFile, 'utf8')).toBe('mine');
});
