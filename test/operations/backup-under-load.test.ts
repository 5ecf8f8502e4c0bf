import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { MockExecutor } from '../../src/executors/mock/mock-executor.js';
import { checkDatabase } from '../../src/interchange/check.js';
import { loadTopology, openPool, recover, strictHosts, volumeRequest, withPool } from '../support/pool.js';

const VOLUMES = 40;

it('backups that are taken while volumes come and go all restore to a database without contradictions', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mortar-backups-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const hosts = strictHosts(3, 4);
  await withPool(hosts, async (pool) => {
    await loadTopology(pool, 3, 4);
    let isRunning = true;
    const work = Promise.all(
      Array.from({ length: VOLUMES }, async (_, n) => {
        await pool.operations.createVolume(volumeRequest({ sizeGib: 1, name: `v${n}` }));
      }),
    )
      .then(() => pool.runner.settled())
      .finally(() => {
        isRunning = false;
      });
    const files: string[] = [];
    while (isRunning) {
      const file = join(folder, `${files.length}.db`);
      writeFileSync(file, await pool.store.backup());
      files.push(file);
      await new Promise(setImmediate); // let the server work on
    }
    await work;

    const volumeCounts: number[] = [];
    const pendingCounts: number[] = [];
    for (const file of files) {
      const restored = await openPool(file, new MockExecutor(hosts));
      const count = () =>
        restored.store.read(async (tx) => ({
          inconsistencies: (await checkDatabase(tx)).totalinconsistencies,
          volumes: (await tx.volumes.list()).length,
          pending: (await tx.operations.list()).length,
        }));
      const before = await count();
      expect(before.inconsistencies).toBe(0);
      volumeCounts.push(before.volumes);
      pendingCounts.push(before.pending);
      await recover(restored);
      await restored.runner.settled();
      expect(await count()).toMatchObject({ inconsistencies: 0, pending: 0 });
      await restored.store.close();
    }
    // The backups really fell into the work: some in its midst, none with more than there was to do.
    expect(pendingCounts.some((count) => count > 0)).toBe(true);
    expect(Math.max(...volumeCounts)).toBeLessThanOrEqual(VOLUMES);
  });
});
