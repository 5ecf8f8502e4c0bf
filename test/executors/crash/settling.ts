import { expect, it } from 'vitest';
import type { Brick } from '../../../src/domain/brick.js';
import type { Id } from '../../../src/domain/ids.js';
import type { QueueTicket } from '../../../src/operations/ports/queue.js';
import { done, type Pool, recover, volumeRequest } from '../../support/pool.js';
import { expectAgreement, type Fault, type HostsInReach, openServer, seeded, setUpServers } from './crash-servers.js';

const SEED = 20_260;

interface Kind {
  readonly name: string;
  /** Answers what the request is about. */
  prepare(pool: Pool): Promise<Id>;
  request(pool: Pool, id: Id): Promise<QueueTicket>;
  /** The fault strikes at one of the first so many batches. */
  readonly batches: number;
  /** Makes the hosts what they were, for the next one. */
  clear?(pool: Pool, id: Id): Promise<void>;
}

const make = async (pool: Pool) =>
  (await done(pool, await pool.operations.createVolume(volumeRequest({ sizeGib: 1 })))).slice('/volumes/'.length);

/** A brick of a new volume. */
async function makeBrick(pool: Pool): Promise<Brick> {
  const volumeId = await make(pool);
  const [brick] = await pool.store.read((tx) => tx.bricks.listByVolume(volumeId));
  if (!brick) throw new Error(`volume ${volumeId} has no bricks`);
  return brick;
}

const KINDS: readonly Kind[] = [
  {
    name: 'create',
    prepare: async () => '',
    request: (pool) => pool.operations.createVolume(volumeRequest({ sizeGib: 1, gid: 2000 })),
    batches: 4,
  },
  { name: 'expand', prepare: make, request: (pool, id) => pool.operations.expandVolume(id, 1), batches: 4 },
  { name: 'clone', prepare: make, request: (pool, id) => pool.operations.cloneVolume(id, ''), batches: 4 },
  { name: 'delete', prepare: make, request: (pool, id) => pool.operations.deleteVolume(id), batches: 4 },
  {
    name: 'evict a brick',
    prepare: async (pool) => (await makeBrick(pool)).id,
    request: (pool, id) => pool.operations.evictBrick(id, true),
    batches: 16,
  },
  {
    name: 'remove a device',
    async prepare(pool) {
      const { deviceId } = await makeBrick(pool);
      await done(pool, await pool.operations.setDeviceState(deviceId, 'offline'));
      return deviceId;
    },
    request: (pool, id) => pool.operations.setDeviceState(id, 'failed'),
    batches: 16,
    async clear(pool, id) {
      expect(await pool.store.read((tx) => tx.bricks.listByDevice(id))).toEqual([]);
      for (const state of ['offline', 'online'] as const)
        await done(pool, await pool.operations.setDeviceState(id, state));
    },
  },
];

/** Each kind of change meets each fault at one of its batches, and hosts and store agree in the end. */
export function itSettles(
  hosts: HostsInReach,
  faults: Readonly<Record<string, Fault>>,
  /** Each of these is met by one kind only. */
  rarer: Readonly<Record<string, Fault>> = {},
): void {
  const server = setUpServers(hosts);
  const random = seeded(SEED);
  const all = KINDS.flatMap((kind) => Object.entries(faults).map(([name, fault]) => ({ kind, fault, name })));
  const some = Object.entries(rarer).flatMap(([name, fault], i) => {
    const kind = KINDS[i % KINDS.length];
    return kind ? [{ kind, fault, name }] : [];
  });
  const cases = [...all, ...some].map((one) => ({ ...one, change: one.kind.name }));
  it.each(cases)(`to $change settles when it meets: $name (seed ${SEED})`, async ({ kind, fault }) => {
    const quiet = await openServer(hosts, server.file, 0, null);
    const id = await kind.prepare(quiet.pool);
    await quiet.close();

    const struck = await openServer(hosts, server.file, Math.floor(random() * kind.batches), fault);
    const ticket = await Promise.race([kind.request(struck.pool, id), struck.executor.death.then(() => null)]);
    await Promise.race([struck.pool.runner.settled(), struck.executor.death]);
    expect(struck.executor.batches).toBeGreaterThan(0);
    await struck.close();

    const after = await openServer(hosts, server.file, 0, null);
    await recover(after.pool);
    await after.pool.runner.settled();
    // Work of many parts may have come to a wait.
    await after.pool.recovery.run();
    expect(await after.pool.store.read((tx) => tx.operations.list())).toEqual([]);
    if (ticket) {
      const entry = await after.pool.store.read((tx) => tx.queue.find(ticket.queueId));
      expect(['done', 'failed']).toContain(entry?.state);
    }
    await expectAgreement(hosts, after.pool);
    for (const volumeId of await after.pool.store.read((tx) => tx.volumes.listVisibleIds()))
      await done(after.pool, await after.pool.operations.deleteVolume(volumeId));
    await expectAgreement(hosts, after.pool);
    await kind.clear?.(after.pool, id);
    await after.close();
  });
}
