import { describe, expect, it } from 'vitest';
import { placeVolume } from '../../src/domain/allocator/place-volume.js';
import { newId } from '../../src/domain/ids.js';
import { KIB_PER_GIB } from '../../src/domain/size.js';
import type { NodeHealth } from '../../src/operations/ports/node-health.js';
import { placementRequest } from '../../src/operations/volumes/placement.js';
import { snapshotOf } from '../../src/operations/volumes/placement-snapshot.js';
import { openMemoryStore } from '../../src/store/open-store.js';
import { brick, device, node } from '../store/records.js';
import { ALL_UP, OPERATION_SETTINGS } from '../support/pool.js';

const NODES = 30;
const DEVICES_PER_NODE = 4;
const TOTAL_KIB = 1000 * KIB_PER_GIB;

async function filledStore() {
  const store = await openMemoryStore();
  await store.write(async (tx) => {
    for (let n = 0; n < NODES; n++) {
      await tx.nodes.insert(node(`a${n}`, { zone: n % 3 }));
      for (let d = 0; d < DEVICES_PER_NODE; d++)
        await tx.devices.insert(
          device(`a${n}d${d}`, { nodeId: `a${n}`, totalKib: TOTAL_KIB, freeKib: TOTAL_KIB, usedKib: 0 }),
        );
    }
  });
  const look = (health: NodeHealth = ALL_UP, withMetadata = true) =>
    store.read((tx) => snapshotOf(tx, 'c1', health, withMetadata));
  return { store, look };
}

/** Ids of nodes that are other objects than before. */
function changed(before: Awaited<ReturnType<typeof snapshotOf>>, after: typeof before): readonly string[] {
  return after.nodes.filter((one, i) => one !== before.nodes[i]).map(({ id }) => id);
}

describe('what placement sees of a cluster', () => {
  it('is made again for the nodes of which something has changed, and for no others', async () => {
    const { store, look } = await filledStore();
    const first = await look();
    expect(changed(first, await look())).toEqual([]);

    await store.write((tx) => tx.devices.update(device('a7d1', { nodeId: 'a7', totalKib: TOTAL_KIB, freeKib: 5 })));
    const second = await look();
    expect(changed(first, second)).toEqual(['a7']);
    const seen = second.nodes.find(({ id }) => id === 'a7')?.devices.find(({ id }) => id === 'a7d1');
    expect(seen?.freeKib).toBe(5);

    await store.write((tx) => tx.bricks.insert([brick('b1', { nodeId: 'a9', deviceId: 'a9d0', poolMetadataKib: 64 })]));
    const third = await look();
    expect(changed(second, third)).toEqual(['a9']);
    expect(third.nodes.find(({ id }) => id === 'a9')?.devices[0]?.largestMetadataKib).toBe(64);

    await store.write((tx) => tx.nodes.update(node('a3', { state: 'offline' })));
    const fourth = await look();
    expect(changed(third, fourth)).toEqual(['a3']);
    expect(fourth.nodes.find(({ id }) => id === 'a3')?.state).toBe('offline');
  });

  it('has what is known of hosts and disks now', async () => {
    const { look } = await filledStore();
    const first = await look();
    const isDown: NodeHealth = { ...ALL_UP, isUp: (name) => name !== 'a5.manage' };
    const down = await look(isDown);
    expect(changed(first, down)).toEqual(['a5']);
    expect(down.nodes.find(({ id }) => id === 'a5')?.isUp).toBe(false);

    const troubles = new Map([['a6d2', 'its disk is away']]);
    const broken = await look({ ...ALL_UP, deviceTroubles: () => troubles });
    expect(changed(first, broken)).toEqual(['a5', 'a6']);
    expect(broken.nodes.find(({ id }) => id === 'a6')?.devices[2]?.trouble).toBe('its disk is away');
    // Told anew, and the same.
    expect(changed(broken, await look({ ...ALL_UP, deviceTroubles: () => new Map(troubles) }))).toEqual([]);
    expect(changed(broken, await look())).toEqual(['a6']);
  });

  it('leaves out the metadata of pools where no space has to be kept for it', async () => {
    const { store, look } = await filledStore();
    await store.write((tx) => tx.bricks.insert([brick('b1', { nodeId: 'a9', deviceId: 'a9d0', poolMetadataKib: 64 })]));
    const sizes = async (withMetadata: boolean) =>
      (await look(ALL_UP, withMetadata)).nodes.find(({ id }) => id === 'a9')?.devices[0]?.largestMetadataKib;
    expect([await sizes(false), await sizes(true), await sizes(false)]).toEqual([0, 64, 0]);
  });

  it('is what the same cluster gives that was never looked at', async () => {
    const { look } = await filledStore();
    const seen = await look();
    for (const sizeGib of [1, 10, 900, 5000, 10]) {
      const volume = {
        sizeKib: sizeGib * KIB_PER_GIB,
        durability: { type: 'replicate', replica: 3, disperseData: 0, disperseRedundancy: 0 } as const,
        snapshotFactor: 1,
        options: [],
        existingBricks: 0,
      };
      const request = placementRequest(volume, OPERATION_SETTINGS);
      const ids = () => {
        let last = 0;
        return () => `b${last++}`;
      };
      expect(placeVolume(seen, request, ids())).toEqual(placeVolume(structuredClone(seen), request, ids()));
      placeVolume(seen, request, newId);
    }
  });
});
