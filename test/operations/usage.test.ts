import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Brick } from '../../src/domain/brick.js';
import { brickThinPoolName } from '../../src/domain/brick.js';
import type { RecordedEvent } from '../../src/domain/event.js';
import { useOfVolume } from '../../src/domain/usage.js';
import type { Volume } from '../../src/domain/volume.js';
import type { Command, CommandResult } from '../../src/executors/executor.js';
import { MockExecutor } from '../../src/executors/mock/mock-executor.js';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import type { NodeHealth } from '../../src/operations/ports/node-health.js';
import { createUsage, type Usage } from '../../src/operations/usage/usage.js';
import { HOST_SETTINGS } from '../support/host-settings.js';
import {
  ALL_UP,
  done,
  loadTopology,
  type Pool,
  SILENT,
  strictHosts,
  volumeRequest,
  withPool,
} from '../support/pool.js';

type Run = (host: string, batch: readonly Command[]) => Promise<readonly CommandResult[]>;

interface Scene {
  readonly hosts: SimulatedHosts;
  readonly pool: Pool;
  /** One that asks the hosts through `ask`, and takes them for as well as `health` does. */
  usageOf(options?: { readonly ask?: (run: Run) => Run; readonly health?: NodeHealth }): Usage;
  readonly volume: Volume;
  readonly bricks: readonly Brick[];
  hostOf(brick: Brick): Promise<string>;
  /** Types and details of events about bricks. */
  told(): Promise<readonly Pick<RecordedEvent, 'type' | 'subject' | 'details' | 'reason'>[]>;
}

async function scene(work: (at: Scene) => Promise<void>, request = {}): Promise<void> {
  const hosts = strictHosts(4, 2);
  const executor = new MockExecutor(hosts);
  await withPool(executor, async (pool) => {
    await loadTopology(pool, 4, 2);
    await done(pool, await pool.operations.createVolume(volumeRequest({ sizeGib: 20, ...request })));
    const { volume, bricks } = await pool.store.read(async (tx) => {
      const [found] = await tx.volumes.list();
      if (!found) throw new Error('no volume');
      return { volume: found, bricks: await tx.bricks.listByVolume(found.id) };
    });
    await work({
      hosts,
      pool,
      volume,
      bricks,
      usageOf({ ask = (run: Run) => run, health = ALL_UP } = {}) {
        const run = ask((host, batch) => executor.run(host, batch));
        const asked = { run, awaitLeftovers: async () => undefined, close: async () => undefined };
        return createUsage({
          store: pool.store,
          hosts: { executor: asked, settings: HOST_SETTINGS },
          health,
          log: SILENT,
        });
      },
      async hostOf({ nodeId }) {
        const node = await pool.store.read((tx) => tx.nodes.find(nodeId));
        return node?.manageNames[0] ?? '';
      },
      async told() {
        const events = await pool.store.read((tx) => tx.events.listAfter(0, 100));
        return events
          .filter(({ type }) => type.startsWith('brick.'))
          .map(({ type, subject, details, reason }) => ({ type, subject, details, reason }));
      },
    });
  });
}

const programsOf = (batch: readonly Command[]): string =>
  batch.map(({ argv }) => argv.find((word) => /^(lvs|df|gluster)$/.test(word)) ?? '').join(' ');

/** What these hosts print in place of what they would. */
function lying(replace: (host: string, stdout: string, command: Command) => string) {
  return (run: Run): Run =>
    async (host, batch) =>
      (await run(host, batch)).map((result, i) => ({
        ...result,
        stdout: replace(host, result.stdout, batch[i] as Command),
      }));
}

const isDf = ({ argv }: Command): boolean => argv[0] === 'df';
const isLvs = ({ argv }: Command): boolean => argv.includes('lvs');

describe('a round', () => {
  it('asks each host once, one after the other, and then knows how full each brick and volume is', () =>
    scene(async ({ usageOf, volume, bricks }) => {
      const asked: string[] = [];
      let atOnce = 0;
      const usage = usageOf({
        ask: (run) => async (host, batch) => {
          asked.push(`${host}: ${programsOf(batch)}`);
          expect(++atOnce).toBe(1);
          const results = await run(host, batch);
          atOnce--;
          return results;
        },
      });
      await usage.monitor.runOnce();
      const holders = bricks.length;
      expect(asked.filter((line) => line.endsWith(': lvs'))).toHaveLength(holders);
      expect(asked.filter((line) => line.endsWith(': df'))).toHaveLength(holders);
      expect(asked.filter((line) => line.endsWith(': gluster'))).toHaveLength(1);
      for (const brick of bricks)
        expect(usage.books.brick(brick.id)).toMatchObject({
          at: expect.any(Number) as number,
          fileSystem: { usedKib: 40_092 },
          pool: { name: brickThinPoolName(brick), dataPercent: 0, metadataPercent: 10 },
          unknown: [],
        });
      expect(useOfVolume(volume, bricks, usage.books)).toMatchObject({
        space: { usedKib: 40_092 },
        healEntries: 0,
        unknown: [],
      });
      expect(usage.books.byVolume().get(volume.id)?.use.space?.usedKib).toBe(40_092);
      expect([...usage.books.byDevice().values()]).toEqual(bricks.map(() => 0));
    }));

  it('keeps nothing of what is gone', () =>
    scene(async ({ usageOf, pool, volume, bricks }) => {
      const usage = usageOf();
      await usage.monitor.runOnce();
      await done(pool, await pool.operations.deleteVolume(volume.id));
      await usage.monitor.runOnce();
      for (const { id } of bricks) expect(usage.books.brick(id).at).toBeNull();
      expect([usage.books.byVolume().size, usage.books.heal(volume.id)]).toEqual([0, null]);
    }));

  it('asks gluster once for the sets of volumes that have several, and not again while their bricks are the same', () =>
    scene(async ({ usageOf, pool, hosts, volume }) => {
      await done(pool, await pool.operations.expandVolume(volume.id, 10));
      const bricks = await pool.store.read((tx) => tx.bricks.listByVolume(volume.id));
      let lists = 0;
      const usage = usageOf({
        ask: (run) => (host, batch) => {
          if (batch.some(({ argv }) => argv.includes('info') && !argv.includes('heal'))) lists++;
          return run(host, batch);
        },
      });
      hosts.setHealEntries(volume.name, 3);
      await usage.monitor.runOnce();
      await usage.monitor.runOnce();
      expect(lists).toBe(1);
      expect(useOfVolume(volume, bricks, usage.books)).toMatchObject({
        space: { usedKib: 2 * 40_092 },
        healEntries: 3,
        unknown: [],
      });
    }));
});

describe('a host that can not be asked', () => {
  it.each([
    ['is down', 'its host h'],
    ['refuses', 'connection refused'],
  ] as const)('%s: its bricks are unknown, and not empty', (how, reason) =>
    scene(async ({ usageOf, hosts, volume, bricks, hostOf }) => {
      const [brick] = bricks as [Brick];
      const host = await hostOf(brick);
      const asked: string[] = [];
      const usage = usageOf({
        ask: (run) => (name, batch) => {
          asked.push(name);
          return run(name, batch);
        },
        health: { ...ALL_UP, isUp: (name) => how !== 'is down' || name !== host },
      });
      hosts.setHostUp(host, false);
      await usage.monitor.runOnce();
      expect(usage.books.brick(brick.id)).toMatchObject({ fileSystem: null, pool: null });
      expect(usage.books.brick(brick.id).unknown[0]).toContain(reason);
      expect(asked.includes(host)).toBe(how !== 'is down');
      expect(useOfVolume(volume, bricks, usage.books)).toMatchObject({ space: { usedKib: 40_092 } });
    }),
  );

  it('is offline: it is left alone', () =>
    scene(async ({ usageOf, pool, bricks, hostOf }) => {
      const [brick] = bricks as [Brick];
      const host = await hostOf(brick);
      await done(pool, await pool.operations.setNodeState(brick.nodeId, 'offline'));
      const asked: string[] = [];
      const usage = usageOf({
        ask: (run) => (name, batch) => {
          asked.push(name);
          return run(name, batch);
        },
      });
      await usage.monitor.runOnce();
      expect(asked).not.toContain(host);
      expect(usage.books.brick(brick.id).unknown).toEqual(['its node is offline: its host is left alone']);
    }));

  it('hangs: it is not asked again before it has answered, and the others are', async () => {
    await scene(async ({ usageOf, bricks, hostOf }) => {
      const [brick, other] = bricks as [Brick, Brick];
      const host = await hostOf(brick);
      const hung: (() => void)[] = [];
      const usage = usageOf({
        ask: (run) => async (name, batch) => {
          if (name === host) await new Promise<void>((go) => hung.push(go));
          return run(name, batch);
        },
      });
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      onTestFinished(() => void vi.useRealTimers());
      const rounds = Promise.all([usage.monitor.runOnce()]);
      await vi.waitFor(() => expect(hung).toHaveLength(1));
      await vi.advanceTimersByTimeAsync(60_000);
      await rounds;
      expect(usage.books.brick(brick.id).unknown).toEqual([`no answer from ${host} within 60 s`]);
      expect(usage.books.brick(other.id).fileSystem).not.toBeNull();
      await usage.monitor.runOnce();
      expect(hung).toHaveLength(1);
      expect(usage.books.brick(brick.id).unknown).toEqual([`${host} has not answered an earlier question yet`]);
    });
  });
});

describe('a host that tells what can not be', () => {
  const EMPTY_LVS = '{ "report": [ { "lv": [] } ] }';

  it.each<[string, (stdout: string, command: Command) => string, object, RegExp]>([
    ['df prints nothing', (out, c) => (isDf(c) ? '' : out), { fileSystem: null }, /shows nothing mounted/],
    [
      'df shows the file system below',
      (out, c) => (isDf(c) ? out.replaceAll(/\S+$/gm, '/') : out),
      { fileSystem: null },
      /shows nothing mounted/,
    ],
    [
      'df prints sizes that contradict each other',
      (out, c) => (isDf(c) ? out.replaceAll(/ 40092 /g, ' 999999999999 ') : out),
      { fileSystem: null },
      /sizes that can't be/,
    ],
    ['df prints dashes', (out, c) => (isDf(c) ? out.replaceAll(/ \d+/g, ' -') : out), { fileSystem: null }, /df on/],
    [
      'another disk is mounted there',
      (out, c) => (isDf(c) ? out.replaceAll('/dev/mapper/vg_', '/dev/mapper/other_') : out),
      { fileSystem: null },
      /^\/dev\/mapper\/other_\S+ is mounted at/,
    ],
    ['lvs prints no JSON', (out, c) => (isLvs(c) ? 'oops' : out), { pool: null }, /lvm does not tell of thin pools/],
    ['lvs shows nothing', (out, c) => (isLvs(c) ? EMPTY_LVS : out), { pool: null }, /shows no thin pool vg_/],
    [
      'lvs leaves a column out',
      (out, c) => (isLvs(c) ? out.replaceAll('"data_percent"', '"other"') : out),
      { pool: null },
      /a row without data_percent/,
    ],
    [
      'lvs prints a dash for a percentage',
      (out, c) => (isLvs(c) ? out.replaceAll('"10.00"', '"-"') : out),
      { pool: { dataPercent: 0, metadataPercent: null } },
      /does not tell how full thin pool/,
    ],
  ])('%s: unknown, with the reason', (_, replace, expected, reason) =>
    scene(async ({ usageOf, bricks }) => {
      const usage = usageOf({ ask: lying((_host, stdout, command) => replace(stdout, command)) });
      await usage.monitor.runOnce();
      const use = usage.books.brick(bricks[0]?.id ?? '');
      expect(use).toMatchObject(expected);
      expect(use.unknown.join('\n')).toMatch(reason);
    }),
  );

  it('is believed again when it answers', () =>
    scene(async ({ usageOf, bricks }) => {
      let lies = true;
      const usage = usageOf({ ask: lying((_, stdout, command) => (lies && isDf(command) ? '-' : stdout)) });
      await usage.monitor.runOnce();
      lies = false;
      await usage.monitor.runOnce();
      for (const { id } of bricks) expect(usage.books.brick(id).unknown).toEqual([]);
    }));

  it('gluster answers a heal without numbers, or not at all', () =>
    scene(async ({ usageOf, volume, bricks, hosts, hostOf }) => {
      const dashes = usageOf({
        ask: lying((_, stdout) => stdout.replaceAll(/<numberOfEntries>\d+/g, '<numberOfEntries>-')),
      });
      await dashes.monitor.runOnce();
      expect(useOfVolume(volume, bricks, dashes.books)).toMatchObject({
        healEntries: null,
        unknown: ['gluster does not tell what waits to be healed on 3 of 3 bricks'],
      });
      for (const brick of bricks) hosts.setGlusterdUp(await hostOf(brick), false);
      const silent = usageOf();
      await silent.monitor.runOnce();
      const { healEntries, unknown } = useOfVolume(volume, bricks, silent.books);
      expect(healEntries).toBeNull();
      expect(unknown.join()).toContain('gluster does not tell what waits to be healed');
    }));
});

describe('a thin pool that fills up', () => {
  const poolOf = (brick: Brick): string => `vg_${brick.deviceId}/${brickThinPoolName(brick)}`;

  it('is told once for each of its parts, and once more when it has room again', () =>
    scene(async ({ usageOf, hosts, bricks, hostOf, told }) => {
      const [brick] = bricks as [Brick];
      const host = await hostOf(brick);
      const usage = usageOf();
      const see = async (data: string, metadata: string) => {
        hosts.setPoolUse(host, poolOf(brick), data, metadata);
        await usage.monitor.runOnce();
        return (await told()).map(({ type, details }) => `${type} ${details.part} ${details.percent}`);
      };
      expect(await see('79.99', '10.00')).toEqual([]);
      expect(await see('80.00', '10.00')).toEqual(['brick.pool-filling data 80']);
      expect(await see('99.10', '10.00')).toHaveLength(1);
      expect(await see('76.00', '80.50')).toEqual(['brick.pool-filling data 80', 'brick.pool-filling metadata 80.5']);
      expect(await see('', '')).toHaveLength(2);
      expect(await see('82.00', '81.00')).toHaveLength(2);
      expect((await see('74.99', '81.00')).at(-1)).toBe('brick.pool-relieved data 74.99');
      expect((await see('80.00', '81.00')).at(-1)).toBe('brick.pool-filling data 80');
      expect(await told()).toHaveLength(4);
      expect((await told())[0]).toMatchObject({
        subject: { kind: 'brick', id: brick.id, name: brick.path },
        details: { volumeId: brick.volumeId, nodeId: brick.nodeId, deviceId: brick.deviceId },
        reason: expect.stringMatching(/80 % of the data of thin pool vg_\S+ on h\d is used.*volume expand/) as string,
      });
    }));

  it('is told once, though the server was started anew in the meantime', () =>
    scene(async ({ usageOf, hosts, bricks, hostOf, told }) => {
      const [brick] = bricks as [Brick];
      hosts.setPoolUse(await hostOf(brick), poolOf(brick), '90.00', '10.00');
      for (let starts = 0; starts < 3; starts++) await usageOf().monitor.runOnce();
      expect(await told()).toHaveLength(1);
      hosts.setPoolUse(await hostOf(brick), poolOf(brick), '10.00', '10.00');
      for (let starts = 0; starts < 3; starts++) await usageOf().monitor.runOnce();
      expect((await told()).map(({ type }) => type)).toEqual(['brick.pool-filling', 'brick.pool-relieved']);
    }));

  it('writes nothing while nothing has changed', () =>
    scene(async ({ usageOf, pool, hosts, bricks, hostOf }) => {
      const [brick] = bricks as [Brick];
      hosts.setPoolUse(await hostOf(brick), poolOf(brick), '90.00', '10.00');
      const usage = usageOf();
      await usage.monitor.runOnce();
      const write = vi.spyOn(pool.store, 'write');
      onTestFinished(() => write.mockRestore());
      await usage.monitor.runOnce();
      expect(write).not.toHaveBeenCalled();
    }));

  it('is forgotten with its brick, without an event', () =>
    scene(async ({ usageOf, pool, hosts, volume, bricks, hostOf, told }) => {
      const [brick] = bricks as [Brick];
      hosts.setPoolUse(await hostOf(brick), poolOf(brick), '90.00', '10.00');
      const usage = usageOf();
      await usage.monitor.runOnce();
      await done(pool, await pool.operations.createVolume(volumeRequest({ sizeGib: 20, name: 'other' })));
      await done(pool, await pool.operations.deleteVolume(volume.id));
      await usage.monitor.runOnce();
      expect(await pool.store.read((tx) => tx.fillingPools.list())).toEqual([]);
      expect(await told()).toHaveLength(1);
    }));
});

it('questions are spread over a round: the first takes half a minute, the others their period', () =>
  scene(async ({ usageOf }) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const beganAt = performance.now();
    const askedAt: number[] = [];
    const usage = usageOf({
      ask: (run) => (host, batch) => {
        if (batch.some(isLvs)) askedAt.push(Math.round((performance.now() - beganAt) / 1000));
        return run(host, batch);
      },
    });
    usage.monitor.start(45, 600);
    // Four nodes of which three have bricks, and one question about healing: five to a round.
    const until = (count: number) =>
      vi.waitFor(
        async () => {
          await vi.advanceTimersToNextTimerAsync();
          expect(askedAt).toHaveLength(count);
        },
        { timeout: 60_000 },
      );
    await until(6);
    usage.monitor.stop();
    const [first = 0, , , second = 0] = askedAt;
    expect(first).toBeGreaterThanOrEqual(45);
    expect(Math.max(...askedAt.slice(0, 3))).toBeLessThan(45 + 30);
    expect(second).toBeGreaterThanOrEqual(45 + 30);
    expect(second).toBeLessThan(45 + 30 + 600);
    expect(askedAt.every((at, i) => i === 0 || at - (askedAt[i - 1] ?? 0) >= (i <= 3 ? 5 : 100))).toBe(true);
  }));

it('a server that stops begins no further question', () =>
  scene(async ({ usageOf }) => {
    let asked = 0;
    const usage = usageOf({
      ask: (run) => (host, batch) => {
        asked++;
        usage.monitor.stop();
        return run(host, batch);
      },
    });
    await usage.monitor.runOnce();
    // What had begun ends: lvs and df of one host.
    expect(asked).toBe(2);
  }));
