import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { markInterrupted } from '../../src/operations/engine/recovery.js';
import { openStore } from '../../src/store/open-store.js';
import { differences } from '../support/differences.js';
import { makeMemoryFolder } from '../support/memory-folder.js';
import { loadTopology, openPool, type Pool, SILENT, strictHosts } from '../support/pool.js';
import { COMMIT_FAULTS, DyingStore } from './support/dying-store.js';
import { Lab } from './support/lab.js';
import type { Faults } from './support/one-life.js';
import { poolClient } from './support/pool-client.js';
import { makeVolume } from './support/scenario.js';
import { COMMAND_FAULTS, StrikingExecutor } from './support/striking-executor.js';

const CLAIMED_GIB = 4;

/**
 * What the Kubernetes controller does with a claim that grew from 1 to 4 GiB: it looks at the volume, asks for what is
 * missing, and asks anew when it gets no answer. The server dies, or its hosts fail, at any step of the first request.
 */
describe('a claim that grows gets the size it asked for, and not more', () => {
  it.for(COMMAND_FAULTS)('when the expansion meets: %s', (kind) =>
    eachPoint('commands', (at) => ({ commands: [{ at, kind }] })),
  );
  it.for(COMMIT_FAULTS)('when the expansion meets: %s', (kind) =>
    eachPoint('commits', (at) => ({ commit: { at, kind } })),
  );
});

async function eachPoint(of: 'commands' | 'commits', faultsAt: (at: number) => Faults): Promise<void> {
  const count = (await live({}))[of];
  expect(count).toBeGreaterThan(0);
  for (let at = 0; at < count; at++) await live(faultsAt(at));
}

async function live(faults: Faults): Promise<{ readonly commands: number; readonly commits: number }> {
  const folder = makeMemoryFolder('mortar-claim-');
  const file = join(folder, 'heketi.db');
  const lab = new Lab(strictHosts(3, 2));
  try {
    const quiet = await openPool(file, new StrikingExecutor(lab, []));
    await loadTopology(quiet, 3, 2);
    const id = await makeVolume(poolClient(quiet), { sizeGib: 1 });
    await quiet.store.close();

    const executor = new StrikingExecutor(lab, faults.commands ?? []);
    const opened = await openStore({ file });
    const store = new DyingStore(opened, faults.commit ?? null, () => executor.kill());
    const struck = await openPool(file, executor, { store });
    await Promise.race([askForMissing(struck, id), executor.death]);
    await Promise.race([struck.runner.settled(), executor.death]);
    await opened.close();
    lab.bringBack();

    // The controller asks anew before the server has settled what it found, and again once it has.
    const after = await openPool(file, new StrikingExecutor(lab, []));
    await markInterrupted(after.store, SILENT);
    await askForMissing(after, id);
    await after.recovery.run();
    await after.runner.settled();
    await askForMissing(after, id);
    await after.runner.settled();
    await lab.finishLeftovers();
    expect((await after.store.read((tx) => tx.volumes.find(id)))?.sizeGib, JSON.stringify(faults)).toBe(CLAIMED_GIB);
    expect(await after.store.read((tx) => tx.operations.list())).toEqual([]);
    expect((await differences(after.store, lab.hosts)).filter((text) => !text.includes('directory'))).toEqual([]);
    await after.store.close();
    return { commands: executor.commands, commits: store.commits };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function askForMissing({ operations, store }: Pool, id: string): Promise<void> {
  const sizeGib = (await store.read((tx) => tx.volumes.find(id)))?.sizeGib ?? 0;
  if (sizeGib < CLAIMED_GIB) await operations.expandVolume(id, CLAIMED_GIB - sizeGib).catch(() => undefined);
}
