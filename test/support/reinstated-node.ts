import { expect } from 'vitest';
import type { Id } from '../../src/domain/ids.js';
import type { Executor } from '../../src/executors/executor.js';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import type { NodeHealth } from '../../src/operations/ports/node-health.js';
import type { VolumeRequest } from '../../src/operations/ports/requests.js';
import type { OperationSettings } from '../../src/operations/settings.js';
import { differences } from './differences.js';
import { ALL_UP, answerOf, done, loadTopology, type Pool, strictHosts, volumeRequest, withPool } from './pool.js';

export const REPLICA_2 = { type: 'replicate', replica: 2, disperseData: 0, disperseRedundancy: 0 } as const;
export const REPLICA_3 = { ...REPLICA_2, replica: 3 } as const;
export const DISPERSED = { type: 'disperse', replica: 0, disperseData: 2, disperseRedundancy: 1 } as const;
export const SINGLE = { type: 'none', replica: 0, disperseData: 0, disperseRedundancy: 0 } as const;
export const ARBITER = { options: ['user.heketi.arbiter true'], durability: REPLICA_3 } as const;

/** The host whose machine is installed anew. */
export const HOST = 'h3';

export interface Scene {
  readonly pool: Pool;
  readonly hosts: SimulatedHosts;
  /** Of the node on the host: `HOST`, unless another one was wanted. */
  readonly nodeId: Id;
}

/** What may be other than usual. */
export interface Setting {
  /** Whose machine is installed anew, instead of `HOST`. */
  readonly host?: string;
  readonly hosts?: number;
  /** Hosts that get no bricks of these volumes. */
  readonly spared?: readonly string[];
  readonly health?: NodeHealth;
  readonly settings?: Partial<OperationSettings>;
}

/** Three hosts with two devices each, volumes, and some files in them. */
export async function withNode(
  volumes: readonly Partial<VolumeRequest>[],
  work: (scene: Scene) => Promise<void>,
  executorOn?: (hosts: SimulatedHosts) => Executor,
  { hosts: count = 3, spared = [], health = ALL_UP, settings = {}, host = HOST }: Setting = {},
): Promise<void> {
  const hosts = strictHosts(count, 2);
  await withPool(
    executorOn?.(hosts) ?? hosts,
    async (pool) => {
      await loadTopology(pool, count, 2);
      await setStates(pool, spared, 'offline');
      for (const [i, request] of volumes.entries()) {
        const name = `v${i + 1}`;
        const ticket = await pool.operations.createVolume(volumeRequest({ name, durability: REPLICA_3, ...request }));
        await done(pool, ticket);
        for (const file of [1, 2, 3]) hosts.heals.write(name, 0, file);
      }
      await setStates(pool, spared, 'online');
      const node = await pool.store.read((tx) => tx.nodes.findByManageName(host));
      await work({ pool, hosts, nodeId: node?.id ?? '' });
    },
    { health, settings },
  );
}

async function setStates(pool: Pool, names: readonly string[], state: 'online' | 'offline'): Promise<void> {
  for (const name of names) {
    const node = await pool.store.read((tx) => tx.nodes.findByManageName(name));
    await done(pool, await pool.operations.setNodeState(node?.id ?? '', state));
  }
}

export const nodeOf = ({ pool, nodeId }: Scene) => pool.store.read((tx) => tx.nodes.find(nodeId));
export const devicesOf = ({ pool, nodeId }: Scene) => pool.store.read((tx) => tx.devices.listByNode(nodeId));
export const bricksOf = ({ pool, nodeId }: Scene) => pool.store.read((tx) => tx.bricks.listByNode(nodeId));
export const recordsOf = ({ pool }: Scene) => pool.store.read((tx) => tx.operations.list());

/** What the request is answered with, once nothing runs or waits any more; null: done. */
export async function reinstated({ pool, nodeId }: Scene, disks: Readonly<Record<Id, string>> = {}) {
  const ticket = await pool.operations.reinstateNode(nodeId, disks);
  await pool.runner.settled();
  await pool.recovery.run();
  return (await answerOf(pool, ticket)).error;
}

/** Store and hosts agree brick for brick, and every brick of every set holds all files that were written. */
export async function expectWhole({ pool, hosts }: Scene): Promise<void> {
  expect(await differences(pool.store, hosts)).toEqual([]);
  for (const { name, durability } of await pool.store.read((tx) => tx.volumes.list())) {
    if (durability.type === 'none') continue;
    const held = hosts.heals.sets(name)[0]?.map(({ contents }) => contents?.files.size);
    expect(held).toEqual(held?.map(() => 3));
  }
}
