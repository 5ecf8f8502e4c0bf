import { expect, it } from 'vitest';
import type { Id } from '../../../src/domain/ids.js';
import type { QueueTicket } from '../../../src/operations/ports.js';
import { done, type Pool, recover, volumeRequest } from '../../support/pool.js';
import { expectAgreement, FAULTS, openServer, seeded, setUpServers } from './crash-servers.js';
import { describeOverSsh } from './ssh-hosts.js';

const SEED = 20_260;

interface Kind {
  readonly name: string;
  /** Answers what the request is about. */
  prepare(pool: Pool): Promise<Id>;
  request(pool: Pool, id: Id): Promise<QueueTicket>;
}

const make = async (pool: Pool) =>
  (await done(pool, await pool.operations.createVolume(volumeRequest({ sizeGib: 1 })))).slice('/volumes/'.length);

const KINDS: readonly Kind[] = [
  {
    name: 'create',
    prepare: async () => '',
    request: (pool) => pool.operations.createVolume(volumeRequest({ sizeGib: 1, gid: 2000 })),
  },
  { name: 'expand', prepare: make, request: (pool, id) => pool.operations.expandVolume(id, 1) },
  { name: 'clone', prepare: make, request: (pool, id) => pool.operations.cloneVolume(id, '') },
  { name: 'delete', prepare: make, request: (pool, id) => pool.operations.deleteVolume(id) },
];

describeOverSsh('a request over ssh', { nodes: 3, devices: 2 }, (hosts) => {
  const server = setUpServers(hosts);
  const random = seeded(SEED);
  it.each(KINDS.flatMap((kind) => FAULTS.map((fault) => ({ kind, fault, name: kind.name }))))(
    `to $name settles when it meets: $fault (seed ${SEED})`,
    async ({ kind, fault }) => {
      const quiet = await openServer(hosts, server.file, 0, null);
      const id = await kind.prepare(quiet.pool);
      await quiet.close();

      const struck = await openServer(hosts, server.file, Math.floor(random() * 4), fault);
      const ticket = await Promise.race([kind.request(struck.pool, id), struck.executor.death.then(() => null)]);
      await Promise.race([struck.pool.runner.settled(), struck.executor.death]);
      expect(struck.executor.batches).toBeGreaterThan(0);
      await struck.close();

      const after = await openServer(hosts, server.file, 0, null);
      await recover(after.pool);
      await after.pool.runner.settled();
      expect(await after.pool.store.read((tx) => tx.operations.list())).toEqual([]);
      if (ticket) {
        const entry = await after.pool.store.read((tx) => tx.queue.find(ticket.queueId));
        expect(['done', 'failed']).toContain(entry?.state);
      }
      await expectAgreement(hosts, after.pool);
      for (const volumeId of await after.pool.store.read((tx) => tx.volumes.listVisibleIds()))
        await done(after.pool, await after.pool.operations.deleteVolume(volumeId));
      await expectAgreement(hosts, after.pool);
      await after.close();
    },
  );
});
