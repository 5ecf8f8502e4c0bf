import { expect, it } from 'vitest';
import { MockExecutor } from '../../src/executors/mock/mock-executor.js';
import type { NodeHealth } from '../../src/operations/ports/node-health.js';
import {
  brickOf,
  bricksOf,
  evict,
  hostOf,
  REPLICA_3,
  records,
  refused,
  type Scene,
  withVolume,
} from '../support/eviction-scene.js';
import { ALL_UP, done } from '../support/pool.js';

const PACE = { filesPerSecond: 1, secondsUntilDispersedKnow: 5 };
const REPLICA_2 = { ...REPLICA_3, replica: 2 } as const;
const DISPERSED = { type: 'disperse', replica: 0, disperseData: 2, disperseRedundancy: 1 } as const;

/** Hosts that the server knows to be down. */
function knownDown(): { readonly down: Set<string>; readonly health: NodeHealth } {
  const down = new Set<string>();
  return { down, health: { ...ALL_UP, isUp: (host) => !down.has(host) } };
}

const others = async (scene: Scene) => (await bricksOf(scene)).filter(({ id }) => id !== scene.brickId);

it('a brick that is down stays while its set is filled after another one was replaced', () => {
  const { down, health } = knownDown();
  return withVolume(
    async (scene) => {
      const { pool, hosts, volume } = scene;
      hosts.heals.setPace(PACE);
      hosts.heals.write(volume.name, 0, 1);
      const [source] = await others(scene);
      const host = await hostOf(scene, source?.id ?? '');
      await done(pool, await evict(scene));
      const setDown = (isDown: boolean) => {
        hosts.setHostUp(host, !isDown);
        if (isDown) down.add(host);
        else down.delete(host);
      };
      setDown(true);
      expect(await refused({ ...scene, brickId: source?.id ?? '' })).toMatch(
        new RegExp(`it is down, and its set is not healed after brick ${scene.brickId} was replaced`),
      );
      setDown(false);
      hosts.heals.pass(5);
      await pool.recovery.run();
      expect(await records(scene)).toEqual([]);
      setDown(true);
      expect(await refused({ ...scene, brickId: source?.id ?? '' })).toBe('accepted');
      await pool.runner.settled();
      setDown(false);
    },
    { durability: REPLICA_2 },
    health,
  );
});

it('a brick that is down stays while the others do not list the same: it may be the source of what one of them lacks', () => {
  const { down, health } = knownDown();
  return withVolume(
    async (scene) => {
      const { pool, hosts, volume } = scene;
      hosts.heals.setPace(PACE);
      const [stale] = await others(scene);
      const [own, behind] = [await hostOf(scene, scene.brickId), await hostOf(scene, stale?.id ?? '')];
      hosts.setHostUp(behind, false);
      hosts.heals.write(volume.name, 0, 1);
      hosts.setHostUp(behind, true);
      hosts.heals.write(volume.name, 0, 2);
      hosts.setHostUp(own, false);
      down.add(own);
      expect(await refused(scene)).toMatch(
        /it is down, and may be source brick for what brick 10\.0\.0\.\d:.* lacks: others list/,
      );
      hosts.heals.pass(1);
      hosts.heals.write(volume.name, 0, 3);
      await done(pool, await evict(scene));
      await pool.runner.settled();
      hosts.setHostUp(own, true);
    },
    {},
    health,
  );
});

it('the old brick stays while its successor holds only what was written since, though heal info shows no entries yet', () =>
  withVolume(
    async (scene) => {
      const { pool, hosts, volume } = scene;
      hosts.heals.setPace(PACE);
      hosts.heals.write(volume.name, 0, 1);
      await done(pool, await evict(scene));
      hosts.heals.write(volume.name, 0, 2);
      await pool.recovery.run();
      expect((await records(scene))[0]?.retry?.error).toMatch(
        /is not removed yet: brick .* lacks \/file-1, which brick/,
      );
      const [other] = await others(scene);
      expect(await refused({ ...scene, brickId: other?.id ?? '' })).toMatch(/lacks \/file-1, which brick/);
      hosts.heals.pass(10);
      await pool.recovery.run();
      expect([await brickOf(scene), await records(scene)]).toEqual([null, []]);
    },
    { durability: DISPERSED },
  ));

it('what a client writes while roots are looked at keeps no brick from being moved', () => {
  let looks = 0;
  let write = (): unknown => undefined;
  return withVolume(
    async (scene) => {
      const { pool, hosts, volume } = scene;
      hosts.heals.write(volume.name, 0, 1);
      write = () => hosts.heals.write(volume.name, 0, 2 + looks);
      await done(pool, await evict(scene));
      expect(looks).toBeGreaterThan(3);
    },
    {},
    ALL_UP,
    (hosts) => {
      const inner = new MockExecutor(hosts);
      return {
        run: async (host, batch, signal) => {
          const results = await inner.run(host, batch, signal);
          if (batch.some(({ argv }) => argv[0] === 'ls') && looks++ < 20) write();
          return results;
        },
        awaitLeftovers: (host) => inner.awaitLeftovers(host),
        close: () => inner.close(),
      };
    },
  );
});
