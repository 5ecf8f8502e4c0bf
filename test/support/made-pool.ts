import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { recordedPool } from '../../src/app/recorded-pool.js';
import type { Executor } from '../../src/executors/executor.js';
import { MockExecutor } from '../../src/executors/mock/mock-executor.js';
import { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import { openStore } from '../../src/store/open-store.js';
import type { Store } from '../../src/store/store.js';
import { makeDatabase } from './made-database.js';
import type { PoolShape } from './made-dump.js';
import { makeMemoryFolder } from './memory-folder.js';
import { openPool, type Pool } from './pool.js';

export interface MadePool {
  readonly pool: Pool;
  readonly store: Store;
  readonly hosts: SimulatedHosts;
  readonly executor: Executor;
}

/** A pool of any size that nobody had to create, and its hosts as it has them. */
export async function withMadePool<T>(shape: PoolShape, work: (made: MadePool) => Promise<T>): Promise<T> {
  const folder = makeMemoryFolder('mortar-made-');
  const file = join(folder, 'heketi.db');
  await makeDatabase(file, shape);
  const store = await openStore({ file });
  try {
    const hosts = new SimulatedHosts({ mode: 'strict', deviceSizeGib: 500 });
    hosts.seedFromRecords(await store.read(recordedPool));
    const executor = new MockExecutor(hosts);
    return await work({ pool: await openPool('', executor, { store }), store, hosts, executor });
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
