import { describe, expect, it } from 'vitest';
import { type Executor, TransportError } from '../../src/executors/executor.js';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import { checkDatabase } from '../../src/interchange/check.js';
import { spreadOver } from '../../src/operations/hosts/cluster-hosts.js';
import type { NodeHealth } from '../../src/operations/ports/node-health.js';
import { volumeWork } from '../../src/operations/volumes/volume-bricks.js';
import { differences } from '../support/differences.js';
import { Gate } from '../support/gate.js';
import {
  answerOf,
  done,
  loadTopology,
  openPool,
  type Pool,
  records,
  recover,
  retryOf,
  strictHosts,
  volumeIdOf,
  volumeRequest,
  withPool,
} from '../support/pool.js';
import { WatchedExecutor } from '../support/watched-executor.js';

/** What was reported down stays so until `back`. */
function memory(): NodeHealth & { back(name: string): void } {
  const down = new Set<string>();
  const listeners: ((name: string) => void)[] = [];
  return {
    isUp: (name) => !down.has(name),
    reportDown: (name) => void down.add(name),
    onUp: (listener) => void listeners.push(listener),
    back(name) {
      down.delete(name);
      for (const listener of listeners) listener(name);
    },
  };
}

/** Another server on the same file, with hosts that `before` may change. */
async function serve(
  pool: Pool,
  file: string,
  hosts: SimulatedHosts,
  before: (line: string, host: string) => void | Promise<void>,
  retries = 0,
): Promise<Pool> {
  await pool.runner.settled();
  await pool.store.close();
  return openPool(file, new WatchedExecutor(hosts, before), {
    health: memory(),
    settings: { volumeCreateRetries: retries },
  });
}

const volumes = (pool: Pool) => pool.store.read((tx) => tx.volumes.list());
const deviceOf = async (pool: Pool, host: string) => {
  const found = await pool.store.read(async (tx) => {
    const node = await tx.nodes.findByManageName(host);
    return node && (await tx.devices.listByNode(node.id))[0];
  });
  if (!found) throw new Error(`${host} has no device`);
  return found;
};
const usedKib = async (pool: Pool, host: string) => (await deviceOf(pool, host)).usedKib;

/** A volume that gluster has deleted while h1 went down before its brick could be removed. */
async function deletedWithoutH1(work: (pool: Pool, file: string, hosts: SimulatedHosts) => Promise<void>) {
  const hosts = strictHosts(4, 1);
  await withPool(hosts, async (quiet, file) => {
    await loadTopology(quiet, 4, 1);
    const nodes = await quiet.store.read((tx) => tx.nodes.list());
    const h4 = nodes.find(({ manageNames }) => manageNames[0] === 'h4');
    await done(quiet, await quiet.operations.setNodeState(h4?.id ?? '', 'offline'));
    const id = volumeIdOf(await done(quiet, await quiet.operations.createVolume(volumeRequest({ name: 'v' }))));
    await done(quiet, await quiet.operations.setNodeState(h4?.id ?? '', 'online'));
    let isStruck = false;
    const pool = await serve(
      quiet,
      file,
      hosts,
      (line, host) => {
        if (isStruck || host !== 'h1' || !line.startsWith('umount')) return;
        isStruck = true;
        hosts.setHostUp('h1', false);
      },
      4,
    );
    try {
      expect(await answerOf(pool, await pool.operations.deleteVolume(id))).toEqual({ location: null, error: null });
      await work(pool, file, hosts);
    } finally {
      await pool.runner.settled();
      await pool.store.close();
    }
  });
}

describe('a volume that is created while a host is down', () => {
  it('gets its bricks on other hosts, and nothing is left of those that were never begun', async () => {
    const hosts = strictHosts(4, 1);
    await withPool(hosts, async (quiet, file) => {
      await loadTopology(quiet, 4, 1);
      for (const down of ['h1', 'h2', 'h3', 'h4']) {
        const pool = await serve(quiet, file, hosts, () => undefined, 4);
        hosts.setHostUp(down, false);
        const before = await usedKib(pool, down);
        await done(pool, await pool.operations.createVolume(volumeRequest({ name: `without-${down}` })));
        expect(await records(pool)).toEqual([]);
        expect(await usedKib(pool, down)).toBe(before);
        hosts.setHostUp(down, true);
        expect(await differences(pool.store, hosts)).toEqual([]);
        await pool.store.close();
      }
    });
  });

  it('is made elsewhere when the host goes down meanwhile; what it left there is removed once it is back', async () => {
    const hosts = strictHosts(4, 1);
    await withPool(hosts, async (quiet, file) => {
      await loadTopology(quiet, 4, 1);
      let gone = '';
      const pool = await serve(
        quiet,
        file,
        hosts,
        (line, host) => {
          if (gone !== '' || !line.startsWith('mkfs.xfs')) return;
          gone = host;
          hosts.setHostUp(host, false);
        },
        4,
      );
      await done(pool, await pool.operations.createVolume(volumeRequest({ name: 'v' })));
      const [parked, ...others] = await records(pool);
      expect(others).toEqual([]);
      expect(parked).toMatchObject({ type: 'delete-volume', status: 'failed', actions: [{ change: 'delete-brick' }] });
      expect(await usedKib(pool, gone)).toBeGreaterThan(0);
      const [volume] = await volumes(pool);
      expect((await pool.store.read((tx) => tx.bricks.listByVolume(volume?.id ?? ''))).length).toBe(3);
      hosts.setHostUp(gone, true);
      await pool.recovery.run();
      expect(await records(pool)).toEqual([]);
      expect(await usedKib(pool, gone)).toBe(0);
      expect(await differences(pool.store, hosts)).toEqual([]);
      await pool.store.close();
    });
  });
});

describe('a volume that is deleted while a host is down', () => {
  it('stays as it was when gluster refuses', async () => {
    const hosts = strictHosts(3, 1);
    await withPool(hosts, async (pool) => {
      await loadTopology(pool, 3, 1);
      const id = volumeIdOf(await done(pool, await pool.operations.createVolume(volumeRequest())));
      hosts.setHostUp('h3', false);
      const { error } = await answerOf(pool, await pool.operations.deleteVolume(id));
      expect(error).toContain('Some of the peers are down');
      hosts.setHostUp('h3', true);
      expect(await records(pool)).toEqual([]);
      expect(await differences(pool.store, hosts)).toEqual([]);
    });
  });

  it('is gone for clients, and the brick on that host waits with its space', () =>
    deletedWithoutH1(async (pool, _file, hosts) => {
      expect(await volumes(pool)).toEqual([]);
      expect(await records(pool)).toMatchObject([
        { type: 'delete-volume', status: 'failed', actions: [{ change: 'delete-brick' }] },
      ]);
      expect(await usedKib(pool, 'h1')).toBeGreaterThan(0);
      expect(await usedKib(pool, 'h2')).toBe(0);
      const check = await pool.store.read(checkDatabase);
      expect(check.totalinconsistencies).toBe(0);
      await done(pool, await pool.operations.createVolume(volumeRequest({ name: 'v' })));

      hosts.setHostUp('h1', true);
      await pool.recovery.run();
      expect(await records(pool)).toEqual([]);
      expect(await usedKib(pool, 'h1')).toBe(0);
      expect(await differences(pool.store, hosts)).toEqual([]);
    }));

  it('is still waited for after a restart', () =>
    deletedWithoutH1(async (pool, file, hosts) => {
      const next = await serve(pool, file, hosts, () => undefined);
      await recover(next);
      expect(await records(next)).toMatchObject([{ status: 'failed', actions: [{ change: 'delete-brick' }] }]);
      hosts.setHostUp('h1', true);
      await next.recovery.run();
      expect(await records(next)).toEqual([]);
      expect(await differences(next.store, hosts)).toEqual([]);
      await next.store.close();
    }));

  it('leaves nothing once the node is given up', () =>
    deletedWithoutH1(async (pool, _file, hosts) => {
      const { id, nodeId } = await deviceOf(pool, 'h1');
      for (const state of ['offline', 'failed'] as const)
        await done(pool, await pool.operations.setNodeState(nodeId, state));
      await expect(pool.operations.deleteDevice(id, false)).rejects.toThrow('force-forget gives them up');
      await done(pool, await pool.operations.deleteDevice(id, true));
      await done(pool, await pool.operations.deleteNode(nodeId));
      expect(await records(pool)).toEqual([]);
      expect((await pool.store.read((tx) => tx.bricks.list())).length).toBe(0);
      expect((await pool.store.read(checkDatabase)).totalinconsistencies).toBe(0);
      expect(hosts.state().pools.flatMap(({ volumes }) => volumes)).toEqual([]);
    }));

  it('leaves no record once its node has failed', () =>
    deletedWithoutH1(async (pool) => {
      const { nodeId } = await deviceOf(pool, 'h1');
      for (const state of ['offline', 'failed'] as const)
        await done(pool, await pool.operations.setNodeState(nodeId, state));
      await pool.recovery.run();
      expect(await records(pool)).toEqual([]);
      expect(await usedKib(pool, 'h1')).toBe(0);
    }));
});

describe('a link that is cut while its batch runs on', () => {
  const slow = { programMs: { 'gluster volume create': 40, 'gluster volume start': 40, lvcreate: 40 } };

  it.each(['volume create', 'volume start', 'lvcreate'])('leaves nothing behind at %s', async (match) => {
    const hosts = strictHosts(3, 1, 100, slow);
    await withPool(hosts, async (pool) => {
      await loadTopology(pool, 3, 1);
      hosts.setFaults([{ kind: 'cut-link', match }]);
      const { location } = await answerOf(pool, await pool.operations.createVolume(volumeRequest({ name: 'v' })));
      expect(await records(pool)).toEqual([]);
      expect((await volumes(pool)).length).toBe(location === null ? 0 : 1);
      expect(await differences(pool.store, hosts)).toEqual([]);
    });
  });

  it('is not probed while its host can not be asked', async () => {
    const hosts = strictHosts(3, 1, 100, slow);
    await withPool(hosts, async (quiet, file) => {
      await loadTopology(quiet, 3, 1);
      await quiet.store.close();
      hosts.setFaults([{ kind: 'cut-link', match: 'volume create' }]);
      let lost = '';
      const executor: Executor = {
        async run(host, batch) {
          try {
            return await hosts.run(host, batch);
          } catch (error) {
            lost ||= host;
            hosts.setHostUp(host, false);
            throw error;
          }
        },
        awaitLeftovers: (host) => hosts.awaitLeftovers(host),
        close: async () => undefined,
      };
      const pool = await openPool(file, executor);
      expect((await answerOf(pool, await pool.operations.createVolume(volumeRequest()))).error).toContain('lost');
      expect(await records(pool)).toMatchObject([{ type: 'create-volume', status: 'failed' }]);
      hosts.setHostUp(lost, true);
      await pool.recovery.run();
      expect(await records(pool)).toEqual([]);
      expect(await differences(pool.store, hosts)).toEqual([]);
      await pool.store.close();
    });
  });
});

describe('a brick whose lvcreate may run on', () => {
  it('is not taken for removed before that has ended: it would come to be afterwards, and nobody would know', async () => {
    const hosts = strictHosts(3, 1);
    let running: { readonly host: string; readonly line: string } | null = null;
    const watched = new WatchedExecutor(hosts, async (line, host) => {
      if (running || !line.includes(' lvcreate ') || host === (await makerOf(pool))) return;
      running = { host, line };
      throw new TransportError(host, `the link to ${host} broke`, true);
    });
    const executor: Executor = {
      run: (host, batch) => watched.run(host, batch),
      linkNames: (host, storageName) => watched.linkNames(host, storageName),
      async awaitLeftovers(host) {
        if (host === running?.host) throw new TransportError(host, `lvcreate still runs on ${host}`, true);
      },
      close: async () => undefined,
    };
    let pool: Pool = null as never;
    await withPool(executor, async (opened) => {
      pool = opened;
      await loadTopology(pool, 3, 1);
      await answerOf(pool, await pool.operations.createVolume(volumeRequest()));
      for (let run = 0; run < 2; run++) {
        await pool.recovery.run();
        const [parked] = await records(pool);
        expect((await retryOf(pool, parked?.id ?? ''))?.error).toMatch(/lvcreate still runs on h/);
        expect(await pool.store.read((tx) => tx.bricks.list())).toHaveLength(1);
      }
      const late = running as unknown as { readonly host: string; readonly line: string };
      await hosts.run(late.host, [{ argv: late.line.split(' '), timeoutMs: 1000 }]);
      running = null;
      await pool.recovery.run();
      expect(await records(pool)).toEqual([]);
      expect(await differences(pool.store, hosts)).toEqual([]);
    });
  });
});

/** The host from which the only volume is to be made. */
function makerOf(pool: Pool): Promise<string | undefined> {
  return pool.store.read(async (tx) => {
    const [record] = await tx.operations.list();
    const [volume] = await tx.volumes.list();
    const work = record && volume && (await volumeWork(tx, record, volume, 'add-brick'));
    return work ? spreadOver(work.bricks, work.volume.id)[0]?.manageName : undefined;
  });
}

describe('a create of a process that died', () => {
  it('says of the bricks on a host that could not be asked why they are kept', async () => {
    const hosts = strictHosts(3, 1);
    await withPool(hosts, async (quiet, file) => {
      await loadTopology(quiet, 3, 1);
      const maker = new Gate();
      let unasked = '';
      const dying = await serve(quiet, file, hosts, (line, host) => {
        if (!line.startsWith('gluster')) return undefined;
        unasked = host === 'h1' ? 'h2' : 'h1';
        maker.open();
        return new Promise<never>(() => undefined);
      });
      await dying.operations.createVolume(volumeRequest());
      await maker.opened;
      await dying.store.close();

      const executor: Executor = {
        run: (host, batch) => hosts.run(host, batch),
        async awaitLeftovers(host) {
          if (host === unasked) throw new TransportError(host, `the link to ${host} broke`, true);
        },
        close: async () => undefined,
      };
      const pool = await openPool(file, executor);
      await recover(pool);
      const [parked] = await records(pool);
      expect((await retryOf(pool, parked?.id ?? ''))?.error).toBe(`the link to ${unasked} broke`);
      await pool.store.close();
    });
  });
});

describe('a thin pool that a volume shares with its clone', () => {
  it('gives its space back once, whoever goes last', async () => {
    const hosts = strictHosts(3, 1);
    await withPool(hosts, async (pool) => {
      await loadTopology(pool, 3, 1);
      for (let round = 0; round < 3; round++) {
        const keep = await done(pool, await pool.operations.createVolume(volumeRequest({ name: `keep-${round}` })));
        const source = volumeIdOf(await done(pool, await pool.operations.createVolume(volumeRequest({ name: 's' }))));
        const clone = volumeIdOf(await done(pool, await pool.operations.cloneVolume(source, 'c')));
        await Promise.all([source, clone].map((id) => pool.operations.deleteVolume(id)));
        await pool.runner.settled();
        expect(await differences(pool.store, hosts)).toEqual([]);
        await done(pool, await pool.operations.deleteVolume(volumeIdOf(keep)));
      }
      expect(await usedKib(pool, 'h1')).toBe(0);
    });
  });

  it('is given back once though several deletes find it gone', async () => {
    const hosts = strictHosts(3, 1);
    await withPool(hosts, async (quiet, file) => {
      await loadTopology(quiet, 3, 1);
      await done(quiet, await quiet.operations.createVolume(volumeRequest({ name: 'keep' })));
      const source = volumeIdOf(await done(quiet, await quiet.operations.createVolume(volumeRequest({ name: 's' }))));
      const clone = volumeIdOf(await done(quiet, await quiet.operations.cloneVolume(source, 'c')));
      // Both count what is in the pool when both have removed their volume from it.
      let counting = 0;
      const both = new Gate();
      const pool = await serve(quiet, file, hosts, async (line, host) => {
        if (host !== 'h1' || !line.includes('thin_count')) return;
        counting++;
        if (counting === 2) both.open();
        await both.opened;
      });
      await Promise.all([source, clone].map((id) => pool.operations.deleteVolume(id)));
      await pool.runner.settled();
      expect(await differences(pool.store, hosts)).toEqual([]);
      await pool.store.close();
    });
  });
});
