import { describe, expect, it } from 'vitest';
import type { Id } from '../../src/domain/ids.js';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import type { BlockVolumeRequest } from '../../src/operations/ports/requests.js';
import { differences } from '../support/differences.js';
import {
  answerOf,
  blockVolumeRequest,
  done,
  loadTopology,
  type Pool,
  type PoolOptions,
  records,
  strictHosts,
  volumeRequest,
  withPool,
} from '../support/pool.js';

const AUTO: PoolOptions = { settings: { autoCreateBlockHosting: true, blockHostingSizeGib: 40 } };

interface Stage {
  readonly pool: Pool;
  readonly hosts: SimulatedHosts;
  create(overrides?: Partial<BlockVolumeRequest>): Promise<Id>;
  /** Why it failed, at once or later. */
  refused(request: Promise<{ readonly queueId: Id }>): Promise<string>;
}

/** Four hosts, three of them known; every test ends with hosts and store in agreement, and nothing pending. */
async function onStage(work: (stage: Stage) => Promise<void>, options: PoolOptions = AUTO) {
  const hosts = strictHosts(4, 2);
  await withPool(
    hosts,
    async (pool) => {
      await loadTopology(pool, 3, 2);
      await work({
        pool,
        hosts,
        create: async (overrides = {}) => {
          const ticket = await pool.operations.createBlockVolume(blockVolumeRequest(overrides));
          return (await done(pool, ticket)).slice('/blockvolumes/'.length);
        },
        async refused(request) {
          const ticket = await request.catch((error: Error) => error);
          if (ticket instanceof Error) return ticket.message;
          return (await answerOf(pool, ticket)).error ?? 'it was done';
        },
      });
      expect(await records(pool)).toEqual([]);
      expect(await differences(pool.store, hosts)).toEqual([]);
    },
    options,
  );
}

const block = (pool: Pool, id: Id) => pool.store.read((tx) => tx.blockVolumes.find(id));
const volumes = (pool: Pool) => pool.store.read((tx) => tx.volumes.list());
const makeHosting = (pool: Pool, sizeGib = 40) =>
  pool.operations.createVolume(volumeRequest({ isBlockHosting: true, sizeGib })).then((ticket) => done(pool, ticket));
const blockOf = (hosts: SimulatedHosts) => hosts.state().pools.flatMap((pool) => pool.volumes.flatMap((v) => v.blocks));
const run = (hosts: SimulatedHosts, host: string, ...argv: string[]) =>
  hosts.run(host, [{ argv, timeoutMs: 1000, mayFail: true }]);

describe('a block volume', () => {
  it('comes with its hosting volume, and the next one goes onto that', () =>
    onStage(async ({ pool, create }) => {
      const [first, second] = [await create({ sizeGib: 10 }), await create({ sizeGib: 5, hasAuth: true })];
      const [hosting, ...others] = await volumes(pool);
      expect(others).toEqual([]);
      expect(hosting).toMatchObject({ sizeGib: 40, pendingId: null, blockInfo: { freeGib: 24, reservedGib: 1 } });
      expect(await block(pool, first)).toMatchObject({ usableSizeGib: 10, haCount: 3, username: '', password: '' });
      const { iqn, username, password } = (await block(pool, second)) ?? {};
      expect(iqn).toBe(`iqn.2016-12.org.gluster-block:${username}`);
      expect(password).not.toBe('');
    }));

  it('is served by as many hosts as were asked for, those that joined since among them', () =>
    onStage(async ({ pool, hosts, create }) => {
      await makeHosting(pool);
      const [{ clusterId } = { clusterId: '' }] = await volumes(pool);
      hosts.setGlusterdUp('h2', false);
      const two = await block(pool, await create({ haCount: 2 }));
      expect(two?.hosts).toEqual(expect.arrayContaining(['10.0.0.1', '10.0.0.3']));
      hosts.setGlusterdUp('h2', true);
      const request = { clusterId, zone: 4, manageNames: ['h4'], storageNames: ['10.0.0.4'], tags: {} };
      await done(pool, await pool.operations.addNode(request));
      expect(await block(pool, await create({ haCount: 4 }))).toMatchObject({ haCount: 4, hosts: { length: 4 } });
      expect(await block(pool, await create())).toMatchObject({ haCount: 4 });
    }, {}));

  it('that one host can not export is tried again on others', () =>
    onStage(
      async ({ pool, hosts, create }) => {
        await makeHosting(pool);
        await run(hosts, 'h3', 'systemctl', 'stop', 'tcmu-runner');
        for (let i = 0; i < 8; i++) {
          const made = await block(pool, await create({ haCount: 1, sizeGib: 1 }));
          expect([made?.haCount, made?.hosts.includes('10.0.0.3')]).toEqual([1, false]);
        }
      },
      { settings: { volumeCreateRetries: 60 } },
    ));

  it('is refused where too few hosts are online, before anything is made', () =>
    onStage(async ({ pool, hosts, refused }) => {
      for (const host of ['h1', 'h2']) hosts.setGlusterdUp(host, false);
      const text = await refused(pool.operations.createBlockVolume(blockVolumeRequest({ haCount: 2 })));
      expect(text).toMatch(/insufficient block hosts online: 2 were asked for, and glusterd answers on 1 of 3/);
      for (const host of ['h1', 'h2']) hosts.setGlusterdUp(host, true);
      expect(await volumes(pool)).toEqual([]);
    }));

  it.each([3, 0])('is refused, with every host wanted (%i), where one is not online', (haCount) =>
    onStage(async ({ pool, hosts, refused }) => {
      await makeHosting(pool);
      hosts.setGlusterdUp('h2', false);
      const text = await refused(pool.operations.createBlockVolume(blockVolumeRequest({ haCount })));
      expect(text).toContain(
        'insufficient block hosts online: 3 were asked for, and glusterd answers on 2 of 3 (not on h2)',
      );
      hosts.setGlusterdUp('h2', true);
      expect(blockOf(hosts)).toEqual([]);
    }, {}),
  );

  it('is not made over one that somebody made by hand, which stays', () =>
    onStage(async ({ pool, hosts, refused }) => {
      await makeHosting(pool);
      const [{ name } = { name: '' }] = await volumes(pool);
      await run(hosts, 'h1', 'gluster-block', 'create', `${name}/mine`, 'ha', '1', '10.0.0.1', '3GiB', '--json');
      const text = await refused(pool.operations.createBlockVolume(blockVolumeRequest({ name: 'mine' })));
      expect(text).toContain(`gluster-block has a block volume ${name}/mine that this server does not know`);
      expect(blockOf(hosts)).toMatchObject([{ name: 'mine', sizeGib: 3 }]);
      expect(await refused(pool.operations.deleteVolume((await volumes(pool))[0]?.id ?? ''))).toContain(
        'gluster-block has mine on',
      );
      await run(hosts, 'h1', 'gluster-block', 'delete', `${name}/mine`, '--json');
    }, {}));

  it('that somebody makes by hand in between is left alone, and not tried again', () =>
    onStage(
      async ({ pool, hosts, refused }) => {
        await makeHosting(pool);
        const [{ name } = { name: '' }] = await volumes(pool);
        hosts.setFaults([{ kind: 'hold', match: 'gluster-block create' }]);
        const ticket = pool.operations.createBlockVolume(blockVolumeRequest({ name: 'mine' }));
        await hosts.held.reached();
        await run(hosts, 'h1', 'gluster-block', 'create', `${name}/mine`, 'ha', '1', '10.0.0.1', '3GiB', '--json');
        hosts.held.release(true);
        expect(await refused(ticket)).toContain("BLOCK with name: 'mine' already EXIST");
        expect(blockOf(hosts)).toMatchObject([{ name: 'mine', sizeGib: 3 }]);
        await run(hosts, 'h1', 'gluster-block', 'delete', `${name}/mine`, '--json');
      },
      { settings: { volumeCreateRetries: 3 } },
    ));

  it('is deleted when it is gone on the hosts already', () =>
    onStage(async ({ pool, hosts, create }) => {
      const id = await create({ name: 'b' });
      const [{ name } = { name: '' }] = await volumes(pool);
      await run(hosts, 'h2', 'gluster-block', 'delete', `${name}/b`, '--json');
      await done(pool, await pool.operations.deleteBlockVolume(id));
      expect((await volumes(pool))[0]?.blockInfo.freeGib).toBe(39);
    }));

  it('that was made anew by hand under its name is not deleted', () =>
    onStage(async ({ pool, hosts, create, refused }) => {
      const id = await create({ name: 'b' });
      const [{ name } = { name: '' }] = await volumes(pool);
      await run(hosts, 'h2', 'gluster-block', 'delete', `${name}/b`, '--json');
      const args = ['ha', '3', '10.0.0.1,10.0.0.2,10.0.0.3', '5GiB', '--json'];
      await run(hosts, 'h2', 'gluster-block', 'create', `${name}/b`, ...args);
      expect(await refused(pool.operations.deleteBlockVolume(id))).toContain('is not the one that this server made');
      expect(blockOf(hosts)).toHaveLength(1);
      expect(await refused(pool.operations.expandBlockVolume(id, 9))).toContain('is not the one');
      await run(hosts, 'h2', 'gluster-block', 'delete', `${name}/b`, '--json');
      await done(pool, await pool.operations.deleteBlockVolume(id));
    }));

  it('that one of its hosts does not let go is gone once that host is back', () =>
    onStage(async ({ pool, hosts, create, refused }) => {
      const id = await create();
      hosts.setHostUp('h3', false);
      expect(await refused(pool.operations.deleteBlockVolume(id))).toContain('failed on 10.0.0.3');
      expect(await records(pool)).toMatchObject([{ type: 'delete-block-volume', answered: 'failure' }]);
      hosts.setHostUp('h3', true);
      await pool.recovery.run();
      expect(await block(pool, id)).toBeNull();
    }));
});

describe('a block volume of whose hosts one is no node any more', () => {
  it('grows on the others, and is deleted without that host', () =>
    onStage(async ({ pool, hosts, create }) => {
      await makeHosting(pool);
      const [{ clusterId } = { clusterId: '' }] = await volumes(pool);
      const request = { clusterId, zone: 4, manageNames: ['h4'], storageNames: ['10.0.0.4'], tags: {} };
      const node = (await done(pool, await pool.operations.addNode(request))).slice('/nodes/'.length);
      const id = await create({ haCount: 4 });
      await done(pool, await pool.operations.deleteNode(node));
      await done(pool, await pool.operations.expandBlockVolume(id, 9));
      expect(await block(pool, id)).toMatchObject({ sizeGib: 9, usableSizeGib: 9, hosts: { length: 3 } });
      await done(pool, await pool.operations.deleteBlockVolume(id));
      expect(blockOf(hosts)).toEqual([]);
    }, {}));
});

describe('an expansion of a block volume', () => {
  it('takes what it adds from its hosting volume, locked or not', () =>
    onStage(async ({ pool, create }) => {
      const id = await create({ sizeGib: 10 });
      const [{ id: hostingId } = { id: '' }] = await volumes(pool);
      await done(pool, await pool.operations.setBlockRestriction(hostingId, 'locked'));
      await done(pool, await pool.operations.expandBlockVolume(id, 30));
      expect(await block(pool, id)).toMatchObject({ sizeGib: 30, usableSizeGib: 30 });
      expect((await volumes(pool))[0]?.blockInfo).toMatchObject({ freeGib: 9, restriction: 'locked' });
    }));

  it('is refused with the largest size that fits', () =>
    onStage(async ({ pool, create, refused }) => {
      const id = await create({ sizeGib: 10 });
      const expand = (sizeGib: number) => refused(pool.operations.expandBlockVolume(id, sizeGib));
      expect(await expand(40)).toMatch(/expansion: No space\n.* the largest new size that fits is 39 GiB/);
      expect(await expand(10)).toContain('is same as current size 10, nothing to be done.');
      expect(await expand(9)).toContain('shrinking is not allowed.');
    }));

  it('that only some hosts follow shows what all serve, and the same request makes up for it', () =>
    onStage(async ({ pool, hosts, create, refused }) => {
      const id = await create({ sizeGib: 10 });
      hosts.setHostUp('h3', false);
      expect(await refused(pool.operations.expandBlockVolume(id, 20))).toMatch(
        /Failed to expand block volume: failed on 10\.0\.0\.3; successful on 10\.0\.0\.[12], 10\.0\.0\.[12] \(/,
      );
      expect(await block(pool, id)).toMatchObject({ sizeGib: 20, usableSizeGib: 10 });
      expect((await volumes(pool))[0]?.blockInfo.freeGib).toBe(19);
      hosts.setHostUp('h3', true);
      await done(pool, await pool.operations.expandBlockVolume(id, 20));
      expect(await block(pool, id)).toMatchObject({ sizeGib: 20, usableSizeGib: 20 });
      expect((await volumes(pool))[0]?.blockInfo.freeGib).toBe(19);
    }));

  it('of one that was deleted by hand keeps nobody from deleting it', () =>
    onStage(async ({ pool, hosts, create, refused }) => {
      const id = await create({ name: 'b' });
      const [{ name } = { name: '' }] = await volumes(pool);
      await run(hosts, 'h1', 'gluster-block', 'delete', `${name}/b`, '--json');
      expect(await refused(pool.operations.expandBlockVolume(id, 9))).toContain(`blockvolume delete ${id} forgets it`);
      await done(pool, await pool.operations.deleteBlockVolume(id));
    }));
});

describe('a hosting volume', () => {
  it('made for a block volume that then fails does not stay', () =>
    onStage(async ({ pool, hosts, refused }) => {
      for (const host of ['h1', 'h2', 'h3']) await run(hosts, host, 'systemctl', 'stop', 'tcmu-runner');
      expect(await refused(pool.operations.createBlockVolume(blockVolumeRequest()))).toMatch(
        /^Failed to create block volume: failed to configure on 10\.0\.0\.\d configure failed \(.*tcmu-runner/,
      );
      expect(await volumes(pool)).toEqual([]);
    }));

  it.each([
    ['gluster-blockd does not run', 'Connection failed. Please check if gluster-block daemon is operational.', 255],
    ['gluster-block is not installed', 'bash: gluster-block: command not found', 127],
  ])('is not even begun where %s', (_name, stderr, exitCode) =>
    onStage(async ({ pool, hosts, refused }) => {
      hosts.setFaults([{ kind: 'fail', match: '^gluster-block', exitCode, times: 99, stderr }]);
      const text = await refused(pool.operations.createBlockVolume(blockVolumeRequest()));
      expect(text).toMatch(/gluster-block is not installed on h\d|systemctl status gluster-blockd/);
      expect(hosts.state().pools[0]?.volumes).toEqual([]);
      hosts.setFaults([]);
    }),
  );

  it('is asked for by any host whose gluster-blockd runs, and the others do not count as down', async () => {
    const down: string[] = [];
    const health = { isUp: () => true, reportDown: (host: string) => void down.push(host), onUp: () => undefined };
    await onStage(
      async ({ pool, hosts, create }) => {
        const id = await create();
        for (const host of ['h1', 'h2']) await run(hosts, host, 'systemctl', 'stop', 'gluster-blockd');
        expect(await pool.operations.expandBlockVolume(id, 9).then((ticket) => answerOf(pool, ticket))).toMatchObject({
          error: expect.stringMatching(/failed on 10\.0\.0\.[12], 10\.0\.0\.[12];/),
        });
        for (const host of ['h1', 'h2']) await run(hosts, host, 'systemctl', 'start', 'gluster-blockd');
        await done(pool, await pool.operations.expandBlockVolume(id, 9));
      },
      { ...AUTO, health },
    );
    expect(down).toEqual([]);
  });

  it('is asked for once: others wait for it', () =>
    onStage(async ({ pool, refused }) => {
      const first = await pool.operations.createBlockVolume(blockVolumeRequest());
      expect(await refused(pool.operations.createBlockVolume(blockVolumeRequest()))).toContain('Server busy');
      await done(pool, first);
    }));

  it('that is full, locked or too small is named in the refusal', () =>
    onStage(async ({ pool, refused }) => {
      await makeHosting(pool);
      const [{ id, name } = { id: '', name: '' }] = await volumes(pool);
      const create = (sizeGib: number) => refused(pool.operations.createBlockVolume(blockVolumeRequest({ sizeGib })));
      expect(await create(45)).toBe(
        `Failed to allocate new block volume: Block Hosting Volume Creation is disabled. Create a Block hosting volume and try again.\nBlock hosting volume ${name} (${id}): 39 of its 40 GiB are free\nThe largest block volume that fits on it now: 39 GiB`,
      );
      expect(await create(51)).toContain('The available size on this block hosting volume, minus overhead, is 49.');
      await done(pool, await pool.operations.setBlockRestriction(id, 'locked'));
      expect(await create(5)).toContain('it is locked for new block volumes');
    }, {}));

  it('that would be made and does not fit is named in the refusal, with those that are there and the largest size', () =>
    onStage(
      async ({ pool, refused }) => {
        await makeHosting(pool);
        const [{ id, name } = { id: '', name: '' }] = await volumes(pool);
        const text = await refused(pool.operations.createBlockVolume(blockVolumeRequest({ sizeGib: 45 })));
        expect(text).toMatch(/^Failed to allocate new block volume: No space\n/);
        expect(text.split('\n').slice(-3)).toEqual([
          'A block hosting volume of 5000 GiB would have been made for it (block_hosting_volume_size).',
          `Block hosting volume ${name} (${id}): 39 of its 40 GiB are free`,
          'The largest block volume that fits on it now: 39 GiB',
        ]);
        expect(await pool.operations.planBlockVolume(blockVolumeRequest({ sizeGib: 45 }))).toMatchObject({
          fits: false,
          newHosting: { fits: false },
          refusals: [{ volumeId: id, freeGib: 39, text: '39 of its 40 GiB are free' }],
          largestGib: 39,
        });
      },
      { settings: { autoCreateBlockHosting: true, blockHostingSizeGib: 5000 } },
    ));

  it('is not deleted while it holds block volumes, those in the making included', () =>
    onStage(async ({ pool, create, refused }) => {
      const id = await create();
      const [{ id: hostingId } = { id: '' }] = await volumes(pool);
      expect(await refused(pool.operations.deleteVolume(hostingId))).toContain(
        'Cannot delete a block hosting volume containing block volumes',
      );
      await done(pool, await pool.operations.deleteBlockVolume(id));
      await done(pool, await pool.operations.deleteVolume(hostingId));
    }));
});

describe('a dry run', () => {
  const plan = (pool: Pool, overrides: Partial<BlockVolumeRequest> = {}) =>
    pool.operations.planBlockVolume(blockVolumeRequest(overrides));

  it('shows the hosting volume, that which would be made, and the largest size', () =>
    onStage(async ({ pool, create }) => {
      expect(await plan(pool)).toMatchObject({ fits: true, hosting: null, newHosting: { fits: true }, largestGib: 39 });
      expect(await plan(pool, { sizeGib: 40 })).toMatchObject({ fits: false, largestGib: 39 });
      await create({ sizeGib: 30 });
      const [hosting] = await volumes(pool);
      expect(await plan(pool, { sizeGib: 9 })).toMatchObject({ fits: true, hosting: { id: hosting?.id, freeGib: 9 } });
      expect(await plan(pool, { sizeGib: 10 })).toMatchObject({ fits: true, newHosting: { fits: true } });
      expect(await records(pool)).toEqual([]);
    }));

  it('says why nothing takes it', () =>
    onStage(async ({ pool }) => {
      await makeHosting(pool);
      const [{ id, name } = { id: '', name: '' }] = await volumes(pool);
      // Nothing but what the API declares.
      expect(await plan(pool, { sizeGib: 45 })).toEqual({
        fits: false,
        hosting: null,
        newHosting: null,
        reason: expect.stringContaining('Block Hosting Volume Creation is disabled'),
        refusals: [{ volumeId: id, name, freeGib: 39, text: '39 of its 40 GiB are free' }],
        largestGib: 39,
      });
    }, {}));
});
