import { expect, it } from 'vitest';
import { TransportError } from '../../src/executors/executor.js';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import { markInterrupted } from '../../src/operations/engine/recovery.js';
import type { IdempotencyRequest } from '../../src/operations/ports/requests.js';
import { differences } from '../support/differences.js';
import { Gate } from '../support/gate.js';
import {
  loadTopology,
  openPool,
  type Pool,
  SILENT,
  STAYING,
  strictHosts,
  volumeRequest,
  withPool,
} from '../support/pool.js';
import { WatchedExecutor } from '../support/watched-executor.js';

const run = async (hosts: SimulatedHosts, host: string, ...argv: readonly string[]) => {
  const [result] = await hosts.run(host, [{ argv, timeoutMs: 1000 }]);
  expect(result).toMatchObject({ exitCode: 0 });
};

interface Restarted {
  readonly pool: Pool;
  readonly queueId: string;
  readonly hosts: SimulatedHosts;
}

/** A server that was started again after it died with a complete volume, before its recovery. */
async function afterACrash(work: (restarted: Restarted) => Promise<void>, key?: IdempotencyRequest): Promise<void> {
  const hosts = strictHosts(3, 1);
  const reached = new Gate();
  const dead = new Gate();
  const executor = new WatchedExecutor(hosts, async (line) => {
    if (!line.includes(' volume start ')) return;
    reached.open();
    await dead.opened;
    throw new TransportError('h1', 'gone', true);
  });
  await withPool(executor, async (first, file) => {
    await loadTopology(first, 3, 1);
    const { queueId } = await first.operations.createVolume(volumeRequest({ name: 'made' }), key);
    await reached.opened;
    await first.runner.drain(0);
    dead.open();
    await first.runner.settled();
    await first.store.close();
    await run(hosts, 'h1', 'gluster', '--mode=script', 'volume', 'start', 'made');
    const pool = await openPool(file, new WatchedExecutor(hosts, () => undefined));
    try {
      await markInterrupted(pool.store, SILENT);
      await work({ pool, queueId, hosts });
      expect(await pool.store.read((tx) => tx.operations.list())).toEqual([]);
      expect(await differences(pool.store, hosts)).toEqual([]);
    } finally {
      await pool.runner.settled();
      await pool.store.close();
    }
  });
}

const volumes = async (pool: Pool) => (await pool.store.read((tx) => tx.volumes.list())).map(({ name }) => name);
const unclaimed = async (pool: Pool) =>
  (await pool.store.read((tx) => tx.volumes.listUnclaimed())).map(({ name }) => name);

it('an interrupted create whose client does not come back is taken back', () =>
  afterACrash(async ({ pool, queueId }) => {
    await pool.recovery.run();
    expect(await volumes(pool)).toEqual([]);
    expect(await pool.answers.fetch(queueId, STAYING)).toMatchObject({ state: 'failed' });
  }));

it('one whose client has come back is finished, and fetched', () =>
  afterACrash(async ({ pool, queueId }) => {
    const poll = pool.answers.fetch(queueId, STAYING);
    await pool.store.write(async () => undefined);
    await pool.recovery.run();
    expect(await poll).toMatchObject({ state: 'done' });
    await pool.store.write(async () => undefined);
    expect([await volumes(pool), await unclaimed(pool)]).toEqual([['made'], []]);
  }));

it('one with an Idempotency-Key is finished: its client asks again under the same key', () =>
  afterACrash(
    async ({ pool }) => {
      await pool.recovery.run();
      expect([await volumes(pool), await unclaimed(pool)]).toEqual([['made'], ['made']]);
    },
    { key: 'k', requestHash: 'h' },
  ));

it('one whose volume is in use is kept, and listed', () =>
  afterACrash(async ({ pool, hosts }) => {
    await run(hosts, 'h2', 'mount', '-t', 'glusterfs', '10.0.0.1:/made', '/mnt');
    await pool.recovery.run();
    expect([await volumes(pool), await unclaimed(pool)]).toEqual([['made'], ['made']]);
    await run(hosts, 'h2', 'umount', '/mnt');
  }));
