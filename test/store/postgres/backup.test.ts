import { readdirSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openPostgres, type PostgresStore } from '../../../src/store/open-store.js';
import { openPostgresStore } from '../../../src/store/postgres/postgres-store.js';
import type { RowsOfTable } from '../../../src/store/raw-rows.js';
import { digestOfRows } from '../../../src/store/row-digest.js';
import { fileOfRows } from '../../../src/store/sqlite/file-of-rows.js';
import { rowsOfFile } from '../../../src/store/sqlite/rows-of-file.js';
import type { BackupFile, ReadTx } from '../../../src/store/store.js';
import { CommitCutter } from '../../support/commit-cutter.js';
import { isLackingPostgres, sharedPostgres } from '../../support/postgres-server.js';
import { action, blockVolume, brick, cluster, device, node, operation, queueEntry, volume } from '../records.js';
import { openTemporary, temporaryDirectory, temporaryFile } from '../temporary-database.js';
import { closedAfter } from './closed-after.js';

async function everything(tx: ReadTx): Promise<object> {
  return {
    clusters: await tx.clusters.list(),
    nodes: await tx.nodes.list(),
    byName: await tx.nodes.findByManageName('a1.manage'),
    devices: await tx.devices.list(),
    bricks: await tx.bricks.list(),
    volumes: await tx.volumes.list(),
    blockVolumes: await tx.blockVolumes.list(),
    operations: await tx.operations.list(),
    queue: await tx.queue.find('q1'),
    key: await tx.idempotencyKeys.find('k'),
    attributes: await tx.attributes.list(),
    faults: await tx.linkFaults.list(),
    hostKeys: await tx.hostKeys.list(),
  };
}

async function openFilled(): Promise<PostgresStore> {
  const server = await sharedPostgres();
  const store = closedAfter(await openPostgres({ postgres: server.target(await server.newDatabase()) }));
  await store.write(async (tx) => {
    await tx.clusters.insert(cluster('c1'));
    await tx.nodes.insert(node('a1', { tags: { rack: 'r1' } }));
    await tx.devices.insert(device('d1', { totalKib: 2 ** 52, exact: { freeKib: 2n ** 60n } }));
    for (let n = 0; n < 1100; n++) await tx.bricks.insert([brick(`b${n}`)]);
    await tx.volumes.insert(volume('f1', { snapshotFactor: 1.5, options: null }));
    await tx.blockVolumes.insert(blockVolume('e1'));
    await tx.operations.insert(operation('o1', [action('expand-volume', 'f1', 7)], { plan: { deep: [1, null] } }));
    await tx.queue.insert(queueEntry('q1'));
    await tx.idempotencyKeys.insert({ key: 'k', requestHash: 'h', queueId: 'q1', createdAt: 1_700_000_000_000 });
    await tx.linkFaults.insert({ relation: 'volume-brick', parentId: 'f1', childId: 'x', kind: 'extra' });
    await tx.hostKeys.insert({ host: 'h1', port: 22, key: 'AAAA', pinnedAt: 7 });
  });
  return store;
}

afterEach(() => void vi.unstubAllEnvs());

async function piecesOf(file: BackupFile): Promise<readonly Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for await (const piece of file.pieces()) pieces.push(piece);
  return pieces;
}

/** Sessions that hold a transaction open. */
async function sessionsInTransactions(): Promise<number> {
  const server = await sharedPostgres();
  const [found] = await server.query(
    "select count(*)::int as sessions from pg_stat_activity where state like 'idle in transaction%'",
  );
  return Number(found?.['sessions']);
}

describe.skipIf(isLackingPostgres('a backup of a database on PostgreSQL'))(
  'a backup of a database on PostgreSQL',
  () => {
    it('is a whole database file with everything that was committed, known as a copy', async () => {
      const store = await openFilled();
      const file = temporaryFile();
      writeFileSync(file, await store.backup());
      const copy = await openTemporary(file);
      expect(await copy.read(everything)).toEqual(await store.read(everything));
      expect(await copy.read((tx) => tx.origin.copiedAt())).toBeGreaterThan(0);
    });

    it('holds the same rows, one by one, and comes in pieces of a file that has no name', async () => {
      const store = await openFilled();
      vi.stubEnv('TMPDIR', temporaryDirectory());
      const file = await store.openBackup();
      await store.write((tx) => tx.clusters.insert(cluster('later')));
      expect(readdirSync(process.env['TMPDIR'] ?? '')).toEqual([]);
      const pieces = await piecesOf(file);
      const bytes = Buffer.concat(pieces);
      expect(bytes.length).toBe(file.sizeBytes);
      expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(256 * 1024);
      await store.write((tx) => tx.clusters.delete('later'));
      expect(await digestOfRows(rowsOfFile(bytes))).toBe(await store.digest());
      file.close();
      file.close();
      await expect(piecesOf(file)).rejects.toThrow();
    });

    it('that nobody reads keeps nothing open in the database', async () => {
      const store = await openFilled();
      const file = await store.openBackup();
      await vi.waitFor(async () => expect(await sessionsInTransactions()).toBe(0));
      file.close();
    });

    it('for which there is no place is refused, with what to do', async () => {
      const store = await openFilled();
      vi.stubEnv('TMPDIR', '/nowhere');
      await expect(store.openBackup()).rejects.toMatchObject({
        code: 'unavailable',
        message: expect.stringMatching(/can't be made in \/nowhere: .*Set TMPDIR/),
      });
    });

    it('whose connection breaks is refused, and nothing is left of it', async () => {
      const server = await sharedPostgres();
      const cutter = await CommitCutter.before(server);
      const postgres = server.target(await server.newDatabase(), { host: '127.0.0.1', port: cutter.port });
      async function* broken(rows: AsyncIterable<RowsOfTable>): AsyncGenerator<RowsOfTable> {
        for await (const some of rows) {
          yield some;
          cutter.refuse();
        }
      }
      const store = closedAfter(await openPostgresStore({ postgres }, (rows, why) => fileOfRows(broken(rows), why)));
      vi.stubEnv('TMPDIR', temporaryDirectory());
      await expect(store.openBackup()).rejects.toMatchObject({ code: 'unavailable' });
      expect(readdirSync(process.env['TMPDIR'] ?? '')).toEqual([]);
    });

    it('for a deployment is one that a server goes on with at once', async () => {
      const store = await openFilled();
      const file = temporaryFile();
      writeFileSync(file, await store.backup('deployment'));
      const copy = await openTemporary(file);
      expect(await copy.read((tx) => tx.origin.copiedAt())).toBeNull();
      await copy.write((tx) => tx.clusters.insert(cluster('c2')));
    });
  },
);
