import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Brick } from '../../src/domain/brick.js';
import type { Id } from '../../src/domain/ids.js';
import { manageName } from '../../src/domain/node.js';
import { mountPointOf } from '../../src/executors/commands/brick/brick.js';
import type { CommandResult, Executor } from '../../src/executors/executor.js';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import type { PlannedStateRepair, StateRepairWish } from '../../src/operations/ports/repairs.js';
import type { VolumeRequest } from '../../src/operations/ports/requests.js';
import { giveBackSpace } from '../../src/operations/volumes/space.js';
import { differences } from './differences.js';
import { makeMemoryFolder } from './memory-folder.js';
import { answerOf, done, loadTopology, openPool, type Pool, strictHosts, volumeIdOf, volumeRequest } from './pool.js';
import { WatchedExecutor } from './watched-executor.js';

/** Three hosts with two devices each, volumes, and what can drift. */
export interface DriftScene {
  readonly pool: Pool;
  readonly file: string;
  readonly hosts: SimulatedHosts;
  readonly clusterId: Id;
  /** Called before each command of the server; may change hosts, or wait. */
  watch(before: (line: string, host: string) => void | Promise<void>): void;
  /** What the server sees in place of what hosts say. */
  lie(about: (line: string, host: string, result: CommandResult) => CommandResult | undefined): void;
  make(overrides?: Partial<VolumeRequest>): Promise<Id>;
  bricksOf(volume: string): Promise<readonly Brick[]>;
  hostOf(brick: Brick): Promise<string>;
  /** An administrator's command. */
  run(host: string, ...argv: readonly string[]): Promise<void>;
  /** A host restarts: what its fstab lacks is not mounted any more. */
  restart(host: string): void;
  plan(wish?: Partial<StateRepairWish>): Promise<PlannedStateRepair>;
  /** What the repair was answered with: null for a success. */
  repair(wish?: Partial<StateRepairWish>): Promise<string | null>;
  /** Everything that store and hosts disagree about, as the tests know it. */
  apart(): Promise<readonly string[]>;
  /** The database loses a volume, as one does that is restored from an old backup. */
  forget(volume: string): Promise<readonly Brick[]>;
}

export const lvOf = (brick: Brick): string => `vg_${brick.deviceId}/brick_${brick.id}`;
export const poolOf = (brick: Brick): string => `vg_${brick.deviceId}/${brick.thinPool}`;
export const mountOf = (brick: Brick): string => mountPointOf(brick.path);
export const gluster = (...words: readonly string[]): readonly string[] => ['gluster', '--mode=script', ...words];

/** Steps and what would become of each difference, in a line each. */
export function told(plan: PlannedStateRepair): {
  readonly steps: readonly string[];
  readonly left: readonly string[];
} {
  return {
    steps: plan.steps.map(({ step }) => step),
    left: plan.differences.flatMap(({ kind, subject, obstacle }) =>
      obstacle === null ? [] : [`${kind} ${subject}: ${obstacle}`],
    ),
  };
}

const WISHES_NOTHING: StateRepairWish = { start: [], destroy: [] };

/** `spare`: hosts of no cluster, after the others. */
export async function withDrift(work: (scene: DriftScene) => Promise<void>, hostCount = 3, spare = 0): Promise<void> {
  const folder = makeMemoryFolder('mortar-drift-');
  const file = join(folder, 'heketi.db');
  const hosts = strictHosts(hostCount + spare, 2);
  let before: (line: string, host: string) => void | Promise<void> = () => undefined;
  let about: (line: string, host: string, result: CommandResult) => CommandResult | undefined = () => undefined;
  const honest = new WatchedExecutor(hosts, (line, host) => before(line, host));
  const executor: Executor = {
    async run(host, batch) {
      const results = await honest.run(host, batch);
      return results.map((result, i) => about(batch[i]?.argv.join(' ') ?? '', host, result) ?? result);
    },
    linkNames: (host, storageName) => honest.linkNames(host, storageName),
    awaitLeftovers: (host) => honest.awaitLeftovers(host),
    close: () => honest.close(),
  };
  const pool = await openPool(file, executor);
  try {
    const clusterId = await loadTopology(pool, hostCount, 2);
    await work({
      pool,
      file,
      hosts,
      clusterId,
      watch: (watcher) => {
        before = watcher;
      },
      lie: (lies) => {
        about = lies;
      },
      make: async (overrides = {}) =>
        volumeIdOf(await done(pool, await pool.operations.createVolume(volumeRequest(overrides)))),
      bricksOf: (name) => bricksNamed(pool, name),
      hostOf: async ({ nodeId }) => {
        const node = await pool.store.read((tx) => tx.nodes.find(nodeId));
        return node ? manageName(node) : '';
      },
      async run(host, ...argv) {
        const [result] = await hosts.run(host, [{ argv, timeoutMs: 1000 }]);
        expect(result?.exitCode, `${argv.join(' ')}: ${result?.stderr}`).toBe(0);
      },
      restart(host) {
        hosts.setHostUp(host, false);
        hosts.setHostUp(host, true);
      },
      plan: (wish = {}) => pool.operations.planStateRepair({ ...WISHES_NOTHING, ...wish }),
      async repair(wish = {}) {
        const ticket = await pool.operations.repairState({ ...WISHES_NOTHING, ...wish });
        return (await answerOf(pool, ticket)).error;
      },
      apart: () => differences(pool.store, hosts),
      async forget(name) {
        const bricks = await bricksNamed(pool, name);
        await pool.store.write(async (tx) => {
          await giveBackSpace(tx, bricks);
          await tx.bricks.delete(bricks.map(({ id }) => id));
          await tx.volumes.delete(bricks[0]?.volumeId ?? '');
        });
        return bricks;
      },
    });
  } finally {
    await pool.runner.settled();
    await pool.store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A volume of which nothing is left but its logical volumes, unmounted: nobody has them. */
export async function unclaimed(scene: DriftScene): Promise<Brick> {
  // Where there are two clusters, in that of h1.
  const clusters = [scene.clusterId];
  await scene.make({ name: 'data', clusters });
  await scene.make({ name: 'lost', clusters });
  await scene.run('h1', ...gluster('volume', 'stop', 'lost', 'force'));
  await scene.run('h1', ...gluster('volume', 'delete', 'lost'));
  const bricks = await scene.forget('lost');
  for (const brick of bricks) await scene.run(await scene.hostOf(brick), 'umount', mountOf(brick));
  const [brick] = bricks;
  if (!brick) throw new Error('no brick');
  return brick;
}

async function bricksNamed({ store }: Pool, name: string): Promise<readonly Brick[]> {
  return store.read(async (tx) => {
    const volume = (await tx.volumes.list()).find((one) => one.name === name);
    return tx.bricks.listByVolume(volume?.id ?? '');
  });
}

/** A report of lvs with one more, `group/volume`. */
export function withVolume(result: CommandResult, name: string): CommandResult {
  const document = JSON.parse(result.stdout) as { report: { lv: object[] }[] };
  const [vg_name, lv_name] = name.split('/');
  document.report[0]?.lv.push({ vg_name, lv_name, pool_lv: '' });
  return { ...result, stdout: JSON.stringify(document) };
}
