import { describe, expect, it } from 'vitest';
import { markInterrupted } from '../../src/operations/engine/recovery.js';
import type { QueueTicket } from '../../src/operations/ports/queue.js';
import type { AskedOperations } from '../support/asked-by.js';
import { differences } from '../support/differences.js';
import { Gate } from '../support/gate.js';
import {
  answerOf,
  done,
  loadTopology,
  openPool,
  type Pool,
  SILENT,
  strictHosts,
  volumeIdOf,
  volumeRequest,
  withPool,
} from '../support/pool.js';
import { WatchedExecutor } from '../support/watched-executor.js';

const CHANGES: readonly {
  readonly name: string;
  readonly isBlockHosting?: true;
  request(operations: AskedOperations, id: string): Promise<QueueTicket>;
}[] = [
  { name: 'an expansion', request: (operations, id) => operations.expandVolume(id, 3) },
  { name: 'a clone', request: (operations, id) => operations.cloneVolume(id, 'copy') },
  {
    name: 'a block restriction',
    isBlockHosting: true,
    request: (operations, id) => operations.setBlockRestriction(id, 'locked'),
  },
  { name: 'a deletion', request: (operations, id) => operations.deleteVolume(id) },
];

type Hosts = ReturnType<typeof strictHosts>;

/** A volume whose expansion from 10 to 13 GiB comes to `atAddBrick`, and so does every command after that. */
async function withExpansion(
  isBlockHosting: boolean,
  atAddBrick: () => Promise<void>,
  work: (pool: Pool, scene: { file: string; hosts: Hosts; id: string; expanding: QueueTicket }) => Promise<void>,
): Promise<void> {
  const hosts = strictHosts(3, 2);
  let isReached = false;
  const executor = new WatchedExecutor(hosts, async (line) => {
    isReached ||= line.includes('add-brick');
    if (isReached) await atAddBrick();
  });
  await withPool(executor, async (pool, file) => {
    await loadTopology(pool, 3, 2);
    const request = volumeRequest({ name: 'v', isBlockHosting });
    const id = volumeIdOf(await done(pool, await pool.operations.createVolume(request)));
    const expanding = await pool.operations.expandVolume(id, 3);
    await work(pool, { file, hosts, id, expanding });
  });
}

describe('while an expansion of the volume is on its way', () => {
  it.for(CHANGES)('$name is refused, and names the operation', async ({ isBlockHosting, request }) => {
    const [reached, held] = [new Gate(), new Gate()];
    const atAddBrick = async () => {
      reached.open();
      await held.opened;
    };
    await withExpansion(isBlockHosting ?? false, atAddBrick, async (pool, { hosts, id, expanding }) => {
      await reached.opened;
      const [operation] = await pool.store.read((tx) => tx.operations.list());
      const refusal = await request(pool.operations, id).then(
        () => '',
        (error: Error) => error.message,
      );
      held.open();
      await done(pool, expanding);
      expect(refusal).toContain(`Operation ${operation?.id} is changing it`);
      expect(await pool.store.read((tx) => tx.volumes.find(id))).toMatchObject({ sizeGib: 13 });
      expect(await differences(pool.store, hosts)).toEqual([]);
      expect((await answerOf(pool, await request(pool.operations, id))).error).toBeNull();
    });
  });
});

/** As it is found by a server that was started after another one died at add-brick. */
async function withInterrupted(
  isBlockHosting: boolean,
  work: (pool: Pool, id: string, hosts: Hosts) => Promise<void>,
): Promise<void> {
  const cut = async () => {
    throw new Error('cut short');
  };
  await withExpansion(isBlockHosting, cut, async (first, { file, hosts, id }) => {
    await first.runner.settled();
    await first.store.close();
    const pool = await openPool(file, new WatchedExecutor(hosts, () => undefined));
    await markInterrupted(pool.store, SILENT);
    try {
      await work(pool, id, hosts);
    } finally {
      pool.recovery.stop();
      await pool.runner.settled();
      await pool.store.close();
    }
  });
}

describe('after a restart in the midst of an expansion', () => {
  it.for(CHANGES)('$name is refused until that has been settled', async ({ isBlockHosting, request }) => {
    await withInterrupted(isBlockHosting ?? false, async (pool, id, hosts) => {
      const before = hosts.state();
      await expect(request(pool.operations, id)).rejects.toThrow('is changing it; wait until that has ended');
      await pool.runner.settled();
      expect(hosts.state()).toEqual(before);
    });
  });

  it('the first refused change has it settled, without waiting for the cleaner', async () => {
    await withInterrupted(false, async (pool, id) => {
      pool.recovery.start(3600, 3600);
      await expect(pool.operations.expandVolume(id, 3)).rejects.toThrow('is changing it');
      await pool.runner.settled();
      expect(await pool.store.read((tx) => tx.operations.list())).toEqual([]);
      await done(pool, await pool.operations.expandVolume(id, 3));
      expect(await pool.store.read((tx) => tx.volumes.find(id))).toMatchObject({ sizeGib: 13 });
    });
  });
});
