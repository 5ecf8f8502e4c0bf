import { describe, expect, it } from 'vitest';
import { KIB_PER_GIB as GIB } from '../../src/domain/size.js';
import { TransportError } from '../../src/executors/executor.js';
import { brickOf, bricksOf, expectAgreement, hostOf } from '../support/eviction-scene.js';
import {
  create,
  DISPERSED,
  devicesOf,
  expectForgotten,
  type LostScene,
  lose,
  lossOf,
  NO_COPIES,
  nodeIdsOf,
  nodeOf,
  REPLICA_2,
  refusal,
  withNode,
} from '../support/lost-scene.js';
import { answerOf, done, records, volumeRequest } from '../support/pool.js';

describe('a node that is given up as lost', () => {
  it.for([
    ['replicated', {}],
    ['replicated twice', { durability: REPLICA_2 }],
    ['with arbiters', { options: ['user.heketi.arbiter true'] }],
    ['dispersed', { durability: DISPERSED }],
  ] as const)('has its bricks of volumes made anew on others, and leaves pool and books: %s', ([, request]) =>
    withNode(
      async (scene) => {
        scene.hosts.destroyHost(scene.host);
        const before = (await bricksOf(scene)).length;
        await done(scene.pool, await lose(scene));
        const after = await nodeIdsOf(scene);
        expect(after).toHaveLength(before);
        expect(after).not.toContain(scene.nodeId);
        await expectForgotten(scene);
      },
      { request },
    ),
  );

  it('is asked for nothing but whether it lives', () => {
    const sent: string[] = [];
    const watch = (line: string, host: string) => void sent.push(`${host}: ${line}`);
    return withNode(
      async (scene) => {
        scene.hosts.destroyHost(scene.host);
        sent.length = 0;
        await done(scene.pool, await lose(scene));
        const toLost = sent.filter((line) => line.startsWith(`${scene.host}: `));
        expect(new Set(toLost)).toEqual(new Set([`${scene.host}: systemctl status glusterd`]));
        const storage = `10.0.0.${scene.host.slice(1)}`;
        expect(sent.filter((line) => / peer detach /.test(line)).join()).toMatch(
          new RegExp(`^h\\d: gluster .* peer detach ${storage} force$`),
        );
      },
      { watch },
    );
  });

  it('has each set of a volume healed for itself, however many others lack a brick still', () => {
    const settings = { limits: { minBrickKib: GIB, maxBrickKib: 2 * GIB, maxBricksPerVolume: 32 }, healsPerRemoval: 1 };
    return withNode(
      async (scene) => {
        expect(new Set(await nodeIdsOf(scene)).size).toBe(4);
        scene.hosts.destroyHost(scene.host);
        await done(scene.pool, await lose(scene));
        await expectForgotten(scene);
      },
      { request: { sizeGib: 16 }, settings },
    );
  });

  it('keeps its bricks in the books until what took their places is healed, and receives none meanwhile', () =>
    withNode(async (scene) => {
      const { pool, hosts, volume, brickId } = scene;
      hosts.destroyHost(scene.host);
      // What the lost brick has missed waits on the others; it keeps nobody from making it anew.
      hosts.setHealEntries(volume.name, 4);
      const ticket = await lose(scene);
      await pool.runner.settled();
      expect(await nodeOf(scene)).toMatchObject({ state: 'failed' });
      expect(await nodeIdsOf(scene)).not.toContain(scene.nodeId);
      expect(await brickOf(scene)).toMatchObject({ id: brickId, volumeId: '' });
      expect((await lossOf(scene))?.progress).toMatchObject({
        done: 1,
        total: 1,
        current: 'waits until what took the places of 1 brick is healed',
      });
      await create(scene, {});
      expect(await pool.store.read((tx) => tx.bricks.list())).toHaveLength(3 + 1 + 3);
      hosts.setHealEntries(volume.name, 0);
      await pool.recovery.run();
      await pool.recovery.run();
      await done(pool, ticket);
      await expectForgotten(scene);
    }));

  it('is waited for by bricks whose volumes are healed without asking gluster again whether they are', () => {
    const asked: string[] = [];
    const watch = (line: string) => void asked.push(...(/ volume heal (\S+) info/.exec(line)?.slice(1) ?? []));
    return withNode(
      async (scene) => {
        const { pool, hosts, volume } = scene;
        await create(scene, {});
        await create(scene, {});
        hosts.destroyHost(scene.host);
        hosts.setHealEntries(volume.name, 4);
        await lose(scene);
        await pool.runner.settled();
        expect((await lossOf(scene))?.progress?.total).toBeGreaterThan(1);
        await pool.recovery.run();
        asked.length = 0;
        await pool.recovery.run();
        expect(new Set(asked)).toEqual(new Set([volume.name]));
      },
      { watch },
    );
  });

  it('takes with it what only waited to be removed there', () =>
    withNode(async (scene) => {
      const { pool, hosts, volume, host } = scene;
      hosts.setFaults([{ kind: 'lose-link', host, match: 'umount', times: 100 }]);
      await done(pool, await pool.operations.deleteVolume(volume.id));
      hosts.setFaults([]);
      expect(await records(pool)).toMatchObject([{ type: 'delete-volume', status: 'failed' }]);
      hosts.destroyHost(host);
      await done(pool, await lose(scene));
      expect(await pool.store.read((tx) => tx.bricks.list())).toEqual([]);
      await expectForgotten(scene);
    }));

  it('is not overbooked for by creates beside it, nor chosen by them', () =>
    withNode(async (scene) => {
      const { pool, hosts } = scene;
      for (let i = 0; i < 3; i++) await create(scene, { sizeGib: 20 });
      hosts.destroyHost(scene.host);
      const ticket = await lose(scene);
      const creates = await Promise.all(
        [30, 30, 30].map((sizeGib) => pool.operations.createVolume(volumeRequest({ sizeGib }))),
      );
      await pool.runner.settled();
      for (const one of creates) expect((await answerOf(pool, one)).error).toBeNull();
      await pool.recovery.run();
      await done(pool, ticket);
      await expectForgotten(scene);
    }));
});

describe('a node that is said to be lost, and is not,', () => {
  const untouched = async (scene: LostScene, reason: string | RegExp) => {
    expect(await refusal(lose(scene))).toMatch(reason);
    expect([(await nodeOf(scene))?.state, await records(scene.pool)]).toEqual(['online', []]);
    await expectAgreement(scene);
  };

  it('is refused while its glusterd is a connected peer, though it can not be reached', () => {
    let isCut = '';
    const watch = (_line: string, host: string) => {
      if (host === isCut) throw new TransportError(host, `${host} can't be reached`, false);
    };
    return withNode(
      async (scene) => {
        isCut = scene.host;
        await untouched(scene, /is not lost: gluster on h\d is connected to it\. Take .* heketi-cli node remove/);
      },
      { watch },
    );
  });

  it('is refused while its own glusterd runs, though it is no peer any more', () =>
    withNode(async (scene) => {
      const { pool, hosts, volume, host } = scene;
      await done(pool, await pool.operations.deleteVolume(volume.id));
      const storage = `10.0.0.${host.slice(1)}`;
      const other = host === 'h1' ? 'h2' : 'h1';
      await hosts.run(other, [{ argv: ['gluster', '--mode=script', 'peer', 'detach', storage], timeoutMs: 1000 }]);
      const refused = await refusal(lose(scene, { mayHostAnswer: true }));
      expect(refused).toMatch(/is not lost: its glusterd runs\./);
      // It has said so itself just now.
      expect(refused).not.toMatch(/has just gone/);
    }));

  it('is refused while its host answers, unless a person says that it never becomes the node again', () =>
    withNode(async (scene) => {
      const { pool, hosts, host } = scene;
      hosts.destroyHost(host);
      hosts.setHostUp(host, true);
      hosts.setGlusterdUp(host, false);
      expect(await refusal(lose(scene))).toMatch(/may not be lost: h\d answers, .* node lost --host-answers /);
      expect(await nodeOf(scene)).toMatchObject({ state: 'online' });
      await done(pool, await lose(scene, { mayHostAnswer: true }));
      await expectForgotten(scene);
    }));

  it('is refused when no other node can be asked', () =>
    withNode(async (scene) => {
      for (const host of ['h1', 'h2', 'h3', 'h4']) scene.hosts.setHostUp(host, false);
      expect(await refusal(lose(scene))).toMatch(/^none of (h\d, ){2}h\d can tell who is in gluster's pool$/);
      expect([(await nodeOf(scene))?.state, await records(scene.pool)]).toEqual(['online', []]);
    }));

  it('is asked again where a link that was there before is lost with the question', () => {
    let [lost, questions] = ['', 0];
    const watch = (line: string, host: string) => {
      if (host === lost && line === 'systemctl status glusterd' && questions++ === 0)
        throw new TransportError(host, `connection to ${host} lost`, true);
    };
    return withNode(
      async (scene) => {
        scene.hosts.destroyHost(scene.host);
        lost = scene.host;
        await done(scene.pool, await lose(scene));
        await expectForgotten(scene);
        expect(questions).toBeGreaterThan(1);
      },
      { watch },
    );
  });

  it('stays, offline, when it comes back meanwhile, and its replaced bricks are removed', () =>
    withNode(async (scene) => {
      const { pool, hosts, volume, host } = scene;
      hosts.setHostUp(host, false);
      hosts.setHealEntries(volume.name, 4);
      const ticket = await lose(scene);
      await pool.runner.settled();
      hosts.setHostUp(host, true);
      hosts.setHealEntries(volume.name, 0);
      await pool.recovery.run();
      expect((await answerOf(pool, ticket)).error).toMatch(/is not lost: gluster on h\d is connected to it/);
      expect(await nodeOf(scene)).toMatchObject({ state: 'offline' });
      await pool.recovery.run();
      expect([await brickOf(scene), await records(pool)]).toEqual([null, []]);
      await done(pool, await pool.operations.setNodeState(scene.nodeId, 'online'));
      await expectAgreement(scene);
    }));

  it('stays, offline, when the request is cancelled', () =>
    withNode(async (scene) => {
      const { pool, hosts, volume, host } = scene;
      hosts.setHostUp(host, false);
      hosts.setHealEntries(volume.name, 4);
      const ticket = await lose(scene);
      await pool.runner.settled();
      await pool.operations.cancel((await lossOf(scene))?.id ?? '');
      expect((await answerOf(pool, ticket)).error).toBe('lose-node was cancelled; what its parts have done stays');
      expect(await nodeOf(scene)).toMatchObject({ state: 'offline' });
      hosts.setHostUp(host, true);
      hosts.setHealEntries(volume.name, 0);
      await pool.recovery.run();
      expect(await records(pool)).toEqual([]);
      await expectAgreement(scene);
    }));
});

describe('of a lost node that not all can be rebuilt of,', () => {
  it('what can is, and the answer names the rest; the node stays as failed', () =>
    withNode(async (scene) => {
      const { pool, hosts, host, nodeId } = scene;
      for (let i = 0; i < 8; i++) await create(scene, { sizeGib: 2, name: `single${i}`, durability: NO_COPIES });
      const single = (await pool.store.read((tx) => tx.bricks.list())).filter(
        (brick) => brick.nodeId === nodeId && brick.volumeId !== scene.volume.id,
      );
      expect(single.length).toBeGreaterThan(0);
      hosts.destroyHost(host);
      const { error } = await answerOf(pool, await lose(scene));
      expect(error).toMatch(new RegExp(`^node ${nodeId} is given up and stays as failed: Cannot replace brick`));
      for (const { id, volumeId } of single)
        expect(error).toMatch(new RegExp(`brick ${id} of volume ${volumeId}: .* keeps no copies`));
      expect(await nodeIdsOf(scene)).not.toContain(nodeId);
      expect(await nodeOf(scene)).toMatchObject({ state: 'failed' });
      const held = (await pool.store.read((tx) => tx.bricks.list())).filter((brick) => brick.nodeId === nodeId);
      expect(held.map(({ id }) => id).sort()).toEqual([...single.map(({ id }) => id), scene.brickId].sort());
    }));

  it('a brick that lives after all is not stuck: its node can be taken into use again', () =>
    withNode(
      async (scene) => {
        const { pool, hosts, host, nodeId } = scene;
        hosts.setHostUp(host, false);
        expect((await answerOf(pool, await lose(scene))).error).toMatch(/keeps no copies/);
        hosts.setHostUp(host, true);
        const to = async (state: 'online' | 'offline') =>
          (await answerOf(pool, await pool.operations.setNodeState(nodeId, state))).error;
        expect(await to('online')).toBe('Cannot move a failed/removed node to online state');
        expect([await to('offline'), await to('online')]).toEqual([null, null]);
        await expectAgreement(scene);
      },
      { request: { durability: NO_COPIES } },
    ));

  it('a set without its quorum is left as it is, and made anew once that is back', () =>
    withNode(async (scene) => {
      const { pool, hosts, host, nodeId } = scene;
      const others = (await bricksOf(scene)).filter((brick) => brick.nodeId !== nodeId);
      const down = await hostOf(scene, others[0]?.id ?? '');
      hosts.destroyHost(host);
      hosts.setHostUp(down, false);
      const { error } = await answerOf(pool, await lose(scene));
      expect(error).toMatch(/as only 1 of 2 required peer bricks are online\n1 of 1 brick could not be moved/);
      expect(await nodeOf(scene)).toMatchObject({ state: 'failed' });
      hosts.setHostUp(down, true);
      await done(pool, await lose(scene));
      await expectForgotten(scene);
    }));

  it('is not forgotten while a volume of gluster names it that this server does not know', () =>
    withNode(async (scene) => {
      const { pool, hosts, host, nodeId } = scene;
      const by = host === 'h1' ? 'h2' : 'h1';
      const gluster = (...argv: readonly string[]) =>
        hosts.run(by, [{ argv: ['gluster', '--mode=script', ...argv], timeoutMs: 1000 }]);
      await hosts.run(host, [{ argv: ['mkdir', '-p', '/srv/theirs'], timeoutMs: 1000 }]);
      await gluster('volume', 'create', 'theirs', `10.0.0.${host.slice(1)}:/srv/theirs`, 'force');
      hosts.destroyHost(host);
      const { error } = await answerOf(pool, await lose(scene));
      expect(error).toMatch(
        `node ${nodeId} is given up and stays as failed: gluster's 1 volume theirs still has bricks on 10.0.0.`,
      );
      expect(await devicesOf(scene)).toHaveLength(2);
      expect(hosts.state().pools[0]?.hosts).toContain(host);
    }));
});

describe('giving a node up as lost', () => {
  it('is refused while an operation changes the node, another request of the kind too', () =>
    withNode(async (scene) => {
      const { pool, hosts, volume, host, nodeId } = scene;
      expect(await refusal(lose({ ...scene, nodeId: 'f'.repeat(32) }))).toBe('Id not found');
      hosts.destroyHost(host);
      hosts.setHealEntries(volume.name, 4);
      await lose(scene);
      await pool.runner.settled();
      const first = await lossOf(scene);
      expect(await refusal(lose(scene))).toBe(
        `node ${nodeId} is being changed by operation ${first?.id} (lose-node); wait until that has ended, or end it with: heketi-cli server operations cancel ${first?.id}`,
      );
      expect((await records(pool)).filter(({ type }) => type === 'lose-node')).toHaveLength(1);
    }));
});
