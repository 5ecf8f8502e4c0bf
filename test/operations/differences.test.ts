import { describe, expect, it } from 'vitest';
import type { Brick } from '../../src/domain/brick.js';
import type { Id } from '../../src/domain/ids.js';
import { NEW_RECORD } from '../../src/domain/pending-operation.js';
import { parseMounts } from '../../src/executors/commands/host/block-devices.js';
import { parseFstab } from '../../src/executors/commands/node/host-survey.js';
import type { Command, CommandResult } from '../../src/executors/executor.js';
import { MockExecutor } from '../../src/executors/mock/mock-executor.js';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import { findDifferences } from '../../src/operations/examination/find-differences.js';
import { HOST_SETTINGS } from '../support/host-settings.js';
import { done, loadTopology, type Pool, strictHosts, volumeRequest, withPool } from '../support/pool.js';

interface Scene {
  readonly pool: Pool;
  readonly hosts: SimulatedHosts;
  readonly clusterId: Id;
  readonly volumeName: string;
  readonly bricks: readonly Brick[];
  /** Runs a program on a host, as an administrator would. */
  readonly run: (host: string, ...argv: readonly string[]) => Promise<void>;
  /** Differences as `kind host subject`. */
  readonly found: () => Promise<readonly string[]>;
  readonly hostOf: (brick: Brick | undefined) => Promise<string>;
}

/** Three hosts, a volume of three bricks, and nothing wrong. */
async function withScene(work: (scene: Scene) => Promise<void>): Promise<void> {
  const hosts = strictHosts(3, 1);
  await withPool(hosts, async (pool) => {
    const clusterId = await loadTopology(pool, 3, 1);
    await done(pool, await pool.operations.createVolume(volumeRequest({ name: 'data' })));
    const executor = new MockExecutor(hosts);
    await work({
      pool,
      hosts,
      clusterId,
      volumeName: 'data',
      bricks: await pool.store.read((tx) => tx.bricks.list()),
      async run(host, ...argv) {
        const [result] = await executor.run(host, [{ argv, timeoutMs: 1000 }]);
        expect(result?.exitCode, `${argv.join(' ')}: ${result?.stderr}`).toBe(0);
      },
      async found() {
        const { differences } = await findDifferences(pool.store, { executor, settings: HOST_SETTINGS });
        return differences.map(({ kind, host, subject }) => `${kind} ${host} ${subject}`.replace('  ', ' '));
      },
      async hostOf(brick) {
        const node = await pool.store.read((tx) => tx.nodes.find(brick?.nodeId ?? ''));
        return node?.manageNames[0] ?? '';
      },
    });
  });
}

const gluster = (...words: string[]) => ['gluster', '--mode=script', ...words];
const mountPoint = (brick: Brick | undefined) => brick?.path.replace(/\/brick$/, '') ?? '';

describe('differences between the store and the hosts', () => {
  it('name what gluster leaves of a clone that was deleted, and say nothing while volumes have snapshots', () =>
    withScene(async ({ run, found }) => {
      await run('h1', ...gluster('snapshot', 'create', 'mine', 'data', 'no-timestamp'));
      await run('h1', ...gluster('snapshot', 'activate', 'mine'));
      await run('h1', ...gluster('snapshot', 'clone', 'twin', 'mine'));
      await run('h1', ...gluster('volume', 'delete', 'twin'));
      expect(await found()).toEqual([]);
      await run('h1', ...gluster('snapshot', 'delete', 'mine'));
      // Hosts come in the order of their nodes' ids.
      expect([...(await found())].sort()).toEqual(
        ['h1', 'h2', 'h3'].map((host) =>
          expect.stringMatching(`^superfluous-logical-volume ${host} vg_[0-9a-f]{32}/[0-9a-f]{32}_0$`),
        ),
      );
    }));

  it('are none when nothing is wrong, clones and expansions included', () =>
    withScene(async ({ pool, found }) => {
      const [volume] = await pool.store.read((tx) => tx.volumes.list());
      await done(pool, await pool.operations.expandVolume(volume?.id ?? '', 5));
      await done(pool, await pool.operations.cloneVolume(volume?.id ?? '', 'copy'));
      expect(await found()).toEqual([]);
    }));

  it('say which brick lost its mount, its fstab line, its logical volume', () =>
    withScene(async ({ bricks, run, found, hostOf }) => {
      const [brick, other] = bricks;
      const host = await hostOf(brick);
      await run(host, ...gluster('volume', 'stop', 'data', 'force'));
      await run(host, 'umount', mountPoint(brick));
      expect(await found()).toEqual(['stopped-volume data', `missing-mount ${host} ${mountPoint(brick)}`]);
      await run(host, 'lvm', 'lvremove', '-f', `vg_${brick?.deviceId}/brick_${brick?.id}`);
      const otherHost = await hostOf(other);
      await run(otherHost, 'sed', '-i.save', `/brick_${other?.id}/d`, '/etc/fstab');
      expect([...(await found())].sort()).toEqual(
        [
          'stopped-volume data',
          `missing-mount ${host} ${mountPoint(brick)}`,
          `missing-logical-volume ${host} vg_${brick?.deviceId}/brick_${brick?.id}`,
          `missing-fstab-line ${otherHost} ${mountPoint(other)}`,
        ].sort(),
      );
    }));

  it('say what is on a host that nobody knows', () =>
    withScene(async ({ pool, bricks, run, found, hostOf }) => {
      await pool.store.write(async (tx) => {
        await tx.bricks.delete(bricks.map(({ id }) => id));
        await tx.volumes.delete(bricks[0]?.volumeId ?? '');
      });
      const expected = ['superfluous-volume data'];
      for (const brick of bricks) {
        const host = await hostOf(brick);
        expected.push(
          `superfluous-logical-volume ${host} vg_${brick.deviceId}/brick_${brick.id}`,
          `superfluous-logical-volume ${host} vg_${brick.deviceId}/${brick.thinPool}`,
          `superfluous-mount ${host} ${mountPoint(brick)}`,
          `superfluous-fstab-line ${host} ${mountPoint(brick)}`,
        );
      }
      expect([...(await found())].sort()).toEqual(expected.sort());
      await run('h1', ...gluster('volume', 'stop', 'data', 'force'));
      await run('h1', ...gluster('volume', 'delete', 'data'));
      expect(await found()).not.toContain('superfluous-volume data');
    }));

  it('say which volume, brick, peer and volume group are missing or too much', () =>
    withScene(async ({ pool, bricks, run, found }) => {
      const [device] = await pool.store.read((tx) => tx.devices.list());
      await pool.store.write(async (tx) => {
        const [volume] = await tx.volumes.list();
        if (volume) await tx.volumes.insert({ ...volume, id: 'e'.repeat(32), name: 'lost' });
        const [brick] = bricks;
        if (brick)
          await tx.bricks.insert([{ ...brick, id: 'b'.repeat(32), path: '/nowhere/brick', lv: `brick_${brick.id}` }]);
        if (device) await tx.devices.insert({ ...device, id: 'd'.repeat(32), name: '/dev/gone' });
        const [node] = await tx.nodes.list();
        if (node)
          await tx.nodes.insert({ ...node, id: 'a'.repeat(32), manageNames: ['h9'], storageNames: ['10.0.0.9'] });
      });
      const differences = await found();
      expect(differences).toContain('missing-volume lost');
      expect(differences.filter((text) => text.startsWith('missing-brick'))).toHaveLength(1);
      expect(differences).toContain('missing-peer 10.0.0.9');
      expect(differences.filter((text) => text.startsWith('missing-volume-group'))).toEqual([
        expect.stringContaining(`vg_${'d'.repeat(32)}`),
      ]);
      await run('h1', 'mkdir', '-p', '/srv/x');
      await run('h1', ...gluster('volume', 'create', 'by-hand', '10.0.0.1:/srv/x', 'force'));
      expect(await found()).toContain('superfluous-volume by-hand');
    }));

  it("say what takes space of a device's volume group and is no brick, such as what a cut-off lvcreate left", () =>
    withScene(async ({ bricks, run, found, hostOf }) => {
      const [brick] = bricks;
      const host = await hostOf(brick);
      await run(host, 'lvm', 'lvcreate', '--size', '12M', '--name', 'lvol0', `vg_${brick?.deviceId}`);
      expect(await found()).toEqual([`superfluous-logical-volume ${host} vg_${brick?.deviceId}/lvol0`]);
      await run(host, 'lvm', 'lvremove', '-f', `vg_${brick?.deviceId}/lvol0`);
      expect(await found()).toEqual([]);
    }));

  it('leave out what pending operations are about', () =>
    withScene(async ({ pool, bricks, found, hosts }) => {
      const [brick] = bricks;
      await pool.store.write(async (tx) => {
        await tx.operations.insert({
          ...NEW_RECORD,
          id: 'f'.repeat(32),
          type: 'delete-volume',
          status: 'failed',
          createdAt: 1,
          actions: [{ change: 'delete-volume', id: brick?.volumeId ?? '', delta: null }],
        });
      });
      await new MockExecutor(hosts).run('h1', [
        { argv: gluster('volume', 'stop', 'data', 'force'), timeoutMs: 1000 },
        { argv: gluster('volume', 'delete', 'data'), timeoutMs: 1000 },
      ]);
      expect(await found()).toEqual([]);
    }));

  it('never name what is being made or unmade at that moment', () =>
    withScene(async ({ pool, found }) => {
      const changes = (async () => {
        for (let i = 0; i < 5; i++) {
          const at = await done(pool, await pool.operations.createVolume(volumeRequest({ sizeGib: 1 })));
          await done(pool, await pool.operations.deleteVolume(at.slice('/volumes/'.length)));
        }
      })();
      for (let i = 0; i < 10; i++) expect(await found()).toEqual([]);
      await changes;
    }));

  it('are found on the other hosts when one can not be asked, which is said', () =>
    withScene(async ({ pool, hosts, bricks, run, hostOf }) => {
      const [brick, other] = bricks;
      const down = await hostOf(brick);
      await run(await hostOf(other), 'sed', '-i.save', '/brick_/d', '/etc/fstab');
      hosts.setHostUp(down, false);
      const { differences, notCompared } = await findDifferences(pool.store, {
        executor: new MockExecutor(hosts),
        settings: HOST_SETTINGS,
      });
      expect(notCompared).toEqual([expect.objectContaining({ host: down, reason: expect.stringContaining(down) })]);
      expect(differences.map(({ kind }) => kind).sort()).toEqual(['disconnected-peer', 'missing-fstab-line']);
      expect(differences.every(({ text, remedy }) => text !== '' && remedy !== '')).toBe(true);
    }));

  it('change nothing', () =>
    withScene(async ({ hosts, found, bricks, run, hostOf }) => {
      await run(await hostOf(bricks[0]), 'sed', '-i.save', '/brick_/d', '/etc/fstab');
      const before = hosts.state();
      await found();
      expect(hosts.state()).toEqual(before);
    }));

  /** What an executor is asked, and answers that are other ones than the hosts'. */
  function told(hosts: SimulatedHosts, tell: (line: string, host: string, stdout: string) => string | null) {
    const inner = new MockExecutor(hosts);
    return Object.assign(Object.create(inner) as MockExecutor, {
      async run(name: string, batch: readonly Command[]): Promise<readonly CommandResult[]> {
        const results = await inner.run(name, batch);
        return results.map((result, i) => {
          const stdout = tell(batch[i]?.argv.join(' ') ?? '', name, result.stdout);
          return stdout === null ? result : { ...result, stdout };
        });
      },
    });
  }

  it('ask one host for all volumes of its cluster, and another one where it can not tell, which is said', () =>
    withScene(async ({ pool, hosts }) => {
      const asked: string[] = [];
      const executor = told(hosts, (line, host) => {
        if (!line.endsWith('volume info --xml')) return null;
        asked.push(host);
        return asked.length === 1 ? 'Connection failed.' : null;
      });
      const { differences, notCompared } = await findDifferences(pool.store, { executor, settings: HOST_SETTINGS });
      expect(asked).toHaveLength(2);
      expect(differences).toEqual([]);
      expect(notCompared).toEqual([
        expect.objectContaining({ host: asked[0], reason: expect.stringMatching(/^volumes: .*Connection failed/) }),
      ]);
    }));

  it("believe a host's own gluster of clones that the one asked for the pool has not heard of", () =>
    withScene(async ({ pool, hosts, run }) => {
      await run('h1', ...gluster('snapshot', 'create', 'mine', 'data', 'no-timestamp'));
      await run('h1', ...gluster('snapshot', 'activate', 'mine'));
      await run('h1', ...gluster('snapshot', 'clone', 'twin', 'mine'));
      await run('h1', ...gluster('snapshot', 'delete', 'mine'));
      const asked: string[] = [];
      const executor = told(hosts, (line, host, stdout) => {
        if (!line.endsWith('volume info --xml')) return null;
        asked.push(host);
        // The first answer of each comparison is the one about the pool; each host is asked for itself after it.
        return asked.length % 4 === 1
          ? stdout.replace(/<volume>(?:(?!<volume>).)*<name>twin<.*?<\/volume>/s, '')
          : null;
      });
      const { differences } = await findDifferences(pool.store, { executor, settings: HOST_SETTINGS });
      expect(asked.length).toBeGreaterThanOrEqual(4);
      expect(differences.filter(({ kind }) => kind === 'superfluous-logical-volume')).toEqual([]);
    }));

  it('call no peer superfluous whose name leads nowhere on the host that lists it', () =>
    withScene(async ({ pool, hosts }) => {
      hosts.setHostUp('h1', false);
      const listed = (name: string) =>
        told(hosts, (line, _host, stdout) =>
          line.endsWith('pool list --xml') ? stdout.replaceAll('node1.example', name) : null,
        );
      const peersFound = async (executor: MockExecutor) => {
        const { differences } = await findDifferences(pool.store, { executor, settings: HOST_SETTINGS });
        return differences
          .filter(({ kind }) => kind.endsWith('-peer'))
          .map(({ kind, subject }) => `${kind} ${subject}`);
      };
      expect(await peersFound(listed('node1.example'))).toEqual(['disconnected-peer 10.0.0.1']);
      expect(await peersFound(listed('nowhere.example'))).toEqual(['missing-peer 10.0.0.1']);
      expect(await peersFound(listed('10.9.9.9'))).toEqual(['missing-peer 10.0.0.1', 'superfluous-peer 10.9.9.9']);
    }));

  it('tell how far they have come, and read the records again only where something was found', () =>
    withScene(async ({ pool, hosts, bricks, run, hostOf }) => {
      const told: string[] = [];
      let reads = 0;
      const store = {
        ...pool.store,
        read: <T>(work: Parameters<typeof pool.store.read<T>>[0]) => {
          reads++;
          return pool.store.read(work);
        },
      };
      const compare = () =>
        findDifferences(store, { executor: new MockExecutor(hosts), settings: HOST_SETTINGS }, (at) =>
          told.push(`${at.round}: ${at.hostsDone} of ${at.hosts}`),
        );
      await compare();
      expect(told).toEqual(['1: 0 of 3', '1: 1 of 3', '1: 2 of 3', '1: 3 of 3']);
      const once = reads;
      await run(await hostOf(bricks[0]), 'sed', '-i.save', '/brick_/d', '/etc/fstab');
      await compare();
      expect(told.at(-1)).toBe('2: 3 of 3');
      expect(reads).toBeGreaterThan(3 * once);
    }));

  it('leave the parts out that a host could not tell, and compare the others', () =>
    withScene(async ({ pool, hosts, bricks, run, hostOf }) => {
      const [brick] = bricks;
      const host = await hostOf(brick);
      await run(host, 'sed', '-i.save', '/brick_/d', '/etc/fstab');
      const inner = new MockExecutor(hosts);
      const executor = Object.assign(Object.create(inner) as MockExecutor, {
        async run(name: string, batch: readonly Command[]): Promise<readonly CommandResult[]> {
          const results = await inner.run(name, batch);
          return results.map((result, i) => {
            const text = batch[i]?.argv.join(' ') ?? '';
            if (/ lvs /.test(text)) return { ...result, stdout: '  WARNING: lvmetad\n', stderr: '' };
            if (/ vgs /.test(text)) return { exitCode: 5, stdout: '', stderr: 'no vgs today' };
            return result;
          });
        },
      });
      const { differences, notCompared } = await findDifferences(pool.store, { executor, settings: HOST_SETTINGS });
      expect(differences.map(({ kind }) => kind)).toEqual(['missing-fstab-line']);
      expect(notCompared).toHaveLength(6);
      expect(notCompared.map(({ reason }) => reason)).toContain('vgs: no vgs today');
    }));
});

describe('what hosts print', () => {
  it('mount: sources and targets, blanks in targets, lines of no form', () => {
    const text =
      '/dev/mapper/vg_1-brick_2 on /var/lib/heketi/mounts/vg_1/brick_2 type xfs (rw,noatime)\nproc on /proc type proc (rw)\n/dev/sdb on /my data type ext4 (rw)\nnonsense\n';
    expect(parseMounts(text)).toEqual([
      { source: '/dev/mapper/vg_1-brick_2', target: '/var/lib/heketi/mounts/vg_1/brick_2', type: 'xfs' },
      { source: 'proc', target: '/proc', type: 'proc' },
      { source: '/dev/sdb', target: '/my data', type: 'ext4' },
    ]);
  });

  it('fstab: comments, blank lines and short lines are no mounts', () => {
    expect(parseFstab('# /dev/x /y xfs rw 0 0\n\n/dev/a\t/b  xfs   rw,noatime 1 2\n/dev/short /s\n')).toEqual([
      { device: '/dev/a', mountPoint: '/b', type: 'xfs', options: 'rw,noatime' },
    ]);
  });
});
