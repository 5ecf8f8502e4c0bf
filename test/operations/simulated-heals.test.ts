import { describe, expect, it } from 'vitest';
import { healInfo } from '../../src/executors/commands/gluster/gluster-volume.js';
import { MockExecutor } from '../../src/executors/mock/mock-executor.js';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import { brickOf, bricksOf, evict, hostOf, refused, type Scene, withVolume } from '../support/eviction-scene.js';
import { HOST_SETTINGS } from '../support/host-settings.js';
import { done } from '../support/pool.js';

const PACE = { filesPerSecond: 1, secondsUntilDispersedKnow: 5 };
const DISPERSED = { type: 'disperse', replica: 0, disperseData: 2, disperseRedundancy: 1 } as const;
const ARBITER = { options: ['user.heketi.arbiter true'] } as const;

/** What waits on each brick, as a host that is up tells it. */
async function entries(hosts: SimulatedHosts, name: string): Promise<(number | null)[]> {
  const asked = hosts.state().hosts.find(({ isUp }) => isUp)?.manage ?? '';
  const bricks = await healInfo({ executor: new MockExecutor(hosts), settings: HOST_SETTINGS }, asked, name);
  return bricks.map((brick) => brick.entries);
}

/** In the order of gluster's bricks. */
const held = ({ hosts, volume }: Scene) =>
  hosts.heals.sets(volume.name)[0]?.map(({ contents }) => contents?.files.size);

describe('what simulated bricks miss', () => {
  it('is owed to them by the others, and healed while both run, file by file', () =>
    withVolume(async (scene) => {
      const { hosts, volume, brickId } = scene;
      hosts.heals.setPace(PACE);
      const down = await hostOf(scene, brickId);
      hosts.setHostUp(down, false);
      for (const file of [1, 2]) expect(hosts.heals.write(volume.name, 0, file)).toBe(true);
      const waiting = (await entries(hosts, volume.name)).map(String).sort();
      expect(waiting).toEqual(['2', '2', 'null']);
      hosts.heals.pass(10);
      hosts.setHostUp(down, true);
      expect(await entries(hosts, volume.name)).toContain(2);
      hosts.heals.pass(1);
      expect((await entries(hosts, volume.name)).sort()).toEqual([0, 1, 1]);
      hosts.heals.pass(1);
      expect(await entries(hosts, volume.name)).toEqual([0, 0, 0]);
      expect(held(scene)).toEqual([2, 2, 2]);
    }));

  it('is refused to be written without a quorum', () =>
    withVolume(async (scene) => {
      const { hosts, volume } = scene;
      for (const host of ['h1', 'h2', 'h3', 'h4']) hosts.killBrick(host, await pathOn(scene, host));
      expect(hosts.heals.write(volume.name, 0, 1)).toBe(false);
    }));

  it('waits while heals stall, and while no daemon runs where it is known', () =>
    withVolume(async (scene) => {
      const { hosts, volume, brickId } = scene;
      hosts.heals.setPace(PACE);
      const down = await hostOf(scene, brickId);
      hosts.setHostUp(down, false);
      hosts.heals.write(volume.name, 0, 1);
      hosts.setHostUp(down, true);
      hosts.heals.setStalled(volume.name, true);
      hosts.heals.pass(5);
      expect(await entries(hosts, volume.name)).toContain(1);
      hosts.heals.setStalled(volume.name, false);
      for (const host of ['h1', 'h2', 'h3', 'h4']) hosts.heals.setDaemonUp(host, host === down);
      hosts.heals.pass(5);
      expect(await entries(hosts, volume.name)).toContain(1);
      for (const host of ['h1', 'h2', 'h3', 'h4']) hosts.heals.setDaemonUp(host, true);
      hosts.heals.pass(1);
      expect(await entries(hosts, volume.name)).toEqual([0, 0, 0]);
    }));

  it('is shown for ever where copies accuse each other', () =>
    withVolume(async (scene) => {
      const { hosts, volume } = scene;
      hosts.heals.setPace(PACE);
      hosts.heals.write(volume.name, 0, 1);
      hosts.heals.split(volume.name, 0, 1);
      hosts.heals.pass(100);
      expect(await entries(hosts, volume.name)).toEqual([1, 1, 1]);
      expect(await refused(scene)).toMatch(/source brick for data to be healed/);
    }));

  it('is unknown while heal info does not get through', () =>
    withVolume(async (scene) => {
      scene.hosts.heals.setMute(scene.volume.name, true);
      expect(await refused(scene)).toMatch(/Not able to fetch volfile from glusterd/);
    }));
});

describe('a brick that was put in place', () => {
  it('is shown by the root of the volume first, then by all that it lacks', () =>
    withVolume(async (scene) => {
      const { pool, hosts, volume } = scene;
      hosts.heals.setPace(PACE);
      for (const file of [1, 2, 3]) hosts.heals.write(volume.name, 0, file);
      await done(pool, await evict(scene));
      expect((await entries(hosts, volume.name)).sort()).toEqual([0, 1, 1]);
      hosts.heals.pass(1);
      expect((await entries(hosts, volume.name)).sort()).toEqual([0, 3, 3]);
      expect(await brickOf(scene)).not.toBeNull();
      hosts.heals.pass(3);
      expect(await entries(hosts, volume.name)).toEqual([0, 0, 0]);
      await pool.recovery.run();
      expect(await brickOf(scene)).toBeNull();
      expect(held(scene)).toEqual([3, 3, 3]);
    }));

  it('is not shown at once in a dispersed set, and its old one stays all the same', () =>
    withVolume(
      async (scene) => {
        const { pool, hosts, volume } = scene;
        hosts.heals.setPace(PACE);
        for (const file of [1, 2, 3]) hosts.heals.write(volume.name, 0, file);
        await done(pool, await evict(scene));
        expect(await entries(hosts, volume.name)).toEqual([0, 0, 0]);
        await pool.recovery.run();
        expect(await brickOf(scene)).not.toBeNull();
        hosts.heals.pass(20);
        await pool.recovery.run();
        expect(await brickOf(scene)).toBeNull();
        expect(held(scene)).toEqual([3, 3, 3]);
      },
      { durability: DISPERSED },
    ));

  it('gets no data from an arbiter', () =>
    withVolume(async (scene) => {
      const { pool, hosts, volume } = scene;
      hosts.heals.setPace(PACE);
      hosts.heals.write(volume.name, 0, 1);
      const data = (await bricksOf(scene)).find(({ subType }) => subType !== 'arbiter');
      await done(pool, await evict({ ...scene, brickId: data?.id ?? '' }));
      const [set] = hosts.heals.sets(volume.name);
      const source = set?.find(({ contents, isArbiter }) => contents?.files.has(1) && !isArbiter);
      const [storage = '', path = ''] = source?.name.split(':') ?? [];
      hosts.killBrick(`h${storage.slice('10.0.0.'.length)}`, path);
      hosts.heals.pass(10);
      expect(held(scene)?.filter((files) => files === 0)).toHaveLength(1);
      expect(hosts.heals.copies().filter(({ contents }) => contents.files.has(1))).toHaveLength(3);
    }, ARBITER));

  it('is filled at once where heals take no time', () =>
    withVolume(async (scene) => {
      const { pool, hosts, volume } = scene;
      hosts.heals.write(volume.name, 0, 1);
      await done(pool, await evict(scene));
      await pool.runner.settled();
      expect([held(scene), await brickOf(scene)]).toEqual([[1, 1, 1], null]);
    }));
});

async function pathOn({ pool, volume }: Scene, host: string): Promise<string> {
  return pool.store.read(async (tx) => {
    for (const { path, nodeId } of await tx.bricks.listByVolume(volume.id))
      if ((await tx.nodes.find(nodeId))?.manageNames.includes(host)) return path;
    return '';
  });
}
