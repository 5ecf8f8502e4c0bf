import type { Brick } from '../domain/brick.js';
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
    if (device) await tx.devices.update(withUsed(device, device.usedKib + sign * kib));
  }
}

/**
 * The original's counters may have wrapped below zero (a resync followed by deletes); used space is kept between 0
 * and the total, and total = free + used is kept always.
 */
function withUsed(device: Device, usedKib: number): Device {
  const { exact: _, ...rest } = device;
  const used = device.exact ? 0 : Math.min(Math.max(usedKib, 0), device.totalKib);
  return { ...rest, usedKib: used, freeKib: device.totalKib - used };
}

function sumByDevice(
  bricks: readonly Pick<Brick, 'deviceId' | 'thinPoolKib' | 'poolMetadataKib'>[],
): ReadonlyMap<Id, number> {
  const sums = new Map<Id, number>();
  for (const brick of bricks) sums.set(brick.deviceId, (sums.get(brick.deviceId) ?? 0) + takenKib(brick));
  return sums;
}
