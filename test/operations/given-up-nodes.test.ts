import { describe, expect, it } from 'vitest';
import { TransportError } from '../../src/executors/executor.js';
import { bricksOf, evict, expectAgreement } from '../support/eviction-scene.js';
import { create, expectForgotten, type LostScene, lose, NO_COPIES, nodeOf, withNode } from '../support/lost-scene.js';
import { answerOf, blockVolumeRequest, done, records } from '../support/pool.js';

describe('a node that was given up, and is not forgotten yet,', () => {
  it('keeps a brick whose volume is deleted meanwhile in the books: it may come back', () =>
    withNode(async (scene) => {
      const { pool, hosts, host, nodeId, volume } = scene;
      for (let i = 0; i < 8; i++) await create(scene, { sizeGib: 2, name: `single${i}`, durability: NO_COPIES });
      hosts.setFaults([{ kind: 'lose-link', host, match: 'umount', times: 100 }]);
      await done(pool, await pool.operations.deleteVolume(volume.id));
      hosts.setFaults([]);
      hosts.setHostUp(host, false);
      expect((await answerOf(pool, await lose(scene))).error).toMatch(/keeps no copies/);
      await pool.recovery.run();
      expect(await records(pool)).toMatchObject([{ type: 'delete-volume', actions: [{ id: scene.brickId }] }]);
      hosts.setHostUp(host, true);
      for (const state of ['offline', 'online'] as const)
        await done(pool, await pool.operations.setNodeState(nodeId, state));
      await pool.recovery.run();
      expect(await records(pool)).toEqual([]);
      await expectAgreement(scene);
    }));

  it('is not taken for removed', () =>
    withNode(
      async (scene) => {
        const { pool, hosts, host, nodeId } = scene;
        hosts.destroyHost(host);
        expect((await answerOf(pool, await lose(scene))).error).toMatch(/keeps no copies/);
        const reason = new RegExp(
          `^node ${nodeId} was given up as lost, and is not removed: .* node lost ${nodeId} goes`,
        );
        expect((await answerOf(pool, await pool.operations.setNodeState(nodeId, 'failed'))).error).toMatch(reason);
        expect(
          (await pool.operations.planRemoval('remove-node', nodeId, { mustBeHealed: true, mayHostAnswer: false }))
            .obstacle,
        ).toMatch(reason);
      },
      { request: { durability: NO_COPIES } },
    ));

  it('is not taken for removed either while its bricks are made anew', () =>
    withNode(async (scene) => {
      const { pool, hosts, volume, host, nodeId } = scene;
      hosts.destroyHost(host);
      hosts.setHealEntries(volume.name, 4);
      await lose(scene);
      await pool.runner.settled();
      const { error } = await answerOf(pool, await pool.operations.setNodeState(nodeId, 'failed'));
      expect(error).toMatch(/is not removed: volumes have bricks on it still, or it is being given up/);
    }));
});

describe('a node that dies while a brick on it is filled', () => {
  /** Entries wait in the volume from the replacement on: the new brick never gets what it lacks. */
  const neverFilled = () => {
    const seen: { scene: LostScene | null; isReplaced: boolean } = { scene: null, isReplaced: false };
    const watch = (line: string) => {
      seen.isReplaced ||= / replace-brick /.test(line);
      if (seen.isReplaced && / heal /.test(line)) seen.scene?.hosts.setHealEntries(seen.scene.volume.name, 3);
    };
    return { seen, watch };
  };

  it.for([1, 4])('is given up as any other: what lies on it is not waited for (%i heals at a time)', (heals) => {
    const { seen, watch } = neverFilled();
    return withNode(
      async (scene) => {
        const { pool, hosts, volume } = scene;
        const before = new Set((await bricksOf(scene)).map(({ id }) => id));
        seen.scene = scene;
        await evict(scene);
        await pool.runner.settled();
        seen.scene = null;
        const filled = (await bricksOf(scene)).find(({ id }) => !before.has(id));
        const node = await pool.store.read((tx) => tx.nodes.find(filled?.nodeId ?? ''));
        const lost = { ...scene, nodeId: node?.id ?? '', host: node?.manageNames[0] ?? '' };
        hosts.destroyHost(lost.host);
        const ticket = await lose(lost);
        await pool.runner.settled();
        hosts.setHealEntries(volume.name, 0);
        for (let i = 0; i < 3; i++) await pool.recovery.run();
        await done(pool, ticket);
        await expectForgotten(lost);
      },
      { watch, settings: { healsPerRemoval: heals } },
    );
  });
});

describe('a node that is given up and serves block volumes', () => {
  it('leaves them to their other hosts, and their hosting volume whole', () =>
    withNode(async (scene) => {
      const { pool, hosts, host } = scene;
      await create(scene, { sizeGib: 20, isBlockHosting: true });
      const block = blockVolumeRequest({ sizeGib: 1, haCount: 4 });
      await done(pool, await pool.operations.createBlockVolume(block));
      hosts.destroyHost(host);
      const ticket = await lose(scene);
      await pool.runner.settled();
      for (let i = 0; i < 3; i++) await pool.recovery.run();
      await done(pool, ticket);
      const [served] = await pool.store.read((tx) => tx.blockVolumes.list());
      expect(served?.hosts).toHaveLength(3);
      expect(served?.hosts).not.toContain(`10.0.0.${host.slice(1)}`);
      expect([await nodeOf(scene), await records(pool)]).toEqual([null, []]);
    }));
});

describe('gluster is not told to forget a node', () => {
  it('that comes back while the others are asked for their volumes', () => {
    let away: LostScene | null = null;
    const watch = (line: string) => {
      if (/ volume info --xml$/.test(line)) away?.hosts.setHostUp(away.host, true);
    };
    return withNode(
      async (scene) => {
        const { pool, hosts, volume, host } = scene;
        await done(pool, await pool.operations.deleteVolume(volume.id));
        hosts.setHostUp(host, false);
        away = scene;
        expect((await answerOf(pool, await lose(scene))).error).toMatch(
          /is not lost: gluster on h\d is connected to it/,
        );
        expect(hosts.state().pools[0]?.hosts).toContain(host);
        expect(await records(pool)).toEqual([]);
        await expectAgreement(scene);
      },
      { watch },
    );
  });

  it('and once more when the answer is lost and it lists the node still, by another name than ours', () => {
    let sent = 0;
    const watch = (line: string, host: string) => {
      if (!/ peer detach /.test(line) || sent++ > 0) return;
      throw new TransportError(host, `connection to ${host} lost`, true);
    };
    return withNode(
      async (scene) => {
        const { pool, hosts, host } = scene;
        hosts.destroyHost(host);
        const run = hosts.run.bind(hosts);
        const own = `<hostname>10.0.0.${host.slice(1)}</hostname>`;
        hosts.run = async (...asked) =>
          (await run(...asked)).map((answer) => ({
            ...answer,
            stdout: answer.stdout.replace(own, '<hostname>old-name.example</hostname>'),
          }));
        await done(pool, await lose(scene));
        expect(sent).toBe(2);
        await expectForgotten(scene);
        const { pools } = hosts.state();
        expect(pools.map((one) => one.hosts.length).sort()).toEqual([1, 3]);
      },
      { watch },
    );
  });
});
