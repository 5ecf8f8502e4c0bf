import { expect } from 'vitest';
import type { Id } from '../../src/domain/ids.js';
import type { Volume } from '../../src/domain/volume.js';
import type { Executor } from '../../src/executors/executor.js';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import type { NodeHealth } from '../../src/operations/ports/node-health.js';
import type { VolumeRequest } from '../../src/operations/ports/requests.js';
import type { OperationSettings } from '../../src/operations/settings.js';
import { differences } from './differences.js';
import { ALL_UP, done, loadTopology, type Pool, strictHosts, volumeRequest, withPool } from './pool.js';

export const REPLICA_3 = { type: 'replicate', replica: 3, disperseData: 0, disperseRedundancy: 0 } as const;

export interface Scene {
  readonly pool: Pool;
  readonly hosts: SimulatedHosts;
  readonly volume: Volume;
  /** Of the brick that is to move. */
  readonly brickId: Id;
}

/** A volume on four hosts with two devices each, and one of its bricks. */
export async function withVolume(
  work: (scene: Scene) => Promise<void>,
  request: Partial<VolumeRequest> = {},
  health: NodeHealth = ALL_UP,
  executorOn?: (hosts: SimulatedHosts) => Executor,
  settings: Partial<OperationSettings> = {},
): Promise<void> {
  const hosts = strictHosts(4, 2);
  await withPool(
    executorOn?.(hosts) ?? hosts,
    async (pool) => {
      await loadTopology(pool, 4, 2);
      await done(pool, await pool.operations.createVolume(volumeRequest({ durability: REPLICA_3, ...request })));
      const [volume] = await pool.store.read((tx) => tx.volumes.list());
      if (!volume) throw new Error('no volume');
      const [brick] = await pool.store.read((tx) => tx.bricks.listByVolume(volume.id));
      await work({ pool, hosts, volume, brickId: brick?.id ?? '' });
    },
    { health, settings },
  );
}

export const bricksOf = ({ pool, volume }: Scene) => pool.store.read((tx) => tx.bricks.listByVolume(volume.id));
export const records = ({ pool }: Scene) => pool.store.read((tx) => tx.operations.list());
export const brickOf = ({ pool, brickId }: Scene) => pool.store.read((tx) => tx.bricks.find(brickId));
export const deviceOf = (pool: Pool, id: Id) => pool.store.read((tx) => tx.devices.find(id));
export const evict = ({ pool, brickId }: Scene, mustBeHealed = true) =>
  pool.operations.evictBrick(brickId, mustBeHealed);
export const refused = (scene: Scene, mustBeHealed = true) =>
  evict(scene, mustBeHealed).then(
    () => 'accepted',
    (error: Error) => error.message,
  );

export async function expectAgreement({ pool, hosts }: Scene): Promise<void> {
  expect(await differences(pool.store, hosts)).toEqual([]);
}

/** The host that has the brick. */
export async function hostOf({ pool }: Scene, brickId: Id): Promise<string> {
  return pool.store.read(async (tx) => {
    const brick = await tx.bricks.find(brickId);
    return (await tx.nodes.find(brick?.nodeId ?? ''))?.manageNames[0] ?? '';
  });
}
