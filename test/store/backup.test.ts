import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { SERVER } from '../../src/domain/event.js';
import { tell } from '../../src/events/tell.js';
import type { BackupContents } from '../../src/store/store.js';
import { ENGINES, openIn } from './engines.js';
import { auditEntry, cluster, volume } from './records.js';
import { openTemporary, temporaryFile } from './temporary-database.js';

it('a backup is a database with everything that was committed', async () => {
  const store = await openTemporary();
  await store.write(async (tx) => {
    await tx.clusters.insert(cluster('c1'));
    for (let n = 0; n < 500; n += 1) await tx.volumes.insert(volume(`f${n}`));
  });
  const file = temporaryFile();
  writeFileSync(file, await store.backup());
  const copy = await openTemporary(file);
  expect(await copy.read((tx) => tx.volumes.list())).toEqual(await store.read((tx) => tx.volumes.list()));
  expect(await copy.read((tx) => tx.attributes.list())).toEqual(await store.read((tx) => tx.attributes.list()));
});

it('a backup needs no log beside it, and so opens where nothing may be written', async () => {
  const store = await openTemporary();
  await store.write((tx) => tx.clusters.insert(cluster('c1')));
  const file = temporaryFile();
  writeFileSync(file, await store.backup());
  const copy = new Database(file, { readonly: true });
  expect(copy.prepare('select id from cluster').pluck().all()).toEqual(['c1']);
  copy.close();
  expect(readdirSync(dirname(file))).toEqual(['heketi.db']);
});

it('a backup holds all of a group of writes or nothing of it', async () => {
  const store = await openTemporary();
  const writes = [1, 2].map((n) => store.write((tx) => tx.clusters.insert(cluster(`c${n}`))));
  const backups = [store.backup(), writes[0]?.then(() => store.backup())];
  await Promise.all(writes);
  const counts: number[] = [];
  for (const backup of backups) {
    const file = temporaryFile();
    writeFileSync(file, (await backup) ?? '');
    const copy = await openTemporary(file);
    counts.push((await copy.read((tx) => tx.clusters.list())).length);
  }
  expect(counts).toEqual([0, 2]);
});

it('a backup of a new database fits well into a secret', async () => {
  const file = temporaryFile();
  const store = await openTemporary(file);
  const backup = await store.backup();
  expect(backup.length).toBeLessThan(200 * 1024);
  await store.close();
  // But for the seal at its end.
  expect(readFileSync(file).length - backup.length).toBeLessThan(32);
});

it.each(ENGINES)('$name: one without history has all but events and the audit, whose ids go on', async (engine) => {
  const store = await openIn(engine);
  await store.write(async (tx) => {
    await tx.clusters.insert(cluster('c1'));
    await tell(tx, 'backup.made', SERVER);
    await tx.audit.insert([auditEntry(), auditEntry()]);
  });
  const copyOf = async (contents: BackupContents) => {
    const file = temporaryFile();
    writeFileSync(file, await store.backup('archive', contents));
    const copy = await openTemporary(file);
    return copy.read(async ({ clusters, events, audit }) => ({
      clusters: (await clusters.list()).map(({ id }) => id),
      events: (await events.listAfter(0, 10)).map(({ id }) => id),
      audit: (await audit.listAfter(0, 10)).map(({ id }) => id),
      last: [await events.findLastId(), await audit.findLastId()],
    }));
  };
  expect(await copyOf('all')).toEqual({ clusters: ['c1'], events: [1], audit: [1, 2], last: [1, 2] });
  expect(await copyOf('without-history')).toEqual({ clusters: ['c1'], events: [], audit: [], last: [1, 2] });
});
