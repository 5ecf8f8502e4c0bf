import { describe, expect, it } from 'vitest';
import type { Id } from '../../src/domain/ids.js';
import { MockExecutor } from '../../src/executors/mock/mock-executor.js';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import { HostWork } from '../../src/operations/hosts/host-work.js';
import type { RepairReport } from '../../src/operations/ports.js';
import { NodeRepair } from '../../src/operations/repair/node-repair.js';
import { NodeRepairMonitor } from '../../src/operations/repair/node-repair-monitor.js';
import { RepairReports } from '../../src/operations/repair/repair-reports.js';
import {
  ALL_UP,
  answerOf,
  done,
  HOST_SETTINGS,
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
        detail: 'a brick of vol on h1 is not mounted, so none of its bricks is started',
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
          id: 'c'.repeat(32),
          type: 'delete-volume',
          status: 'stale',
          createdAt: 1,
          actions: [{ change: 'delete-volume', id: volume.id, delta: null }],
          plan: null,
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

describe('a busy or failing gluster', () => {
  const impatient = (at: Scene) =>
    new NodeRepair(
      {
        store: at.pool.store,
        hosts: { executor: new MockExecutor(at.hosts), settings: HOST_SETTINGS },
        work: new HostWork({ bricksPerHost: 4, glusterChangesPerCluster: 8 }, hastyPacing()),
        health: ALL_UP,
        settings: OPERATION_SETTINGS,
        log: SILENT,
      },
      new RepairReports(),
      async () => undefined,
    );

  it('is asked again, and the mounts are checked anew each time', () =>
    scene(async (at) => {
      at.hosts.killBrick('h1', at.path);
      const busy = 'volume start: vol: failed: Another transaction is in progress for vol. Please try again.';
      at.hosts.setFaults([{ kind: 'fail', match: 'volume start vol force', times: 3, stderr: busy }]);
      expect(summary(await impatient(at).run(at.nodeId, false))).toEqual(['brick process down: repaired']);
      at.hosts.killBrick('h1', at.path);
      at.hosts.setFaults([
        { kind: 'fail', match: 'volume start vol force', stderr: busy },
        { kind: 'fail', host: 'h1', match: '^findmnt -n /dev', nth: 2 },
      ]);
      expect((await impatient(at).run(at.nodeId, false)).findings).toMatchObject([
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
      await run(at.hosts, 'h1', 'rmdir', at.path);
      expect((await impatient(at).run(at.nodeId, false)).findings).toMatchObject([
        { kind: 'brick process down', outcome: 'failed', detail: expect.stringContaining('does not run though') },
      ]);
    }));
});

describe('the periodic comparison', () => {
  async function monitored(
    at: Scene,
    isReportOnly: boolean,
    isUp: (name: string) => boolean = () => true,
  ): Promise<void> {
    const health = { ...ALL_UP, isUp };
    await new NodeRepairMonitor(at.pool.store, at.pool.repair, health, SILENT, isReportOnly).runOnce();
  }

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
      await done(at.pool, await at.pool.operations.setNodeState(at.nodeId, 'offline', 'enable'));
      await monitored(at, false);
      expect(at.hosts.state()).toEqual(before);
    }));
});
