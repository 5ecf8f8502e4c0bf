import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import type { Id } from '../../src/domain/ids.js';
import type { PendingOperation } from '../../src/domain/pending-operation.js';
import { ClusterMemory } from '../../src/store/memory/cluster-memory.js';
import { loadMigrations } from '../../src/store/migrations.js';
import { sqliteConnection, sqliteTransactions } from '../../src/store/sqlite/connection.js';
import { migrate } from '../../src/store/sqlite/migrate.js';
import { StatementCache } from '../../src/store/sqlite/statement-cache.js';
import { UnitsOfWork } from '../../src/store/sqlite/units-of-work.js';
import { writingAtOnce } from '../../src/store/statement.js';
import type { ReadTx, Tx } from '../../src/store/store.js';
import { tables } from '../../src/store/tables.js';
import { seededRandom, seedFrom } from '../support/seeded-random.js';
import { action, blockVolume, brick, device, node, operation, volume } from './records.js';

interface Scene {
  readonly units: UnitsOfWork;
  /** The tables themselves. */
  readonly rows: Tx;
  /** Rows that were read of the database so far, by anybody but `rows`. */
  rowsRead(): number;
  /** The next commit fails. */
  failNextCommit(): void;
}

function openScene(): Scene {
  const database = new Database(':memory:');
  migrate(database, loadMigrations('sqlite'), 0);
  const statements = new StatementCache(database, 256);
  const connection = sqliteConnection(statements);
  let rowsRead = 0;
  const counting = writingAtOnce({
    async all(statement, values) {
      const rows = await connection.all(statement, values);
      rowsRead += rows.length;
      return rows;
    },
    run: (statement, values) => connection.run(statement, values),
  });
  let isFailing = false;
  const transactions = sqliteTransactions(database, statements);
  const commit = (): void => {
    if (isFailing) {
      isFailing = false;
      throw new Error('the disk is full');
    }
    transactions.commit();
  };
  const memory = new ClusterMemory();
  const tx = memory.over(tables(counting));
  return {
    units: new UnitsOfWork(tx, tx, { ...transactions, commit }, { memory }),
    rows: tables(connection),
    rowsRead: () => rowsRead,
    failNextCommit() {
      isFailing = true;
    },
  };
}

const CLUSTERS = ['c1', 'c2'];

/** Everything that is remembered, as these tables have it. */
async function lists(tx: ReadTx): Promise<object> {
  const all = [];
  for (const id of CLUSTERS) {
    all.push({
      nodes: await tx.nodes.listByCluster(id),
      devices: await tx.devices.listByNodeOfCluster(id, true),
      volumes: await tx.volumes.listVisibleIdsByCluster(id),
      blockVolumes: await tx.blockVolumes.listVisibleIdsByCluster(id),
      count: await tx.volumes.countByCluster(id),
    });
  }
  return { all, volumes: await tx.volumes.listVisibleIds(), blockVolumes: await tx.blockVolumes.listVisibleIds() };
}

/** Changes at random what is there, in every way in which rows can be changed. */
class Changer {
  readonly #random: () => number;
  readonly #rows: Tx;
  #last = 0;

  constructor(rows: Tx, random: () => number) {
    this.#rows = rows;
    this.#random = random;
  }

  async change(tx: Tx): Promise<void> {
    const changes = [
      () => tx.nodes.insert(node(this.#id('a'), { clusterId: this.#one(CLUSTERS) })),
      () => this.#some(tx.nodes, (one) => tx.nodes.update({ ...one, zone: this.#below(5) })),
      () => this.#some(tx.nodes, (one) => tx.nodes.update({ ...one, clusterId: this.#one(CLUSTERS) })),
      () => this.#seldom(() => this.#some(tx.nodes, ({ id }) => tx.nodes.delete(id))),
      () => this.#some(tx.nodes, ({ id }) => tx.devices.insert(device(this.#id('d'), { nodeId: id }))),
      () => this.#some(tx.nodes, ({ id }) => tx.devices.insert(device(this.#id('d'), { nodeId: id }))),
      () => this.#some(tx.devices, (one) => tx.devices.update({ ...one, freeKib: this.#below(1000) })),
      () => this.#seldom(() => this.#some(tx.devices, ({ id }) => tx.devices.delete(id))),
      () => this.#insertBricks(tx),
      () => this.#some(tx.bricks, (one) => tx.bricks.update({ ...one, poolMetadataKib: this.#below(9) })),
      () => this.#some(tx.bricks, ({ id }) => tx.bricks.park(id, 'o')),
      () => this.#some(tx.bricks, ({ id }) => tx.bricks.delete([id])),
      () => tx.volumes.insert(volume(this.#id('f'), { clusterId: this.#one(CLUSTERS) })),
      () => this.#some(tx.volumes, (one) => tx.volumes.update({ ...one, sizeGib: this.#below(9) })),
      () => this.#some(tx.volumes, ({ id }) => tx.volumes.delete(id)),
      () => tx.blockVolumes.insert(blockVolume(this.#id('b'), { clusterId: this.#one(CLUSTERS) })),
      () => this.#some(tx.blockVolumes, ({ id }) => tx.blockVolumes.delete(id)),
      async () => tx.operations.insert(await this.#operation(tx, this.#id('o'))),
      () => this.#some(tx.operations, async ({ id }) => tx.operations.update(await this.#operation(tx, id))),
      () => this.#some(tx.operations, ({ id }) => tx.operations.delete(id)),
      () => this.#seldom(() => this.#fault(tx)),
      () => this.#some(tx.linkFaults, ({ childId }) => tx.linkFaults.deleteByObject(childId)),
      () => tx.linkFaults.deleteByObject(this.#id('x')),
      async () => void (await lists(tx)),
      async () => void (await tx.devices.listByNodeOfCluster(this.#one(CLUSTERS), false)),
      async () => void (await tx.volumes.listVisibleIds()),
    ];
    await this.#one(changes)();
  }

  async #insertBricks(tx: Tx): Promise<void> {
    await this.#some(tx.devices, async ({ id, nodeId }) => {
      // An imported brick may name another node than its device does.
      const named = this.#below(5) === 0 ? 'a-wrong' : nodeId;
      const bricks = [1, 2].map(() =>
        brick(this.#id('b'), { deviceId: id, nodeId: named, poolMetadataKib: this.#below(9) }),
      );
      await tx.bricks.insert(bricks);
    });
  }

  async #operation(tx: Tx, id: Id): Promise<PendingOperation> {
    const kinds = ['add-volume', 'delete-volume', 'add-volume-clone', 'expand-volume', 'add-brick'] as const;
    const volumes = await tx.volumes.list();
    const blockVolumes = await tx.blockVolumes.list();
    return operation(id, [
      action(this.#one(kinds), volumes.length > 0 ? this.#one(volumes).id : 'f'),
      action('delete-block-volume', blockVolumes.length > 0 ? this.#one(blockVolumes).id : 'b'),
    ]);
  }

  async #fault(tx: Tx): Promise<void> {
    const fault = { relation: 'cluster-volume', parentId: this.#one(CLUSTERS) } as const;
    if (this.#below(2) === 0) await tx.linkFaults.insert({ ...fault, childId: this.#id('gone'), kind: 'extra' });
    else await this.#some(tx.volumes, ({ id }) => tx.linkFaults.insert({ ...fault, childId: id, kind: 'missing' }));
  }

  async #some<T>(rows: { list(): Promise<readonly T[]> }, work: (one: T) => Promise<void>): Promise<void> {
    const all = await rows.list();
    if (all.length > 0) await work(this.#one(all));
  }

  async #seldom(work: () => Promise<void>): Promise<void> {
    if (this.#below(6) === 0) await work();
  }

  /** Some sort before those that are there. */
  #id(prefix: string): Id {
    this.#last += 1;
    return `${prefix}${this.#below(1000)}-${this.#last}`;
  }

  #one<T>(items: readonly T[]): T {
    return items[this.#below(items.length)] as T;
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  /** What memory answers is what the rows say, in a unit and after it. */
  async check(tx: ReadTx): Promise<void> {
    expect(await lists(tx)).toEqual(await lists(this.#rows));
  }
}

it('what is remembered is what is written, whatever is written, taken back, or fails', async () => {
  const random = seededRandom(seedFrom('MORTAR_MEMORY_SEED'));
  for (let life = 0; life < 12; life++) {
    const { units, rows, failNextCommit } = openScene();
    const changer = new Changer(rows, random);
    const unit = () =>
      units.write(async (tx) => {
        const changes = Math.floor(random() * 6);
        for (let i = 0; i < changes; i++) await changer.change(tx);
        if (random() < 0.1) await changer.check(tx);
        if (random() < 0.3) throw new Error('refused');
      });
    for (let group = 0; group < 40; group++) {
      if (random() < 0.1) failNextCommit();
      await Promise.allSettled(Array.from({ length: 1 + Math.floor(random() * 4) }, unit));
      if (random() < 0.5) await units.read((tx) => changer.check(tx));
    }
    await units.read((tx) => changer.check(tx));
  }
});

async function fill(scene: Scene, nodes: number, volumes: number): Promise<void> {
  await scene.units.write(async (tx) => {
    for (let n = 0; n < nodes; n++) {
      await tx.nodes.insert(node(`a${n}`));
      await tx.devices.insert(device(`d${n}`, { nodeId: `a${n}` }));
    }
    for (let v = 0; v < volumes; v++) await tx.volumes.insert(volume(`f${v}`));
  });
  await scene.units.read(lists);
}

it.each([
  ['that wrote nothing', async () => undefined],
  ['that wrote a device', async (tx: Tx) => tx.devices.update(device('d1', { nodeId: 'a1', freeKib: 1 }))],
  [
    'that wrote a volume and its operation',
    async (tx: Tx) => {
      await tx.volumes.insert(volume('f-new'));
      await tx.operations.insert(operation('o', [action('add-volume', 'f-new')]));
    },
  ],
])('a refused unit %s leaves the rest as it was known', async (_, work) => {
  const scene = openScene();
  await fill(scene, 50, 50);
  const before = await scene.units.read((tx) => tx.devices.listByNodeOfCluster('c1', true));
  const refused = scene.units.write(async (tx) => {
    await work(tx);
    throw new Error('refused');
  });
  await expect(refused).rejects.toThrow('refused');
  const readSoFar = scene.rowsRead();
  const after = await scene.units.read(async (tx) => {
    await lists(tx);
    return tx.devices.listByNodeOfCluster('c1', true);
  });
  expect(scene.rowsRead() - readSoFar).toBe(0);
  expect(after.every((group, i) => group === before[i])).toBe(true);
});

it('a change has only those rows read that it is about', async () => {
  const read = [];
  for (const size of [20, 200]) {
    const scene = openScene();
    await fill(scene, size, size);
    const readSoFar = scene.rowsRead();
    await scene.units.write(async (tx) => {
      await tx.volumes.insert(volume('f-new'));
      await tx.bricks.insert([brick('b-new', { deviceId: 'd1', nodeId: 'a1' })]);
      await tx.devices.update(device('d1', { nodeId: 'a1', freeKib: 1 }));
      await tx.operations.insert(operation('o', [action('add-volume', 'f-new')]));
    });
    await scene.units.read(lists);
    await scene.units.write((tx) => tx.operations.delete('o'));
    await scene.units.read(lists);
    await scene.units.write((tx) => tx.devices.insert(device('d-new', { nodeId: 'a1' })));
    await scene.units.read(lists);
    read.push(scene.rowsRead() - readSoFar);
  }
  expect(read[1]).toBe(read[0]);
  expect(read[0]).toBeLessThan(10);
});
