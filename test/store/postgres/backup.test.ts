import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../../src/store/open-store.js';
import type { ReadTx, Store } from '../../../src/store/store.js';
import { isLackingPostgres, sharedPostgres } from '../../support/postgres-server.js';
import { action, blockVolume, brick, cluster, device, node, operation, queueEntry, volume } from '../records.js';
import { openTemporary, temporaryFile } from '../temporary-database.js';
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

async function openFilled(): Promise<Store> {
  const server = await sharedPostgres();
  const store = closedAfter(await openStore({ postgres: server.target(await server.newDatabase()) }));
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
