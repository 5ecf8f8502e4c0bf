import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { Gate } from '../support/gate.js';
import { loadTopology, strictHosts, volumeRequest, withPool } from '../support/pool.js';
import { WatchedExecutor } from '../support/watched-executor.js';
import { startApi } from './api-server.js';

/** A server in front of hosts that hold `volume start` until they are released. */
async function whileACreateRuns(
  work: (context: {
    readonly url: string;
    /** The create has come to its last step, and the server has had time to answer a poll that it does not hold. */
    waited(): Promise<void>;
    release(): void;
  }) => Promise<void>,
): Promise<void> {
  const started = new Gate();
  const held = new Gate();
  const executor = new WatchedExecutor(strictHosts(3, 1), async (line) => {
    if (!line.includes('volume start')) return;
    started.open();
    await held.opened;
  });
  await withPool(executor, async (pool) => {
    const { store, operations, answers } = pool;
    const api = await startApi({}, { store, answers });
    await api.server.listen({ port: 0, host: '127.0.0.1' });
    try {
      await loadTopology(pool, 3, 1);
      const { queueId } = await operations.createVolume(volumeRequest());
      const { port } = api.server.server.address() as AddressInfo;
      const base = `http://127.0.0.1:${port}`;
      const waited = async (): Promise<void> => {
        await started.opened;
        for (let i = 0; i < 20; i++) await fetch(`${base}/volumes`);
      };
      await work({ url: `${base}/queue/${queueId}`, waited, release: () => held.open() });
    } finally {
      held.open();
      answers.release();
      await api.server.close();
    }
  });
}

it('one poll is enough: it is answered when the volume is there', () =>
  whileACreateRuns(async ({ url, waited, release }) => {
    const poll = fetch(url, { redirect: 'manual' });
    await waited();
    release();
    const answer = await poll;
    expect([answer.status, answer.headers.get('x-pending')]).toEqual([303, null]);
  }));

it('a client that closes the connection while it waits does not take the answer with it', () =>
  whileACreateRuns(async ({ url, waited, release }) => {
    const gone = new AbortController();
    const poll = fetch(url, { redirect: 'manual', signal: gone.signal });
    await waited();
    gone.abort();
    await expect(poll).rejects.toThrow();
    await waited();
    release();
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(303);
  }));
