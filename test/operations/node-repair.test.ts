import { describe, expect, it } from 'vitest';
import type { Id } from '../../src/domain/ids.js';
import { NEW_RECORD } from '../../src/domain/pending-operation.js';
import type { Executor } from '../../src/executors/executor.js';
import { MockExecutor } from '../../src/executors/mock/mock-executor.js';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import { HostWork } from '../../src/operations/hosts/host-work.js';
import type { RepairReport } from '../../src/operations/ports/repairs.js';
import { BrickRestarts } from '../../src/operations/repair/brick-restarts.js';
import { NodeRepair } from '../../src/operations/repair/node-repair.js';
import { NodeRepairMonitor } from '../../src/operations/repair/node-repair-monitor.js';
import { RepairReports } from '../../src/operations/repair/repair-reports.js';
import { HOST_SETTINGS } from '../support/host-settings.js';
import {
  ALL_UP,
  answerOf,
  done,
  hastyPacing,
  loadTopology,
  OPERATION_SETTINGS,
  type Pool,
  SILENT,
  strictHosts,
  volumeRequest,
  withPool,
} from '../support/pool.js';

interface Scene {
  readonly hosts: SimulatedHosts;
  readonly pool: Pool;
  readonly nodeId: Id;
  readonly volumeId: Id;
  /** Of the volume's brick on h1. */
  readonly vg: string;
  readonly mountPoint: string;
  readonly path: string;
}

/** Three nodes with one replicated volume, the repaired node being h1. */
function scene(work: (scene: Scene) => Promise<void>): Promise<void> {
  const hosts = strictHosts(3, 1);
  return withPool(hosts, async (pool) => {
    const clusterId = await loadTopology(pool, 3, 1);
    const location = await done(pool, await pool.operations.createVolume(volumeRequest({ name: 'vol' })));
    const nodes = await pool.store.read((tx) => tx.nodes.listByCluster(clusterId));
    const nodeId = nodes.find((node) => node.manageNames[0] === 'h1')?.id ?? '';
    const [brick] = await pool.store.read((tx) => tx.bricks.listByNode(nodeId));
    if (!brick) throw new Error('no brick on h1');
    await work({
      hosts,
      pool,
      nodeId,
      volumeId: location.slice('/volumes/'.length),
      vg: `vg_${brick.deviceId}`,
      mountPoint: brick.path.replace(/\/brick$/, ''),
      path: brick.path,
    });
  });
}

async function run(hosts: SimulatedHosts, host: string, ...argv: readonly string[]): Promise<void> {
  const [result] = await hosts.run(host, [{ argv, timeoutMs: 1000 }]);
  if (result?.exitCode !== 0) throw new Error(`${argv.join(' ')}: ${result?.stderr}`);
}

async function repair({ pool, nodeId }: Pick<Scene, 'pool' | 'nodeId'>, isDryRun = false): Promise<RepairReport> {
  const location = await done(pool, await pool.operations.repairNode(nodeId, isDryRun));
  const report = pool.operations.repairReport(location.slice('/repairs/'.length));
  if (!report) throw new Error(`no report at ${location}`);
  return report;
}

const summary = (report: RepairReport) => report.findings.map(({ kind, outcome }) => `${kind}: ${outcome}`);

/** A restart after which nobody activated the volume group, with the fstab line gone as well. */
async function badRestart({ hosts, vg }: Scene): Promise<void> {
  await run(hosts, 'h1', 'sed', '-i.save', '/brick_/d', '/etc/fstab');
  hosts.setHostUp('h1', false);
  hosts.setHostUp('h1', true, { inactiveGroups: [vg] });
}

describe('repair of a node', () => {
  it('finds nothing on a healthy node', () =>
    scene(async (at) => {
      const before = at.hosts.state();
      expect(await repair(at)).toMatchObject({ isHealthy: true, findings: [], unreadable: [], host: 'h1' });
      expect(at.hosts.state()).toEqual(before);
    }));

  it('restores logical volumes, fstab lines, mounts and brick processes after a restart', () =>
    scene(async (at) => {
      const before = at.hosts.state();
      await badRestart(at);
      expect(JSON.stringify(at.hosts.state())).toContain('(down)');
      const report = await repair(at);
      expect(summary(report)).toEqual([
        'logical volume inactive: repaired',
        'fstab line missing: repaired',
        'not mounted: repaired',
        'brick process down: repaired',
      ]);
      expect(report.isHealthy).toBe(true);
      expect(at.hosts.state()).toEqual(before);
      expect((await repair(at)).findings).toEqual([]);
      expect(at.hosts.state()).toEqual(before);
    }));

  it('only reports in a dry run', () =>
    scene(async (at) => {
      await badRestart(at);
      const before = at.hosts.state();
      const report = await repair(at, true);
      expect(summary(report)).toEqual([
        'logical volume inactive: repairable',
        'fstab line missing: repairable',
        'not mounted: repairable',
        'brick process down: repairable',
      ]);
      expect(report).toMatchObject({ isDryRun: true, isHealthy: false });
      expect(at.hosts.state()).toEqual(before);
      expect(at.pool.operations.lastRepairReport(at.nodeId)).toEqual(report);
    }));

  it('starts a brick process that was killed', () =>
    scene(async (at) => {
      const before = at.hosts.state();
      at.hosts.killBrick('h1', at.path);
      expect(summary(await repair(at))).toEqual(['brick process down: repaired']);
      expect(at.hosts.state()).toEqual(before);
    }));

  it('never starts a brick on an unmounted directory, though it has the right name', () =>
    scene(async (at) => {
      await badRestart(at);
      await run(at.hosts, 'h1', 'mkdir', '-p', at.path);
      at.hosts.setFaults([{ kind: 'fail', host: 'h1', match: '^mount -o', stderr: 'mount: structure needs cleaning' }]);
      const report = await repair(at);
      expect(report.findings.map(({ kind, outcome }) => [kind, outcome])).toContainEqual(['not mounted', 'failed']);
      expect(report.findings.find(({ kind }) => kind === 'brick process down')).toMatchObject({
        outcome: 'left alone',
        detail: expect.stringMatching(
          /^brick [0-9a-f]{32} on h1 is not mounted, so none of the volume's bricks is started$/,
        ),
      });
      expect(report.isHealthy).toBe(false);
      expect(JSON.stringify(at.hosts.state())).not.toContain('unmounted directory');
    }));

  it('leaves a volume alone whose bricks elsewhere are not mounted', () =>
    scene(async (at) => {
      const [other] = at.hosts.state().hosts.filter((host) => host.manage === 'h2');
      const mount = other?.mounts[0];
      if (!mount) throw new Error('no mount on h2');
      at.hosts.killBrick('h1', at.path);
      at.hosts.killBrick('h2', `${mount.target}/brick`);
      await run(at.hosts, 'h2', 'umount', mount.target);
      await run(at.hosts, 'h2', 'mkdir', '-p', `${mount.target}/brick`);
      const report = await repair(at);
      expect(report.findings).toMatchObject([
        { kind: 'brick process down', outcome: 'left alone', detail: expect.stringMatching(/on h2 is not mounted;/) },
      ]);
      expect(JSON.stringify(at.hosts.state())).not.toContain('unmounted directory');
    }));

  it('does not wait for a node that is down for everybody', () =>
    scene(async (at) => {
      at.hosts.killBrick('h1', at.path);
      at.hosts.setHostUp('h3', false);
      expect(summary(await repair(at))).toEqual(['brick process down: repaired']);
    }));

  it('leaves a volume alone while gluster reaches a node that can not be asked', () =>
    scene(async (at) => {
      at.hosts.killBrick('h1', at.path);
      at.hosts.setFaults([{ kind: 'lose-link', host: 'h3', match: '^findmnt' }]);
      expect((await repair(at)).findings).toMatchObject([
        { outcome: 'left alone', detail: expect.stringContaining('though gluster reaches it') },
      ]);
    }));

  it('leaves a volume alone with a brick that the store does not know', () =>
    scene(async (at) => {
      const brick = await at.pool.store.read((tx) => tx.bricks.listByNode(at.nodeId));
      at.hosts.killBrick('h1', at.path);
      await at.pool.store.write((tx) => tx.bricks.delete(brick.map(({ id }) => id)));
      // The store now knows of no brick on h1, so there is nothing to repair there; h2 has one that is down.
      const nodes = await at.pool.store.read((tx) => tx.nodes.list());
      const h2 = nodes.find((node) => node.manageNames[0] === 'h2')?.id ?? '';
      const [second] = await at.pool.store.read((tx) => tx.bricks.listByNode(h2));
      at.hosts.killBrick('h2', second?.path ?? '');
      expect((await repair({ pool: at.pool, nodeId: h2 })).findings).toMatchObject([
        { outcome: 'left alone', detail: expect.stringContaining(`does not know brick 10.0.0.1:${at.path}`) },
      ]);
    }));

  it('reports what it can not mend: a lost disk, a foreign mount, a stopped or missing volume', () =>
    scene(async (at) => {
      at.hosts.killBrick('h1', at.path);
      await run(at.hosts, 'h1', 'umount', at.mountPoint);
      await run(at.hosts, 'h1', 'vgremove', '-f', at.vg);
      expect(summary(await repair(at))).toEqual([
        'logical volume absent: left alone',
        'brick process down: left alone',
      ]);
      await run(at.hosts, 'h1', 'gluster', 'volume', 'stop', 'vol', 'force');
      expect(summary(await repair(at))).toEqual([
        'logical volume absent: left alone',
        'volume not started: left alone',
      ]);
      await run(at.hosts, 'h1', 'gluster', 'volume', 'delete', 'vol');
      expect(summary(await repair(at))).toEqual(['logical volume absent: left alone', 'volume absent: left alone']);
    }));

  it('touches nothing of a volume that an operation is changing', () =>
    scene(async (at) => {
      await badRestart(at);
      const before = at.hosts.state();
      const volume = await at.pool.store.read((tx) => tx.volumes.find(at.volumeId));
      if (!volume) throw new Error('no volume');
      await at.pool.store.write(async (tx) => {
        await tx.operations.insert({
          ...NEW_RECORD,
          id: 'c'.repeat(32),
          type: 'delete-volume',
          status: 'stale',
          createdAt: 1,
          actions: [{ change: 'delete-volume', id: volume.id, delta: null }],
        });
        await tx.volumes.update({ ...volume, pendingId: 'c'.repeat(32) });
      });
      const report = await repair(at);
      expect(report).toMatchObject({
        isHealthy: true,
        findings: [{ kind: 'volume being changed', outcome: 'left alone', volumeName: 'vol' }],
      });
      expect(at.hosts.state()).toEqual(before);
    }));

  it('looks again before it acts: a deletion that began meanwhile is not disturbed', () =>
    scene(async (at) => {
      await badRestart(at);
      at.hosts.setHostUp('h1', true);
      // Both wait for the volume's lock; whichever comes first, the volume and its bricks are gone in the end.
      const [repairing, deleting] = await Promise.all([
        at.pool.operations.repairNode(at.nodeId, false),
        at.pool.operations.deleteVolume(at.volumeId),
      ]);
      await done(at.pool, deleting);
      await done(at.pool, repairing);
      const [h1] = at.hosts.state().hosts;
      expect(h1?.mounts).toEqual([]);
      expect(h1?.fstab).toEqual([]);
      expect(h1?.groups[0]?.volumes).toEqual([]);
      expect(at.hosts.state().pools.flatMap((pool) => pool.volumes)).toEqual([]);
    }));

  it('reports missing mounts of clones, which gluster makes itself', () =>
    scene(async (at) => {
      const clone = (await done(at.pool, await at.pool.operations.cloneVolume(at.volumeId, 'twin'))).slice(9);
      const bricks = await at.pool.store.read((tx) => tx.bricks.listByVolume(clone));
      const path = bricks.find((brick) => brick.nodeId === at.nodeId)?.path ?? '';
      expect((await repair(at)).findings).toEqual([]);
      at.hosts.killBrick('h1', path);
      expect(summary(await repair(at))).toEqual(['brick process down: repaired']);
      at.hosts.killBrick('h1', path);
      await run(at.hosts, 'h1', 'umount', path.replace(/\/brick$/, ''));
      expect(summary(await repair(at))).toEqual(['not mounted: left alone', 'brick process down: left alone']);
    }));

  it('says what it could not read, and fails when the node is down', () =>
    scene(async (at) => {
      at.hosts.setFaults([{ kind: 'fail', match: 'volume status all', stderr: 'Connection failed.' }]);
      expect(await repair(at)).toMatchObject({
        isHealthy: false,
        findings: [],
        unreadable: ['brick processes: Connection failed.'],
      });
      at.hosts.setFaults([{ kind: 'fail', match: ' lvs ', stderr: '  broken' }]);
      await run(at.hosts, 'h2', 'cat', '/etc/fstab');
      expect(await repair(at)).toMatchObject({ unreadable: ['logical volumes: broken'] });
      at.hosts.setHostUp('h1', false);
      const { error } = await answerOf(at.pool, await at.pool.operations.repairNode(at.nodeId, false));
      expect(error).toContain("h1 can't be reached");
      await expect(at.pool.operations.repairNode('f'.repeat(32), false)).rejects.toThrow('Id not found');
    }));

  it('mounts nothing while the logical volumes are not known', () =>
    scene(async (at) => {
      await badRestart(at);
      const before = at.hosts.state();
      at.hosts.setFaults([{ kind: 'fail', match: ' lvs ', stderr: '  broken' }]);
      const report = await repair(at);
      expect(report.findings.find(({ kind }) => kind === 'brick process down')?.outcome).toBe('left alone');
      expect(at.hosts.state()).toEqual(before);
    }));
});

/** A repair that never waits. */
function repairer(at: Scene, executor: Executor = new MockExecutor(at.hosts), restarts = new BrickRestarts()) {
  return new NodeRepair(
    {
      store: at.pool.store,
      hosts: { executor, settings: HOST_SETTINGS },
      work: new HostWork({ bricksPerHost: 4, glusterChangesPerCluster: 8 }, hastyPacing()),
      health: ALL_UP,
      settings: OPERATION_SETTINGS,
      log: SILENT,
    },
    new RepairReports(),
    async () => undefined,
    restarts,
  );
}

describe('thin pools', () => {
  it('are known by the fullest of each device once a node was compared, and not when it does not tell', () =>
    scene(async (at) => {
      const used = new Map([['data_percent', '96.50']]);
      const told = (executor: Executor): Executor => ({
        run: async (host, batch, signal) =>
          (await executor.run(host, batch, signal)).map((result) => ({
            ...result,
            stdout: result.stdout.replace(
              /("lv_attr": "twi[^}]*"data_percent": ")[^"]*/,
              `$1${used.get('data_percent')}`,
            ),
          })),
        awaitLeftovers: (host) => executor.awaitLeftovers(host),
        close: () => executor.close(),
      });
      const repairing = repairer(at, told(new MockExecutor(at.hosts)));
      expect(repairing.thinPools.byDevice()).toEqual(new Map());
      await repairing.run(at.nodeId, true, false);
      const deviceId = at.vg.slice('vg_'.length);
      expect(repairing.thinPools.byDevice()).toEqual(new Map([[deviceId, 0.965]]));
      used.set('data_percent', '3.10');
      await repairing.run(at.nodeId, true, false);
      // Of its metadata more is used
      expect(repairing.thinPools.byDevice()).toEqual(new Map([[deviceId, 0.1]]));
      at.hosts.setFaults([{ kind: 'fail', match: ' lvs ', stderr: '  broken' }]);
      await repairing.run(at.nodeId, true, false);
      expect(repairing.thinPools.byDevice()).toEqual(new Map());
    }));
});

describe('a busy or failing gluster', () => {
  it('is asked again, and the mounts are checked anew each time', () =>
    scene(async (at) => {
      at.hosts.killBrick('h1', at.path);
      const busy = 'volume start: vol: failed: Another transaction is in progress for vol. Please try again.';
      at.hosts.setFaults([{ kind: 'fail', match: 'volume start vol force', times: 3, stderr: busy }]);
      expect(summary(await repairer(at).run(at.nodeId, false, true))).toEqual(['brick process down: repaired']);
      at.hosts.killBrick('h1', at.path);
      at.hosts.setFaults([
        { kind: 'fail', match: 'volume start vol force', stderr: busy },
        { kind: 'fail', host: 'h1', match: '^findmnt -n /dev', nth: 2 },
      ]);
      expect((await repairer(at).run(at.nodeId, false, true)).findings).toMatchObject([
        { outcome: 'left alone', detail: expect.stringContaining('is not mounted') },
      ]);
    }));

  it('is not believed when the process does not come up', () =>
    scene(async (at) => {
      at.hosts.killBrick('h1', at.path);
      const [result] = await at.hosts.run('h1', [
        { argv: ['gluster', 'volume', 'status', 'vol', '--xml'], timeoutMs: 1000 },
      ]);
      expect(result?.stdout).toContain('<status>0</status>');
      at.hosts.setFaults([{ kind: 'fail', host: 'h1', match: 'volume start vol force', exitCode: 0, stderr: '' }]);
      expect((await repairer(at).run(at.nodeId, false, true)).findings).toMatchObject([
        { kind: 'brick process down', outcome: 'failed', detail: expect.stringContaining('does not run though') },
      ]);
    }));
});

describe('mounts that systemd makes at the first access', () => {
  it('are made by the repair and are not reported for ever', () =>
    scene(async (at) => {
      const mock = new MockExecutor(at.hosts);
      const executor: Executor = {
        async run(host, batch, signal) {
          const results = await mock.run(host, batch, signal);
          return results.map((result, i) => {
            const argv = batch[i]?.argv ?? [];
            if (argv[0] !== 'mount') return result;
            if (argv.length > 1)
              return { exitCode: 32, stdout: '', stderr: `mount: ${at.mountPoint}: already mounted or busy.` };
            const line = `systemd-1 on ${at.mountPoint} type autofs (rw,relatime,fd=42)\n`;
            return { ...result, stdout: `${line}${result.stdout}` };
          });
        },
        awaitLeftovers: (host) => mock.awaitLeftovers(host),
        close: () => mock.close(),
      };
      const compare = () => repairer(at, executor).run(at.nodeId, false, false);
      expect((await compare()).findings).toEqual([]);
      at.hosts.killBrick('h1', at.path);
      await run(at.hosts, 'h1', 'umount', at.mountPoint);
      expect(summary(await compare())).toEqual(['not mounted: repaired', 'brick process down: repaired']);
      expect((await compare()).findings).toEqual([]);
    }));
});

describe('a volume that somebody stops while its node is repaired', () => {
  it.each([
    ['before the lock', 'volume info vol --xml', 1],
    ['after its status was read', '^findmnt -n /dev', 1],
    ['after the mounts were checked', 'volume status vol$', 1],
  ])('is not started again: %s', (_, match, nth) =>
    scene(async (at) => {
      at.hosts.killBrick('h1', at.path);
      at.hosts.setFaults([{ kind: 'hold', host: 'h1', match, nth }]);
      const repairing = repair(at);
      await at.hosts.held.reached();
      await run(at.hosts, 'h1', 'gluster', 'volume', 'stop', 'vol', 'force');
      at.hosts.held.release(true);
      expect((await repairing).findings).toMatchObject([
        { kind: 'brick process down', outcome: 'left alone', detail: 'vol was stopped meanwhile' },
      ]);
      expect(at.hosts.state().pools[0]?.volumes[0]).toMatchObject({ name: 'vol', status: 2 });
    }),
  );
});

describe('a brick that dies again', () => {
  const minuteMs = 60_000;
  const EIO = "dd: error reading '/dev/mapper/x': Input/output error\n";

  /** A repair by the clock, `now` minutes after the start. */
  async function comparing(
    at: Scene,
    work: (compare: (now: number, isAsked?: boolean) => Promise<RepairReport>) => Promise<void>,
  ) {
    let nowMs = 0;
    const nodeRepair = repairer(at, undefined, new BrickRestarts(() => nowMs));
    await work((now, isAsked = false) => {
      nowMs = now * minuteMs;
      return nodeRepair.run(at.nodeId, false, isAsked);
    });
  }

  it('is started after growing pauses, then left to a person, who can have it started again', () =>
    scene((at) =>
      comparing(at, async (compare) => {
        const startedAt: number[] = [];
        const details: string[] = [];
        for (let now = 0; now <= 1200; now += 10) {
          at.hosts.killBrick('h1', at.path);
          const report = await compare(now);
          if (report.isHealthy) startedAt.push(now);
          else details.push(report.findings[0]?.detail ?? '');
        }
        expect(startedAt).toEqual([0, 10, 30, 70, 150]);
        expect(details[0]).toMatch(/died again after 2 starts; the next is tried in 10 min/);
        expect(details.at(-1)).toMatch(/died again after each of 5 starts and is not started by itself any more/);
        expect(summary(await compare(1210, true))).toEqual(['brick process down: repaired']);
        at.hosts.killBrick('h1', at.path);
        expect(summary(await compare(1220))).toEqual(['brick process down: repaired']);
      }),
    ));

  it('is as good as new when it has run for a day', () =>
    scene((at) =>
      comparing(at, async (compare) => {
        for (const now of [0, 10, 30]) {
          at.hosts.killBrick('h1', at.path);
          expect(summary(await compare(now))).toEqual(['brick process down: repaired']);
        }
        expect((await compare(30 + 24 * 60)).findings).toEqual([]);
        for (const now of [2000, 2010]) {
          at.hosts.killBrick('h1', at.path);
          expect(summary(await compare(now))).toEqual(['brick process down: repaired']);
        }
      }),
    ));

  it('on another node is not started along with one that may be', () =>
    scene((at) =>
      comparing(at, async (compare) => {
        const h2 = at.hosts.state().hosts.find((host) => host.manage === 'h2')?.mounts[0]?.target ?? '';
        at.hosts.killBrick('h1', at.path);
        at.hosts.setFaults([{ kind: 'fail', host: 'h2', match: '^dd if=', stderr: EIO, times: 9 }]);
        at.hosts.killBrick('h2', `${h2}/brick`);
        expect((await compare(0)).findings).toMatchObject([
          { outcome: 'left alone', detail: expect.stringMatching(/the disk of 10\.0\.0\.2:.*answers with errors/) },
        ]);
      }),
    ));

  it.each([
    ['^dd if=', EIO],
    ['^stat -c %F /var/lib', "stat: cannot statx '/var/lib/heketi/mounts/x': Input/output error\n"],
    ['^stat -c %F /var/lib', "stat: cannot statx '/var/lib/heketi/mounts/x': Structure needs cleaning\n"],
  ])('is not started while its disk answers with errors, not even when asked: %s', (match, stderr) =>
    scene((at) =>
      comparing(at, async (compare) => {
        at.hosts.killBrick('h1', at.path);
        for (const isAsked of [false, true]) {
          at.hosts.setFaults([{ kind: 'fail', host: 'h1', match, stderr }]);
          expect(await compare(0, isAsked)).toMatchObject({
            isHealthy: false,
            findings: [{ outcome: 'left alone', detail: expect.stringContaining(stderr.trim()) }],
          });
        }
        expect(summary(await compare(0))).toEqual(['brick process down: repaired']);
      }),
    ),
  );

  it("that gluster's health check took down is started only when a person asks for it", () =>
    scene((at) =>
      comparing(at, async (compare) => {
        const log = `/var/log/glusterfs/bricks/${at.path.slice(1).replaceAll('/', '-')}.log`;
        const say = (line: string) => run(at.hosts, 'h1', 'bash', '-c', '', 'fstab-append', log, line, line);
        await run(at.hosts, 'h1', 'mkdir', '-p', '/var/log/glusterfs/bricks');
        await say('[2026-01-02] I [MSGID: 100030] [glusterfsd.c:2872:main] 0-glusterfsd: Started running version');
        await say('[2026-01-02] M [MSGID: 113075] [posix-helpers.c:2176] 0-vol-posix: health-check failed, going down');
        at.hosts.killBrick('h1', at.path);
        expect((await compare(0)).findings).toMatchObject([
          { outcome: 'left alone', detail: expect.stringContaining('health-check failed, going down') },
        ]);
        expect(summary(await compare(0, true))).toEqual(['brick process down: repaired']);
        await say('[2026-01-03] I [MSGID: 100030] [glusterfsd.c:2872:main] 0-glusterfsd: Started running version 2');
        at.hosts.killBrick('h1', at.path);
        expect(summary(await compare(60))).toEqual(['brick process down: repaired']);
      }),
    ));
});

describe('the periodic comparison', () => {
  async function monitored(
    at: Scene,
    isReportOnly: boolean,
    isUp: (name: string) => boolean = () => true,
    executor: Executor = new MockExecutor(at.hosts),
  ): Promise<void> {
    const hosts = { executor, settings: HOST_SETTINGS };
    const health = { ...ALL_UP, isUp };
    const repairing = repairer(at, executor);
    await new NodeRepairMonitor(
      { store: at.pool.store, hosts, health, log: SILENT },
      repairing,
      isReportOnly,
    ).runOnce();
  }

  /** Answers of some commands are other ones than the hosts'. */
  function told(at: Scene, tell: (line: string, host: string, stdout: string) => string | null): Executor {
    const mock = new MockExecutor(at.hosts);
    return {
      run: async (host, batch, signal) =>
        (await mock.run(host, batch, signal)).map((result, i) => {
          const stdout = tell(batch[i]?.argv.join(' ') ?? '', host, result.stdout);
          return stdout === null ? result : { ...result, stdout };
        }),
      awaitLeftovers: (host) => mock.awaitLeftovers(host),
      close: () => mock.close(),
    };
  }

  const isOfAll = (line: string) => /volume (?:info|status all) --xml$/.test(line);

  it('mends all online nodes, and goes on past one that is down', () =>
    scene(async (at) => {
      const before = at.hosts.state();
      await badRestart(at);
      at.hosts.setHostUp('h2', false);
      await monitored(at, false);
      at.hosts.setHostUp('h2', true);
      expect(at.hosts.state()).toEqual(before);
    }));

  it('changes nothing when it only reports, for nodes that are offline, or last seen down', () =>
    scene(async (at) => {
      await badRestart(at);
      const before = at.hosts.state();
      await monitored(at, true);
      expect(at.hosts.state()).toEqual(before);
      await monitored(at, false, (name) => name !== 'h1');
      expect(at.hosts.state()).toEqual(before);
      await done(at.pool, await at.pool.operations.setNodeState(at.nodeId, 'offline'));
      await monitored(at, false);
      expect(at.hosts.state()).toEqual(before);
    }));

  it('asks for the volumes of a cluster once, whatever the number of its nodes', () =>
    scene(async (at) => {
      const asked: string[] = [];
      await monitored(
        at,
        false,
        undefined,
        told(at, (line, host) => {
          if (line.startsWith('gluster'))
            asked.push(`${host} ${line.replace(/^gluster --mode=script --timeout=\d+ /, '')}`);
          return null;
        }),
      );
      const [host] = asked[0]?.split(' ') ?? [];
      expect(asked).toEqual([`${host} volume info --xml`, `${host} volume status all --xml`]);
    }));

  it('asks another host where one can not tell, and mends all the same', () =>
    scene(async (at) => {
      const before = at.hosts.state();
      at.hosts.killBrick('h1', at.path);
      const asked = new Set<string>();
      const executor = told(at, (line, host) => {
        if (!isOfAll(line)) return null;
        asked.add(host);
        return asked.size === 1 ? 'Connection failed. Please check if gluster daemon is operational.' : null;
      });
      await monitored(at, false, undefined, executor);
      expect(asked.size).toBe(2);
      expect(at.hosts.state()).toEqual(before);
    }));

  it.each([
    ['has forgotten the volume', (text: string) => text.replace(/<volume>.*<\/volume>/s, '')],
    ['has it stopped', (text: string) => text.replace('<status>1</status>', '<status>2</status>')],
    ['does not see that its bricks run', (text: string) => text.replaceAll('<status>1</status>', '<status>0</status>')],
  ])('believes nobody but the node itself of its volumes: the host that was asked for all %s', (_, lie) =>
    scene(async (at) => {
      const before = at.hosts.state();
      const changed: string[] = [];
      const executor = told(at, (line, _host, stdout) => {
        if (/ (?:start|stop|set|mount|lvchange) /.test(line)) changed.push(line);
        return isOfAll(line) ? lie(stdout) : null;
      });
      await monitored(at, false, undefined, executor);
      expect(changed).toEqual([]);
      expect(at.hosts.state()).toEqual(before);
    }),
  );

  it('says nothing of a volume that was deleted since the cluster was read', () =>
    scene(async (at) => {
      at.hosts.setFaults([{ kind: 'hold', match: 'volume status all --xml', after: true }]);
      const warned: object[] = [];
      const log = { ...SILENT, warn: (fields: object) => void warned.push(fields) };
      const hosts = { executor: new MockExecutor(at.hosts), settings: HOST_SETTINGS };
      const { store, repair } = at.pool;
      const round = new NodeRepairMonitor({ store, hosts, health: ALL_UP, log }, repair, false).runOnce();
      await at.hosts.held.reached();
      await done(at.pool, await at.pool.operations.deleteVolume(at.volumeId));
      at.hosts.held.release(true);
      await round;
      expect(warned).toEqual([]);
      expect(at.pool.operations.lastRepairReport(at.nodeId)).toMatchObject({ findings: [], isHealthy: true });
    }));
});
