import { type Brick, brickThinPoolName } from '../domain/brick.js';
import type { Device } from '../domain/device.js';
import type { Id } from '../domain/ids.js';
import type { Tx } from '../store/store.js';

/** KiB that a brick takes of its device: thin pool and pool metadata. */
export function takenKib(brick: Pick<Brick, 'thinPoolKib' | 'poolMetadataKib'>): number {
  return brick.thinPoolKib + brick.poolMetadataKib;
}

/** Books the space of new bricks on their devices. */
export async function takeSpace(
  tx: Tx,
  bricks: readonly Pick<Brick, 'deviceId' | 'thinPoolKib' | 'poolMetadataKib'>[],
): Promise<void> {
  await book(tx, sumByDevice(bricks), 1);
}

/** Gives the space of bricks back whose thin pools are gone. */
export async function giveBackSpace(
  tx: Tx,
  bricks: readonly Pick<Brick, 'deviceId' | 'thinPoolKib' | 'poolMetadataKib'>[],
): Promise<void> {
  await book(tx, sumByDevice(bricks), -1);
}

async function book(tx: Tx, kibByDevice: ReadonlyMap<Id, number>, sign: 1 | -1): Promise<void> {
  for (const [deviceId, kib] of kibByDevice) {
    const device = await tx.devices.find(deviceId);
    // Imported bricks may name devices that are gone; there is nothing to book then.
    if (!device) continue;
    const before = device.exact ? await usedByBricks(tx, deviceId) : device.usedKib;
    await tx.devices.update(withUsed(device, before + sign * kib));
  }
}

/**
 * The original's counters may have wrapped below zero (a resync followed by deletes); used space is kept between 0
 * and the total, and total = free + used is kept always.
 */
function withUsed({ exact: _, ...device }: Device, usedKib: number): Device {
  const used = Math.min(Math.max(usedKib, 0), device.totalKib);
  return { ...device, usedKib: used, freeKib: device.totalKib - used };
}

/** For devices whose counters no double can hold: bricks of clones share a thin pool, which counts once. */
async function usedByBricks(tx: Tx, deviceId: Id): Promise<number> {
  const pools = new Map<string, number>();
  for (const brick of await tx.bricks.listByDevice(deviceId)) pools.set(brickThinPoolName(brick), takenKib(brick));
  return [...pools.values()].reduce((sum, kib) => sum + kib, 0);
}

function sumByDevice(
  bricks: readonly Pick<Brick, 'deviceId' | 'thinPoolKib' | 'poolMetadataKib'>[],
): ReadonlyMap<Id, number> {
  const sums = new Map<Id, number>();
  for (const brick of bricks) sums.set(brick.deviceId, (sums.get(brick.deviceId) ?? 0) + takenKib(brick));
  return sums;
}
