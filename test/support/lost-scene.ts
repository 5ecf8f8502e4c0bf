import { expect } from 'vitest';
import type { Id } from '../../src/domain/ids.js';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import type { VolumeRequest } from '../../src/operations/ports/requests.js';
import type { OperationSettings } from '../../src/operations/settings.js';
import { brickOf, bricksOf, expectAgreement, hostOf, REPLICA_3, type Scene, withVolume } from './eviction-scene.js';
import { ALL_UP, done, records, volumeRequest } from './pool.js';
import { WatchedExecutor } from './watched-executor.js';

export interface LostScene extends Scene {
  /** Of the node with the scene's brick. */
  readonly nodeId: Id;
  readonly host: string;
}

export interface Setting {
  readonly request?: Partial<VolumeRequest>;
  /** Told of each command before it is run. */
  readonly watch?: (line: string, host: string) => void;
  readonly settings?: Partial<OperationSettings>;
}

export const REPLICA_2 = { ...REPLICA_3, replica: 2 };
export const NO_COPIES = { ...REPLICA_3, type: 'none', replica: 0 } as const;
export const DISPERSED = { type: 'disperse', replica: 0, disperseData: 2, disperseRedundancy: 1 } as const;

/** A volume on four hosts with two devices each; `host` has its first brick. */
export function withNode(
  work: (scene: LostScene) => Promise<void>,
  { request = {}, watch, settings }: Setting = {},
): Promise<void> {
  return withVolume(
    async (scene) => {
      const host = await hostOf(scene, scene.brickId);
      const nodeId = (await brickOf(scene))?.nodeId ?? '';
      await work({ ...scene, host, nodeId });
    },
    request,
    ALL_UP,
    watch && ((hosts: SimulatedHosts) => new WatchedExecutor(hosts, watch)),
    settings,
  );
}

export const lose = ({ pool, nodeId }: LostScene, how: { mustBeHealed?: boolean; mayHostAnswer?: boolean } = {}) =>
  pool.operations.loseNode(nodeId, { mustBeHealed: true, mayHostAnswer: false, ...how });
export const refusal = (asked: Promise<unknown>) =>
  asked.then(
    () => 'accepted',
    (error: Error) => error.message,
  );
export const nodeOf = ({ pool, nodeId }: LostScene) => pool.store.read((tx) => tx.nodes.find(nodeId));
export const devicesOf = ({ pool, nodeId }: LostScene) => pool.store.read((tx) => tx.devices.listByNode(nodeId));
export const nodeIdsOf = async (scene: LostScene) => (await bricksOf(scene)).map(({ nodeId }) => nodeId);
export const create = async ({ pool }: Scene, request: Partial<VolumeRequest>) =>
  done(pool, await pool.operations.createVolume(volumeRequest(request)));
export const lossOf = async ({ pool }: LostScene) => (await records(pool)).find(({ type }) => type === 'lose-node');

export async function expectForgotten(scene: LostScene): Promise<void> {
  expect([await nodeOf(scene), await devicesOf(scene), await records(scene.pool)]).toEqual([null, [], []]);
  await expectAgreement(scene);
}
