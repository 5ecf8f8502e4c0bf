import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { parseTopology } from '../../../src/cli/topology-file.js';
import type { Brick } from '../../../src/domain/brick.js';
import { manageName } from '../../../src/domain/node.js';
import { toPlain } from '../../../src/json/json-value.js';
import type { StateRepairWish } from '../../../src/operations/ports/repairs.js';
import { giveBackSpace } from '../../../src/operations/volumes/space.js';
import { gluster, lvOf, mountOf, poolOf } from '../../support/drift-scene.js';
import { makeMemoryFolder } from '../../support/memory-folder.js';
import { answerOf, done, openPool, type Pool, volumeRequest } from '../../support/pool.js';
import { command, describeOverSsh } from './ssh-hosts.js';

const NOTHING: StateRepairWish = { start: [], destroy: [] };

describeOverSsh('the repair of the state over ssh', { nodes: 3, devices: 1 }, (hosts) => {
  /** An administrator's command. */
  async function run(host: string, ...argv: readonly string[]): Promise<void> {
    const [result] = await hosts.executor().run(host, [command(...argv)]);
    expect(result?.exitCode, `${argv.join(' ')}: ${result?.stderr}`).toBe(0);
  }

  async function load(pool: Pool): Promise<void> {
    const { operations } = pool;
    const clusterId = await operations.createCluster({ allowsBlock: true, allowsFile: true });
    for (const node of parseTopology(readFileSync(hosts.cluster.topologyFile, 'utf8'))[0]?.nodes ?? []) {
      const { hostnames } = toPlain(node.request) as { hostnames: { manage: string[]; storage: string[] } };
      const names = { manageNames: hostnames.manage, storageNames: hostnames.storage };
      const added = await done(pool, await operations.addNode({ clusterId, zone: 1, tags: {}, ...names }));
      const nodeId = added.slice(added.lastIndexOf('/') + 1);
      await done(pool, await operations.addDevice({ nodeId, name: '/dev/sdb', mayDestroyData: false, tags: {} }));
    }
  }

  async function bricksOf({ store }: Pool, name: string): Promise<readonly (Brick & { readonly host: string })[]> {
    return store.read(async (tx) => {
      const volume = (await tx.volumes.list()).find((one) => one.name === name);
      const bricks = await tx.bricks.listByVolume(volume?.id ?? '');
      const nodes = new Map((await tx.nodes.list()).map((node) => [node.id, manageName(node)]));
      return bricks.map((brick) => ({ ...brick, host: nodes.get(brick.nodeId) ?? '' }));
    });
  }

  /** As a backup does that is older than the volume. */
  async function forget(pool: Pool, bricks: readonly Brick[]): Promise<void> {
    await pool.store.write(async (tx) => {
      await giveBackSpace(tx, bricks);
      await tx.bricks.delete(bricks.map(({ id }) => id));
      await tx.volumes.delete(bricks[0]?.volumeId ?? '');
    });
  }

  const repair = async (pool: Pool, wish: Partial<StateRepairWish> = {}) =>
    (await answerOf(pool, await pool.operations.repairState({ ...NOTHING, ...wish }))).error;

  it('takes in what gluster has, mounts what is missing, and removes what is named and nobody has', async () => {
    const folder = makeMemoryFolder('mortar-ssh-repair-');
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const pool = await openPool(join(folder, 'heketi.db'), hosts.executor());
    onTestFinished(() => pool.store.close());
    await load(pool);
    for (const name of ['kept', 'unknown', 'gone'])
      await done(pool, await pool.operations.createVolume(volumeRequest({ name, sizeGib: 2 })));
    const [kept] = await bricksOf(pool, 'kept');
    const [unknown, gone] = [await bricksOf(pool, 'unknown'), await bricksOf(pool, 'gone')];
    if (!kept) throw new Error('no brick');

    await run(kept.host, 'sed', '-i.save', `/${kept.id}/d`, '/etc/fstab');
    await forget(pool, unknown);
    await forget(pool, gone);
    await run(hosts.first, ...gluster('volume', 'stop', 'gone', 'force'));
    const names = gone.flatMap((brick) => [lvOf(brick), poolOf(brick)]);
    // It is stopped, and gluster has it still.
    const inUse = (await pool.operations.planStateRepair({ ...NOTHING, destroy: names })).differences;
    expect(inUse.filter(({ step }) => step?.startsWith('remove-unclaimed'))).toEqual([]);

    await run(hosts.first, ...gluster('volume', 'delete', 'gone'));
    for (const brick of gone) await run(brick.host, 'umount', mountOf(brick));
    // The simulated gluster shows no brick processes as XML, and what is not told is no success.
    expect(await repair(pool, { destroy: names })).toMatch(
      /^what could be repaired is repaired, but for what follows\n- restore-mounts \S+ \(node \S+\): \S+ does not tell all: brick processes: gluster did not answer in XML[^-]*-+\n(?:Brick .*\n?)*$/,
    );
    expect(await pool.operations.planStateRepair(NOTHING)).toMatchObject({ isPossible: true, differences: [] });
    expect((await bricksOf(pool, 'unknown')).map(({ id }) => id).sort()).toEqual(unknown.map(({ id }) => id).sort());
  });
});
