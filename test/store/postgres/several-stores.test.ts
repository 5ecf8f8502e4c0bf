import { describe, expect, it } from 'vitest';
import { openStore } from '../../../src/store/open-store.js';
import type { ReadTx, Store, Tx } from '../../../src/store/store.js';
import { isLackingPostgres, sharedPostgres } from '../../support/postgres-server.js';
import { brick, cluster, device, node, volume } from '../records.js';
import { closedAfter } from './closed-after.js';

async function openStores(count: number): Promise<{ stores: readonly Store[]; database: string }> {
  const server = await sharedPostgres();
  const database = await server.newDatabase();
  const opening = Array.from({ length: count }, () => openStore({ postgres: server.target(database) }));
  return { stores: (await Promise.all(opening)).map(closedAfter), database };
}

async function addOne(tx: Tx): Promise<void> {
  const counter = await tx.nodes.find('a1');
  if (counter) await tx.nodes.update({ ...counter, zone: counter.zone + 1 });
}

/** What is remembered beside the rows. */
async function remembered(tx: ReadTx): Promise<object> {
  return {
    nodes: (await tx.nodes.listByCluster('c1')).map(({ id, zone }) => [id, zone]),
    devices: await tx.devices.listByNodeOfCluster('c1', true),
    volumes: await tx.volumes.listVisibleIds(),
    count: await tx.volumes.countByCluster('c1'),
  };
}

describe.skipIf(isLackingPostgres('several stores on one PostgreSQL'))('several stores on one database', () => {
  it('make its tables together, each migration once', async () => {
    const { stores, database } = await openStores(5);
    const server = await sharedPostgres();
    const versions = await server.query('select version from schema_migration order by version', database);
    expect(versions.map(({ version }) => version)).toEqual(versions.map((_, n) => n + 1));
    const attributes = await Promise.all(stores.map((store) => store.read((tx) => tx.attributes.list())));
    expect(attributes.every((one) => one.get('DB_GENERATION_ID') === attributes[0]?.get('DB_GENERATION_ID'))).toBe(
      true,
    );
  });

  it('lose no change of one another', async () => {
    const { stores } = await openStores(3);
    await stores[0]?.write((tx) => tx.nodes.insert(node('a1', { zone: 0 })));
    const writer = async (store: Store): Promise<void> => {
      for (let n = 0; n < 30; n++) await store.write(addOne);
    };
    await Promise.all(stores.flatMap((store) => [writer(store), writer(store)]));
    const counters = await Promise.all(stores.map((store) => store.read((tx) => tx.nodes.find('a1'))));
    expect(counters.map((counter) => counter?.zone)).toEqual([180, 180, 180]);
  });

  it('run a unit again that another one came between, on what that one wrote', async () => {
    const { stores } = await openStores(2);
    const [one, other] = stores as [Store, Store];
    await one.write((tx) => tx.nodes.insert(node('a1', { zone: 0 })));
    let runs = 0;
    let begun = (): void => undefined;
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const slow = one.write(async (tx) => {
      runs += 1;
      await tx.nodes.find('a1');
      begun();
      await addOne(tx);
      return runs;
    });
    await hasBegun;
    await other.write(addOne);
    await slow;
    expect((await one.read((tx) => tx.nodes.find('a1')))?.zone).toBe(2);
  });

  it('remember nothing that another one has changed, for reads and for writes', async () => {
    const { stores } = await openStores(2);
    const [one, other] = stores as [Store, Store];
    await one.write(async (tx) => {
      await tx.clusters.insert(cluster('c1'));
      await tx.nodes.insert(node('a1'));
      await tx.devices.insert(device('d1'));
      await tx.volumes.insert(volume('f1'));
    });
    const changes: ((tx: Tx) => Promise<void>)[] = [
      (tx) => tx.devices.update(device('d1', { freeKib: 1 })),
      (tx) => tx.nodes.insert(node('a2')),
      (tx) => tx.devices.insert(device('d2', { nodeId: 'a2' })),
      (tx) => tx.bricks.insert([brick('b1', { deviceId: 'd2', nodeId: 'a2', poolMetadataKib: 77 })]),
      (tx) => tx.volumes.insert(volume('f2')),
      (tx) => tx.volumes.delete('f1'),
      (tx) => tx.nodes.delete('a1'),
    ];
    for (const [n, change] of changes.entries()) {
      const [writer, reader] = n % 2 === 0 ? [other, one] : [one, other];
      await reader.read(remembered);
      await reader.write(remembered);
      await writer.write(change);
      const truth = await writer.read(remembered);
      expect(await reader.read(remembered)).toEqual(truth);
      expect(await reader.write(remembered)).toEqual(truth);
    }
  });

  it('see one state from the first query of a read to its last', async () => {
    const { stores } = await openStores(2);
    const [one, other] = stores as [Store, Store];
    const seen = await one.read(async (tx) => {
      const before = await tx.clusters.list();
      await other.write((writing) => writing.clusters.insert(cluster('c1')));
      return [before, await tx.clusters.list()];
    });
    expect(seen).toEqual([[], []]);
    expect(await one.read((tx) => tx.clusters.list())).toHaveLength(1);
  });
});
