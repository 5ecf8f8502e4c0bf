import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { MockExecutor } from '../../src/executors/mock/mock-executor.js';
import { openStore } from '../../src/store/open-store.js';
import { makeMemoryFolder } from '../support/memory-folder.js';
import { loadTopology, openPool, strictHosts, volumeRequest } from '../support/pool.js';
import { rerunningStore } from '../support/rerunning-store.js';

/* The crash matrix and the tests of operations run each unit twice; here the second run finds another state. */

it('a request that turns out to be repeated when its unit is run again takes no place', async () => {
  const folder = makeMemoryFolder('mortar-run-again-');
  const opened = await openStore({ file: join(folder, 'heketi.db') });
  const key = { key: 'k', requestHash: 'h' };
  let between = async (): Promise<void> => undefined;
  const store = rerunningStore(opened, () => between());
  const pool = await openPool('', new MockExecutor(strictHosts(3, 1)), { store, settings: { maxInflight: 1 } });
  onTestFinished(async () => {
    await pool.runner.settled();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await loadTopology(pool, 3, 1);

  between = async () => {
    between = async () => undefined;
    const queueId = 'a'.repeat(32);
    const answer = { id: queueId, operationId: null, state: 'done', location: '/volumes/x', error: null } as const;
    await opened.write(async (tx) => {
      await tx.queue.insert({ ...answer, createdAt: Date.now() });
      await tx.idempotencyKeys.insert({ ...key, queueId, createdAt: Date.now() });
    });
  };
  expect(await pool.operations.createVolume(volumeRequest(), key)).toEqual({ queueId: 'a'.repeat(32) });
  expect(await pool.operations.inFlight()).toBe(0);
});
