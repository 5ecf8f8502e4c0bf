import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ProbeLimits, ServerProbes } from '../../src/app/server-probes.js';
import { DomainError } from '../../src/domain/errors.js';
import { openMemoryStore } from '../../src/store/open-store.js';
import type { ReadTx, Store } from '../../src/store/store.js';
import { cluster, node } from '../store/records.js';
import { startApp } from '../support/app.js';
import { Gate } from '../support/gate.js';
import { SILENT } from '../support/pool.js';

const SHORT: ProbeLimits = { storeLimitMs: 20, hostsLimitMs: 20, hostsRefreshMs: 3_600_000 };

let store: Store;
beforeEach(async () => {
  store = await openMemoryStore();
});
afterEach(() => store.close());

interface Options {
  readonly read?: Store['read'];
  readonly isHeld?: boolean;
  readonly limits?: Partial<ProbeLimits>;
  /** What asking all hosts does. */
  readonly check?: (probes: ServerProbes) => Promise<void>;
}

function probesOf({ read, isHeld = false, check = async () => undefined, limits = {} }: Options = {}) {
  let asked = 0;
  const probes: ServerProbes = new ServerProbes(
    {
      store: { read: read ?? ((work) => store.read(work)) },
      health: {
        check() {
          asked++;
          return check(probes);
        },
      },
      restored: { isHeld },
      log: SILENT,
    },
    { ...SHORT, ...limits },
  );
  return { probes, asked: () => asked };
}

async function addNode(state: 'online' | 'offline'): Promise<void> {
  await store.write(async (tx) => {
    await tx.clusters.insert(cluster('c1'));
    await tx.nodes.insert(node('a1', { state }));
  });
}

describe('health', () => {
  it('is there while the database answers', async () => {
    expect(await probesOf().probes.whyUnhealthy()).toBeNull();
  });

  it('is gone while the database does not answer, which is asked one question at a time, and comes back', async () => {
    const answer = new Gate();
    let questions = 0;
    const { probes } = probesOf({
      async read(work) {
        questions++;
        await answer.opened;
        return store.read(work);
      },
    });
    const sentence = 'the database has not answered within 0.02 s';
    expect(await Promise.all([probes.whyUnhealthy(), probes.whyUnhealthy()])).toEqual([sentence, sentence]);
    expect(await probes.whyUnhealthy()).toBe(sentence);
    expect(questions).toBe(1);
    answer.open();
    await answer.opened;
    expect(await probes.whyUnhealthy()).toBeNull();
    expect(await probes.whyUnhealthy()).toBeNull();
    expect(questions).toBe(2);
  });

  it('is gone when the database refuses, with its words, or fails by a defect, without them', async () => {
    const failing = (error: Error) => probesOf({ read: () => Promise.reject(error) }).probes.whyUnhealthy();
    expect(await failing(new DomainError('unavailable', 'The database is closed.'))).toBe('The database is closed.');
    expect(await failing(new Error('secret in /etc/secret'))).toBe("the database can't be read; the log tells why");
  });
});

describe('readiness', () => {
  it('needs no host where there is no node, or none that is online, or where hosts are only read', async () => {
    expect(await probesOf().probes.whyNotReady()).toBeNull();
    await addNode('offline');
    expect(await probesOf().probes.whyNotReady()).toBeNull();
    await store.write((tx) => tx.nodes.update(node('a1')));
    const held = probesOf({ isHeld: true });
    expect(await held.probes.whyNotReady()).toBeNull();
    expect(held.asked()).toBe(0);
  });

  it('comes with the first host that has run a command, asks for that, and stays', async () => {
    await addNode('online');
    const { probes, asked } = probesOf({ check: async (self) => self.hostReached() });
    expect(await probes.whyNotReady()).toBeNull();
    expect(asked()).toBe(1);
    await store.close();
    expect(await probes.whyNotReady()).toBeNull();
    expect(asked()).toBe(1);
  });

  it('asks nobody when a host was reached by itself', async () => {
    await addNode('online');
    const { probes, asked } = probesOf();
    probes.hostReached();
    expect(await probes.whyNotReady()).toBeNull();
    expect(asked()).toBe(0);
  });

  it('does not come while hosts fail or hang, which are not asked again and again', async () => {
    await addNode('online');
    for (const check of [() => Promise.reject(new Error('no')), () => new Promise<void>(() => undefined)]) {
      const { probes, asked } = probesOf({ check });
      for (let question = 0; question < 3; question++)
        expect(await probes.whyNotReady()).toContain('no storage host has run a command');
      expect(asked()).toBe(1);
    }
  });

  it('asks hosts anew after a while', async () => {
    await addNode('online');
    const { probes, asked } = probesOf({
      check: async (self) => {
        if (asked() === 2) self.hostReached();
      },
      limits: { hostsRefreshMs: 0 },
    });
    expect(await probes.whyNotReady()).not.toBeNull();
    expect(await probes.whyNotReady()).toBeNull();
  });

  it('does not come while the database hangs, wherever it begins to', async () => {
    await addNode('online');
    let reads = 0;
    const read = <T>(work: (tx: ReadTx) => Promise<T>): Promise<T> =>
      ++reads === 1 ? store.read(work) : new Promise<T>(() => undefined);
    const { probes } = probesOf({ read });
    expect(await probes.whyNotReady()).toContain('no storage host');
    expect(await probes.whyNotReady()).toContain('the database has not answered');
  });
});

it('a whole server without nodes is well, and ready at once', async () => {
  const app = await startApp();
  try {
    expect((await app.server.inject('/readyz')).statusCode).toBe(200);
    expect((await app.server.inject('/healthz')).json()).toEqual({ healthy: true, changes: 'accepted' });
  } finally {
    await app.remove();
  }
});
