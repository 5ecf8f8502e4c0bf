import type { SimulatedHosts } from '../../../../src/executors/mock/simulated-hosts.js';
import type { Store } from '../../../../src/store/store.js';
import { differences } from '../../../support/differences.js';
import type { WrittenFiles } from './written-files.js';

/**
 * Once everything works and has had its time: what has not ended, what store and hosts disagree about, and what is not
 * healed.
 */
export async function findDisagreement(store: Store, hosts: SimulatedHosts, files: WrittenFiles): Promise<string[]> {
  const found: string[] = [];
  const held: string[] = [];
  const records = await store.read((tx) => tx.operations.list());
  for (const { id, retry } of records) {
    const [, volume, ofTwo] =
      /replaced in volume (\S+), is not .* may hold (the only copy)/.exec(retry?.error ?? '') ?? [];
    // One of two that wrote alone, and was down when it was replaced: a person has to see to what it has.
    if (volume && ofTwo) held.push(id, volume);
  }
  const waiting = await placesOf(store, held);
  for (const { id, type, retry, progress, actions } of records) {
    const isWaiting = progress !== null && actions.some((action) => waiting.has(action.id));
    if (!held.includes(id) && !isWaiting) found.push(`${type} ${id} has not ended: ${retry?.error}`);
  }
  const leaving = await store.read((tx) => tx.bricks.list());
  held.push(...leaving.filter(({ pendingId }) => held.includes(pendingId ?? '')).map(({ id }) => id));
  // Nobody waits for a node that was given up: what was to be removed from it is forgotten, and its machine may be a new one.
  for (const { id, manageNames } of (await store.read((tx) => tx.nodes.list())).filter(
    ({ state }) => state === 'failed',
  )) {
    held.push(...(await store.read((tx) => tx.devices.listByNode(id))).map((device) => device.id));
    held.push(...manageNames.map((host) => `peers ${host}`));
  }
  const isHeld = (text: string) => held.some((name) => text.includes(name));
  found.push(...(await differences(store, hosts)).filter((text) => !isHeld(text)));
  return [...found, ...files.unhealed(new Set(held))];
}

/** Devices and nodes with bricks of these volumes, or that these operations wait to remove: what empties them waits, too. */
async function placesOf(store: Store, held: readonly string[]): Promise<ReadonlySet<string>> {
  return store.read(async (tx) => {
    const ids = (await tx.volumes.list()).filter(({ name }) => held.includes(name)).map(({ id }) => id);
    const bricks = (await tx.bricks.list()).filter(
      ({ volumeId, pendingId }) => ids.includes(volumeId) || held.includes(pendingId ?? ''),
    );
    return new Set(bricks.flatMap(({ deviceId, nodeId }) => [deviceId, nodeId]));
  });
}
