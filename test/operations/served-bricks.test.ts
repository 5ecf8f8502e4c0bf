import { describe, expect, it } from 'vitest';
import type { Id } from '../../src/domain/ids.js';
import type { CommandResult, Executor } from '../../src/executors/executor.js';
import { MockExecutor } from '../../src/executors/mock/mock-executor.js';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import { moveBrickByHand } from '../support/moved-brick.js';
import {
  answerOf,
  done,
  loadTopology,
  openPool,
  type Pool,
  retryOf,
  strictHosts,
  volumeRequest,
  withPool,
} from '../support/pool.js';
import { WatchedExecutor } from '../support/watched-executor.js';

const run = async (hosts: SimulatedHosts, host: string, ...argv: readonly string[]) => {
  const [result] = await hosts.run(host, [{ argv, timeoutMs: 1000 }]);
  expect(result).toMatchObject({ exitCode: 0 });
};
const gluster = (hosts: SimulatedHosts, ...words: readonly string[]) =>
  run(hosts, 'h1', 'gluster', '--mode=script', ...words);

/** Bricks in the order of the nodes' addresses, as gluster names them. */
async function brickNames(pool: Pool): Promise<readonly string[]> {
  return pool.store.read(async (tx) => {
    const names = new Map((await tx.nodes.list()).map((node) => [node.id, node.storageNames[0]]));
    return (await tx.bricks.list()).map(({ nodeId, path }) => `${names.get(nodeId)}:${path}`).sort();
  });
}

async function rescue(hosts: SimulatedHosts, bricks: readonly string[]): Promise<void> {
  await gluster(hosts, 'volume', 'create', 'rescued', 'replica', String(bricks.length), ...bricks, 'force');
}

const logicalVolumes = (hosts: SimulatedHosts) =>
  hosts.state().hosts.flatMap(({ groups }) => groups.flatMap(({ volumes }) => volumes.map(({ name }) => name)));

async function withVolume(work: (pool: Pool, hosts: SimulatedHosts, id: Id, file: string) => Promise<void>) {
  const hosts = strictHosts(3, 1);
  await withPool(hosts, async (pool, file) => {
    await loadTopology(pool, 3, 1);
    const id = (await done(pool, await pool.operations.createVolume(volumeRequest({ name: 'v' })))).slice(
      '/volumes/'.length,
    );
    await work(pool, hosts, id, file);
  });
}

describe('a brick that a volume of gluster uses', () => {
  it('is not destroyed with the volume that had it before; the delete is refused and nothing is changed', () =>
    withVolume(async (pool, hosts, id) => {
      await gluster(hosts, 'volume', 'stop', 'v');
      await gluster(hosts, 'volume', 'delete', 'v');
      await rescue(hosts, await brickNames(pool));
      const before = hosts.state();
      const answer = await answerOf(pool, await pool.operations.deleteVolume(id));
      expect(answer.error).toMatch(/volume rescued uses brick .* left alone/);
      expect(hosts.state()).toEqual(before);
      expect(await pool.store.read((tx) => tx.operations.list())).toEqual([]);
      expect(await pool.store.read((tx) => tx.volumes.find(id))).toMatchObject({ pendingId: null });
    }));

  it('is not destroyed when it is the only one of its volume, nor are the others', () =>
    withVolume(async (pool, hosts, id) => {
      await gluster(hosts, 'volume', 'stop', 'v');
      await gluster(hosts, 'volume', 'delete', 'v');
      await rescue(hosts, (await brickNames(pool)).slice(0, 1));
      const before = logicalVolumes(hosts);
      await answerOf(pool, await pool.operations.deleteVolume(id));
      expect(logicalVolumes(hosts)).toEqual(before);
    }));

  it('is not destroyed when it was put into another volume right after gluster had deleted its own', () =>
    withVolume(async (quiet, hosts, id, file) => {
      const bricks = await brickNames(quiet);
      const before = logicalVolumes(hosts);
      await quiet.store.close();
      let hasDeleted = false;
      const executor = new WatchedExecutor(hosts, async (line) => {
        if (/ volume delete v$/.test(line)) hasDeleted = true;
        else if (hasDeleted) {
          hasDeleted = false;
          await rescue(hosts, bricks);
        }
      });
      const pool = await openPool(file, executor);
      await answerOf(pool, await pool.operations.deleteVolume(id));
      expect(logicalVolumes(hosts)).toEqual(before);
      const [record] = await pool.store.read((tx) => tx.operations.list());
      expect((await retryOf(pool, record?.id ?? ''))?.error).toMatch(/volume rescued uses brick/);
      await pool.runner.settled();
      await pool.store.close();
    }));

  it('is not destroyed when it was put into another volume while its removal waited for its turn', () =>
    withVolume(async (quiet, hosts, id, file) => {
      const bricks = await brickNames(quiet);
      const before = logicalVolumes(hosts);
      await quiet.store.close();
      let hasLooked = false;
      const executor = new WatchedExecutor(hosts, async (line) => {
        if (/ volume info --xml$/.test(line)) hasLooked = true;
        if (!hasLooked || !line.includes(' brick-claims ')) return;
        hasLooked = false;
        await rescue(hosts, bricks);
      });
      const pool = await openPool(file, executor);
      await answerOf(pool, await pool.operations.deleteVolume(id));
      expect(logicalVolumes(hosts)).toEqual(before);
      const [record] = await pool.store.read((tx) => tx.operations.list());
      expect((await retryOf(pool, record?.id ?? ''))?.error).toMatch(/volume rescued uses/);
      await pool.runner.settled();
      await pool.store.close();
    }));

  it('is not deleted with its volume by the name of one that gluster did not have a moment ago', () =>
    withVolume(async (quiet, hosts, id, file) => {
      await quiet.store.close();
      await gluster(hosts, 'volume', 'stop', 'v');
      await gluster(hosts, 'volume', 'delete', 'v');
      let looks = 0;
      const executor = new WatchedExecutor(hosts, async (line) => {
        // All three hosts have said by then that there is none, and who uses the bricks has been asked.
        if (!/ volume info --xml$/.test(line) || ++looks !== 3) return;
        for (const host of ['h1', 'h2', 'h3']) await run(hosts, host, 'mkdir', '-p', '/data/brick');
        const bricks = [1, 2, 3].map((n) => `10.0.0.${n}:/data/brick`);
        await gluster(hosts, 'volume', 'create', 'v', 'replica', '3', ...bricks, 'force');
        await gluster(hosts, 'volume', 'start', 'v');
      });
      const pool = await openPool(file, executor);
      await answerOf(pool, await pool.operations.deleteVolume(id));
      expect(looks).toBeGreaterThanOrEqual(3);
      expect(hosts.state().pools.flatMap(({ volumes }) => volumes)).toMatchObject([{ name: 'v', status: 1 }]);
      await pool.runner.settled();
      await pool.store.close();
    }));

  it('is not destroyed by the undo of an expansion', () =>
    withVolume(async (quiet, hosts, id, file) => {
      await quiet.store.close();
      let made: readonly string[] = [];
      const executor = new WatchedExecutor(hosts, async (line) => {
        const bricks = / volume add-brick v (.*)$/.exec(line)?.[1]?.split(' ');
        if (!bricks) return;
        made = bricks;
        await rescue(hosts, bricks);
      });
      const pool = await openPool(file, executor);
      const answer = await answerOf(pool, await pool.operations.expandVolume(id, 5));
      expect(answer.error).not.toBeNull();
      const left = logicalVolumes(hosts);
      for (const name of made) expect(left).toContain(/brick_[0-9a-f]{32}/.exec(name)?.[0]);
      const bricks = await pool.store.read((tx) => tx.bricks.list());
      expect(bricks).toHaveLength(6);
      await pool.runner.settled();
      await pool.store.close();
    }));

  it('is not destroyed while its host, cut off from all others, is the only one to say that nobody uses it', () =>
    withVolume(async (quiet, hosts, id, file) => {
      await quiet.store.close();
      const executor = new WatchedExecutor(hosts, (line) => {
        if (/ volume add-brick /.test(line)) for (const host of ['h2', 'h3']) hosts.setGlusterdUp(host, false);
      });
      const pool = await openPool(file, executor);
      await answerOf(pool, await pool.operations.expandVolume(id, 5));
      expect(await pool.store.read((tx) => tx.bricks.list())).toHaveLength(6);
      expect(logicalVolumes(hosts).filter((name) => name.startsWith('brick_'))).toHaveLength(6);
      await pool.runner.settled();
      await pool.store.close();
    }));
});

describe('a delete beside other volumes on the same devices', () => {
  /** What gluster was asked for of all volumes. */
  async function deleteBeside(meanwhile: (hosts: SimulatedHosts, line: string, bricks: readonly string[]) => unknown) {
    const hosts = strictHosts(3, 1);
    const lists: string[] = [];
    let bricks: readonly string[] = [];
    const executor = new WatchedExecutor(hosts, async (line) => {
      if (/ volume info --xml$/.test(line)) lists.push(line);
      await meanwhile(hosts, line, bricks);
    });
    return withPool(executor, async (pool) => {
      await loadTopology(pool, 3, 1);
      const made = await done(pool, await pool.operations.createVolume(volumeRequest({ name: 'v' })));
      bricks = await brickNames(pool);
      await done(pool, await pool.operations.createVolume(volumeRequest({ name: 'beside' })));
      lists.length = 0;
      const { error } = await answerOf(pool, await pool.operations.deleteVolume(made.slice('/volumes/'.length)));
      const left = await pool.store.read((tx) => tx.bricks.list());
      return { error, lists, volumes: logicalVolumes(hosts).length, left: left.length };
    });
  }
  const rescueAfterDelete = (hosts: SimulatedHosts, line: string, bricks: readonly string[]) =>
    line.includes(' brick-claims ') &&
    !hosts.state().pools.some((p) => p.volumes.some(({ name }) => name === 'rescued'))
      ? rescue(hosts, bricks)
      : undefined;

  it('asks the hosts of the bricks who uses them, and nobody for all volumes', async () => {
    expect(await deleteBeside(() => undefined)).toEqual({ error: null, lists: [], volumes: 6, left: 3 });
  });

  it('leaves bricks alone that were put into another volume meanwhile', async () => {
    const { volumes, left, lists } = await deleteBeside(rescueAfterDelete);
    expect({ volumes, left, lists }).toEqual({ volumes: 12, left: 6, lists: [] });
  });

  it('asks for all volumes where the hosts can not tell', async () => {
    const byHand = async (hosts: SimulatedHosts, line: string) => {
      if (!/ volume stop v /.test(line)) return;
      await gluster(hosts, 'volume', 'stop', 'beside');
      await gluster(hosts, 'volume', 'delete', 'beside');
    };
    const { error, lists, left } = await deleteBeside(byHand);
    expect({ error, left }).toEqual({ error: null, left: 3 });
    expect(lists).not.toEqual([]);
    const rescued = await deleteBeside(async (hosts, line, bricks) => {
      await byHand(hosts, line);
      await rescueAfterDelete(hosts, line, bricks);
    });
    expect(rescued).toMatchObject({ volumes: 12, left: 6 });
  });
});

describe('a delete where the files at the usual place are not those of the glusterd that runs', () => {
  /** Left there before glusterd was moved: they show the witness, and nothing of what has happened since. */
  function withOldFiles(executor: Executor): Executor {
    const answer = { exitCode: 0, stdout: '', stderr: '' };
    return {
      async run(host, batch) {
        const results: CommandResult[] = [];
        for (const command of batch) {
          const isLook = command.argv.includes('brick-claims');
          const [result = answer] = isLook ? [answer] : await executor.run(host, [command]);
          results.push(result);
          if (result.exitCode !== 0 && !command.mayFail) break;
        }
        return results;
      },
      awaitLeftovers: (host) => executor.awaitLeftovers(host),
      linkNames: async (host, name) => executor.linkNames?.(host, name),
      close: () => executor.close(),
    };
  }

  interface ByHand {
    readonly before?: (pool: Pool, hosts: SimulatedHosts) => Promise<void>;
    readonly beforeStop?: (hosts: SimulatedHosts, bricks: readonly string[]) => Promise<void>;
  }

  /** How many of the volume's three bricks are there after its delete. */
  async function leftAfterDelete({ before, beforeStop }: ByHand): Promise<number> {
    const hosts = strictHosts(3, 2);
    let bricks: readonly string[] = [];
    let isStopping = false;
    const watched = new WatchedExecutor(hosts, async (line) => {
      if (isStopping || !/ volume stop v /.test(line)) return;
      isStopping = true;
      await beforeStop?.(hosts, bricks);
    });
    return withPool(withOldFiles(watched), async (pool) => {
      await loadTopology(pool, 3, 2);
      const made = await done(pool, await pool.operations.createVolume(volumeRequest({ name: 'v' })));
      bricks = await brickNames(pool);
      for (let i = 0; i < 4; i++) await done(pool, await pool.operations.createVolume(volumeRequest({})));
      await before?.(pool, hosts);
      await answerOf(pool, await pool.operations.deleteVolume(made.slice('/volumes/'.length)));
      const left = logicalVolumes(hosts);
      return bricks.filter((name) => left.includes(/brick_[0-9a-f]{32}/.exec(name)?.[0] ?? '')).length;
    });
  }

  it('leaves a brick alone that was replaced by hand and is in another volume', async () => {
    const left = await leftAfterDelete({
      async before(pool, hosts) {
        const { old } = await moveBrickByHand(pool.store, new MockExecutor(hosts), 'v');
        const node = await pool.store.read((tx) => tx.nodes.find(old.nodeId));
        await rescue(hosts, [`${node?.storageNames[0]}:${old.path}`]);
      },
    });
    expect(left).toBe(1);
  });

  it('leaves bricks alone that got into another volume before gluster was told to delete theirs', async () => {
    const left = await leftAfterDelete({
      async beforeStop(hosts, bricks) {
        await gluster(hosts, 'volume', 'stop', 'v');
        await gluster(hosts, 'volume', 'delete', 'v');
        await rescue(hosts, bricks);
      },
    });
    expect(left).toBe(3);
  });

  it('removes bricks that only this volume had', async () => {
    expect(await leftAfterDelete({})).toBe(0);
  });
});
