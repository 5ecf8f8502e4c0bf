import { expect, it } from 'vitest';
import { MockExecutor } from '../../src/executors/mock/mock-executor.js';
import { createMetrics } from '../../src/metrics/registry.js';
import { findDifferences } from '../../src/operations/examination/find-differences.js';
import { differences } from '../support/differences.js';
import { exposed, NO_USAGE } from '../support/exposed.js';
import { HOST_SETTINGS } from '../support/host-settings.js';
import { done, loadTopology, type Pool, STAYING, strictHosts, volumeRequest, withPool } from '../support/pool.js';

const HOUR_MS = 3_600_000;

const unclaimed = async (pool: Pool) => {
  await pool.store.write(async () => undefined); // what goes along is on disk
  return (await pool.store.read((tx) => tx.volumes.listUnclaimed())).map(({ name }) => name);
};

const create = async (pool: Pool, name: string) => {
  const ticket = await pool.operations.createVolume(volumeRequest({ name }));
  const location = await done(pool, ticket);
  return { ...ticket, id: location.slice('/volumes/'.length) };
};

const withThree = (work: (pool: Pool, hosts: ReturnType<typeof strictHosts>) => Promise<void>) => {
  const hosts = strictHosts(3, 2);
  return withPool(hosts, async (pool) => {
    await loadTopology(pool, 3, 2);
    await work(pool, hosts);
  });
};

it('a volume is unclaimed until a client has fetched the result of its creation', () =>
  withThree(async (pool) => {
    const fetched = await create(pool, 'fetched');
    await create(pool, 'left');
    expect((await unclaimed(pool)).sort()).toEqual(['fetched', 'left']);
    await pool.answers.fetch(fetched.queueId, STAYING);
    expect(await unclaimed(pool)).toEqual(['left']);
  }));

it('a client that went away while it was answered has not fetched anything', () =>
  withThree(async (pool) => {
    const { queueId } = await create(pool, 'left');
    await pool.answers.fetch(queueId, AbortSignal.abort());
    expect(await unclaimed(pool)).toEqual(['left']);
  }));

it('a volume that is changed by its id, or claimed, is known to somebody', () =>
  withThree(async (pool) => {
    const [grown, claimed, deleted] = [
      await create(pool, 'grown'),
      await create(pool, 'claimed'),
      await create(pool, 'deleted'),
    ];
    await done(pool, await pool.operations.expandVolume(grown.id, 1));
    await pool.operations.claimVolume(claimed.id);
    await done(pool, await pool.operations.deleteVolume(deleted.id));
    expect(await unclaimed(pool)).toEqual([]);
    await expect(pool.operations.claimVolume('f'.repeat(32))).rejects.toMatchObject({ code: 'not_found' });
  }));

it('a clone is listed too, and its source is not', () =>
  withThree(async (pool) => {
    const source = await create(pool, 'source');
    await pool.answers.fetch(source.queueId, STAYING);
    await done(pool, await pool.operations.cloneVolume(source.id, 'copy'));
    expect(await unclaimed(pool)).toEqual(['copy']);
  }));

it('an answer that an Idempotency-Key keeps claims its volume as any other', () =>
  withThree(async (pool) => {
    const ticket = await pool.operations.createVolume(volumeRequest({ name: 'keyed' }), { key: 'k', requestHash: 'h' });
    await done(pool, ticket);
    await pool.answers.fetch(ticket.queueId, STAYING);
    expect(await unclaimed(pool)).toEqual([]);
  }));

it('what is left behind is a difference and counted after a minute, and is never removed by itself', () =>
  withThree(async (pool, hosts) => {
    const { id } = await create(pool, 'left');
    const metrics = createMetrics();
    const counted = async () => {
      const sources = {
        store: pool.store,
        inFlight: () => 0,
        nodeStates: () => new Map(),
        thinPools: () => new Map(),
        deviceConditions: () => new Map(),
        usage: NO_USAGE,
        droppedLogLines: () => 0,
      };
      return /^mortar_volumes_unclaimed (\S+)$/m.exec(await exposed(metrics, sources))?.[1];
    };
    const host = { executor: new MockExecutor(hosts), settings: HOST_SETTINGS };
    expect([await counted(), (await findDifferences(pool.store, host)).differences]).toEqual(['0', []]);
    await pool.store.write((tx) => tx.volumes.markUnclaimed(id, Date.now() - HOUR_MS));
    expect(await counted()).toBe('1');
    const [found] = (await findDifferences(pool.store, host)).differences;
    expect(found).toMatchObject({ kind: 'unclaimed-volume', subject: 'left' });
    expect(found?.remedy).toContain(`heketi-cli volume delete ${id}`);
    await pool.recovery.run();
    expect(await differences(pool.store, hosts)).toEqual([]);
    expect((await pool.store.read((tx) => tx.volumes.list())).length).toBe(1);
  }));
