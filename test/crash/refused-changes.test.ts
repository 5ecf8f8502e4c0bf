import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KIB_PER_GIB } from '../../src/domain/size.js';
import type { QueueTicket } from '../../src/operations/ports/queue.js';
import type { OperationSettings } from '../../src/operations/settings.js';
import { openStore } from '../../src/store/open-store.js';
import type { AskedOperations } from '../support/asked-by.js';
import { makeMemoryFolder } from '../support/memory-folder.js';
import { loadTopology, openPool, type Pool, recover, strictHosts } from '../support/pool.js';
import { COMMIT_FAULTS, DyingStore } from './support/dying-store.js';
import { Lab } from './support/lab.js';
import type { Faults } from './support/one-life.js';
import { poolClient } from './support/pool-client.js';
import { makeVolume } from './support/scenario.js';
import { COMMAND_FAULTS, StrikingExecutor } from './support/striking-executor.js';

/** A change that is refused after a look at the hosts, because something is there already. */
interface Refusal {
  readonly name: string;
  readonly settings?: Partial<OperationSettings>;
  prepare(pool: Pool, lab: Lab): Promise<string>;
  request(operations: AskedOperations, id: string): Promise<QueueTicket>;
}

const command = (...argv: readonly string[]) => ({ argv, timeoutMs: 10_000 });

const REFUSALS: readonly Refusal[] = [
  {
    name: 'a clone under the name of one that was made by hand',
    async prepare(pool, { hosts }) {
      const id = await makeVolume(poolClient(pool), { name: 'v' });
      await hosts.run('h1', [
        command('gluster', '--mode=script', 'snapshot', 'create', 'mine', 'v', 'no-timestamp'),
        command('gluster', '--mode=script', 'snapshot', 'activate', 'mine'),
        command('gluster', '--mode=script', 'snapshot', 'clone', 'twin', 'mine'),
        command('gluster', '--mode=script', 'volume', 'start', 'twin'),
      ]);
      return id;
    },
    request: (operations, id) => operations.cloneVolume(id, 'twin'),
  },
  {
    name: 'a device that is a physical volume, and too small',
    settings: { limits: { minBrickKib: 200 * KIB_PER_GIB, maxBrickKib: 400 * KIB_PER_GIB, maxBricksPerVolume: 32 } },
    async prepare(pool, { hosts }) {
      await hosts.run('h1', [command('lvm', 'pvcreate', '/dev/sdc')]);
      const nodes = await pool.store.read((tx) => tx.nodes.list());
      return nodes.find(({ manageNames }) => manageNames.includes('h1'))?.id ?? '';
    },
    request: (operations, nodeId) =>
      operations.addDevice({ nodeId, name: '/dev/sdc', mayDestroyData: false, tags: {} }),
  },
];

/** A look that is answered with a failure may lead to another refusal, or to none. */
const FAULTS = COMMAND_FAULTS.filter((kind) => !kind.endsWith('failed'));

describe.each(REFUSALS)('what is there already, $name, stays as it is', (refusal) => {
  it.for(FAULTS)('when the refused request meets: %s', (kind) =>
    eachPoint(refusal, 'commands', (at) => ({ commands: [{ at, kind }] })),
  );
  it.for(COMMIT_FAULTS)('when the refused request meets: %s', (kind) =>
    eachPoint(refusal, 'commits', (at) => ({ commit: { at, kind } })),
  );
});

async function eachPoint(
  refusal: Refusal,
  of: 'commands' | 'commits',
  faultsAt: (at: number) => Faults,
): Promise<void> {
  const count = (await live(refusal, {}))[of];
  expect(count).toBeGreaterThan(0);
  for (let at = 0; at < count; at++) await live(refusal, faultsAt(at));
}

async function live(
  refusal: Refusal,
  faults: Faults,
): Promise<{ readonly commands: number; readonly commits: number }> {
  const folder = makeMemoryFolder('mortar-refused-');
  const file = join(folder, 'heketi.db');
  const lab = new Lab(strictHosts(3, 2));
  try {
    const quiet = await openPool(file, new StrikingExecutor(lab, []));
    await loadTopology(quiet, 3, 1);
    const id = await refusal.prepare(quiet, lab);
    await quiet.store.close();
    const before = lab.hosts.state();

    const executor = new StrikingExecutor(lab, faults.commands ?? []);
    const opened = await openStore({ file });
    const store = new DyingStore(opened, faults.commit ?? null, () => executor.kill());
    const struck = await openPool(file, executor, { store, settings: refusal.settings ?? {} });
    await Promise.race([refusal.request(struck.operations, id).catch(() => undefined), executor.death]);
    await Promise.race([struck.runner.settled(), executor.death]);
    await opened.close();
    lab.bringBack();

    const after = await openPool(file, new StrikingExecutor(lab, []));
    await recover(after);
    await after.runner.settled();
    await lab.finishLeftovers();
    expect(lab.hosts.state(), JSON.stringify(faults)).toEqual(before);
    expect(await after.store.read((tx) => tx.operations.list())).toEqual([]);
    expect((await after.store.read((tx) => tx.volumes.list())).every(({ pendingId }) => pendingId === null)).toBe(true);
    await after.store.close();
    return { commands: executor.commands, commits: store.commits };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
