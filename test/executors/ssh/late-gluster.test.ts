import { expect, it } from 'vitest';
import type { Command, CommandResult, Executor } from '../../../src/executors/executor.js';
import type { ShellExecutor } from '../../../src/executors/shell/shell-executor.js';
import { openStore } from '../../../src/store/open-store.js';
import { done, openPool, type Pool, volumeRequest } from '../../support/pool.js';
import { expectAgreement, setUpServers } from '../crash/crash-servers.js';
import { describeOverSsh } from './ssh-hosts.js';

const LOOKS = 3;
const HOOK = 'var/tmp/hook-delay';

/** Notes what gluster is asked to change, and calls `onLooks` when it was asked for its lock some times. */
class NotingExecutor implements Executor {
  readonly changes: string[] = [];
  readonly #inner: ShellExecutor;
  readonly #onLooks: () => void;
  #looks = 0;

  constructor(inner: ShellExecutor, onLooks: () => void) {
    this.#inner = inner;
    this.#onLooks = onLooks;
  }

  async run(host: string, batch: readonly Command[]): Promise<readonly CommandResult[]> {
    for (const { argv, isReading } of batch)
      if (argv[0] === 'gluster' && !isReading) this.changes.push(argv.slice(3, 5).join(' '));
    if (batch.some(({ argv }) => argv.includes('rebalance')) && ++this.#looks === LOOKS) this.#onLooks();
    return this.#inner.run(host, batch);
  }

  awaitLeftovers(host: string): Promise<void> {
    return this.#inner.awaitLeftovers(host);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

describeOverSsh('gluster that is late, over ssh,', { nodes: 3, devices: 2 }, (hosts) => {
  const server = setUpServers(hosts);

  async function withServer(onLooks: () => void, work: (pool: Pool, executor: NotingExecutor) => Promise<void>) {
    const store = await openStore({ file: server.file });
    const { id: serverId, generation } = await store.write((tx) => tx.serverIdentity.begin(Date.now()));
    const executor = new NotingExecutor(hosts.executor({ identity: { serverId, generation } }), onLooks);
    const pool = await openPool(server.file, executor, { store, hostSettings: { glusterCliTimeoutSeconds: 1 } });
    await work(pool, executor);
    await executor.close();
    await store.close();
  }

  it('is waited for: a delete that timed out is not taken back while it goes on, and is answered as done', () =>
    withServer(
      () => hosts.cluster.remove(hosts.first, HOOK),
      async (pool, executor) => {
        const made = await done(pool, await pool.operations.createVolume(volumeRequest({ sizeGib: 1 })));
        hosts.cluster.write(hosts.first, HOOK, '600');
        executor.changes.length = 0;
        await done(pool, await pool.operations.deleteVolume(made.slice('/volumes/'.length)));
        expect(executor.changes).not.toContain('volume start');
        expect(executor.changes.slice(0, 2)).toEqual(['volume stop', 'volume delete']);
        expect(await pool.store.read((tx) => tx.operations.list())).toEqual([]);
        await expectAgreement(hosts, pool);
      },
    ));
});
