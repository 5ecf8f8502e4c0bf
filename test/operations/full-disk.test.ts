import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { DomainError } from '../../src/domain/errors.js';
import { MockExecutor } from '../../src/executors/mock/mock-executor.js';
import type { OperationSettings } from '../../src/operations/settings.js';
import { openStore } from '../../src/store/open-store.js';
import type { Store } from '../../src/store/store.js';
import { differences } from '../support/differences.js';
import { makeMemoryFolder } from '../support/memory-folder.js';
import { done, loadTopology, openPool, strictHosts, volumeRequest } from '../support/pool.js';

const full = () => new DomainError('unavailable', 'The database was not changed: its disk is full. Free some space.');

it('what an operation settles is written as soon as there is space again, though nobody recovers anything', async () => {
  const { pool, hosts, disk } = await poolOnDisk();
  disk.refuseWrites(2, 3);
  expect(await done(pool, await pool.operations.createVolume(volumeRequest()))).toMatch(/^\/volumes\//);
  expect(disk.refused).toBe(3);
  expect(await pool.store.read((tx) => tx.operations.list())).toEqual([]);
  expect(await differences(pool.store, hosts)).toEqual([]);
});

it('what is left of a failed operation is settled as soon as there is space again', async () => {
  const { pool, hosts, disk } = await poolOnDisk();
  hosts.setFaults([{ kind: 'fail', match: 'mkfs.xfs' }]);
  disk.refuseWrites(2, 3);
  await expect(pool.operations.createVolume(volumeRequest()).then((ticket) => done(pool, ticket))).rejects.toThrow(
    /fault injected/,
  );
  expect(disk.refused).toBe(3);
  expect(await pool.store.read((tx) => tx.operations.list())).toEqual([]);
  expect(await differences(pool.store, hosts)).toEqual([]);
});

it('the answer of a job is written as soon as there is space again', async () => {
  const { pool, disk } = await poolOnDisk();
  const [node] = await pool.store.read((tx) => tx.nodes.list());
  disk.refuseWrites(2, 3);
  expect(await done(pool, await pool.operations.setNodeState(node?.id ?? '', 'offline'))).toBe('');
  expect(disk.refused).toBe(3);
  expect((await pool.store.read((tx) => tx.nodes.find(node?.id ?? '')))?.state).toBe('offline');
});

it('a disk that is full while a second try is recorded does not end the operation', async () => {
  const { pool, hosts, disk } = await poolOnDisk({ volumeCreateRetries: 1 });
  hosts.setFaults([{ kind: 'fail', match: 'mkfs.xfs' }]);
  disk.refuseInsertOfVolume(2);
  expect(await done(pool, await pool.operations.createVolume(volumeRequest()))).toMatch(/^\/volumes\//);
  expect(disk.refused).toBe(1);
  expect(await differences(pool.store, hosts)).toEqual([]);
});

async function poolOnDisk(settings: Partial<OperationSettings> = {}) {
  const folder = makeMemoryFolder('mortar-full-disk-');
  const hosts = strictHosts(3, 1);
  const disk = new FullDisk(await openStore({ file: join(folder, 'heketi.db') }));
  const pool = await openPool('', new MockExecutor(hosts), { store: disk.store, settings });
  onTestFinished(async () => {
    await pool.store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await loadTopology(pool, 3, 1);
  return { pool, hosts, disk };
}

/** A store whose disk is full for some writes. */
class FullDisk {
  readonly store: Store;
  refused = 0;
  #first = Number.POSITIVE_INFINITY;
  #count = 0;
  #writes = 0;
  #insert = 0;

  constructor(inner: Store) {
    this.store = {
      ...inner,
      write: async (work, options) => {
        this.#writes++;
        if (this.#writes >= this.#first && this.#writes < this.#first + this.#count) this.#refuse();
        return inner.write(
          (tx) =>
            work({
              ...tx,
              volumes: { ...tx.volumes, insert: (volume) => this.#inserted(() => tx.volumes.insert(volume)) },
            }),
          options,
        );
      },
    };
  }

  /** From now on the `first`-th write and those that follow it, `count` in all. */
  refuseWrites(first: number, count: number): void {
    this.#writes = 0;
    this.#first = first;
    this.#count = count;
  }

  /** The `nth` volume from now on. */
  refuseInsertOfVolume(nth: number): void {
    this.#insert = nth;
  }

  async #inserted(insert: () => Promise<void>): Promise<void> {
    if (this.#insert > 0 && --this.#insert === 0) this.#refuse();
    return insert();
  }

  #refuse(): never {
    this.refused++;
    throw full();
  }
}
