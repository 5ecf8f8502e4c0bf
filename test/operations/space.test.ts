import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Brick } from '../../src/domain/brick.js';
import { importDatabase } from '../../src/interchange/import.js';
import { giveBackSpace, takeSpace } from '../../src/operations/volumes/space.js';
import { openMemoryStore } from '../../src/store/open-store.js';
import type { Store } from '../../src/store/store.js';

const DEVICE = 'd1';

let store: Store;
beforeEach(async () => {
  store = await openMemoryStore();
});
afterEach(() => store.close());

const imported = (storage: object) =>
  store.write((tx) =>
    importDatabase(tx, { deviceentries: { [DEVICE]: { NodeId: 'n1', Info: { id: DEVICE, storage } } } }),
  );
const device = () => store.read((tx) => tx.devices.find(DEVICE));
const brick = (thinPoolKib: number): Brick => ({
  id: 'b1',
  volumeId: 'v1',
  deviceId: DEVICE,
  nodeId: 'n1',
  path: '/p/brick',
  sizeKib: thinPoolKib,
  thinPoolKib,
  poolMetadataKib: 0,
  thinPool: '',
  lv: '',
  subType: 'normal',
  pendingId: null,
});

async function take(kib: number): Promise<void> {
  await store.write(async (tx) => {
    await takeSpace(tx, [brick(kib)]);
    await tx.bricks.insert([brick(kib)]);
  });
}

describe('the space of an imported device whose counters do not add up', () => {
  it('is booked as a difference: what others take stays taken', async () => {
    await imported({ total: 500, free: 20, used: 100 });
    await take(10);
    expect(await device()).toMatchObject({ totalKib: 500, freeKib: 10, usedKib: 110 });
  });

  it('comes back as it was when the brick is gone', async () => {
    await imported({ total: 500, free: 20, used: 100 });
    await take(10);
    await store.write((tx) => giveBackSpace(tx, [{ id: 'b1' }]));
    expect(await device()).toMatchObject({ totalKib: 500, freeKib: 20, usedKib: 100 });
  });

  it('never exceeds what the counters together allow', async () => {
    await imported({ total: 500, free: 480, used: 100 });
    await take(10);
    expect(await device()).toMatchObject({ freeKib: 390, usedKib: 110 });
  });

  it('counts the bricks where the used space has wrapped below zero', async () => {
    await imported({ total: 500, free: 20, used: 2n ** 64n - 4096n });
    await take(10);
    expect(await device()).toMatchObject({ freeKib: 10, usedKib: 10 });
  });
});
