import { type Brick, brickThinPoolName } from '../../domain/brick.js';
import type { Device } from '../../domain/device.js';
import type { Id } from '../../domain/ids.js';
import type { ReadTx, Tx } from '../../store/store.js';

/** KiB that a brick takes of its device: thin pool and pool metadata. */
export function takenKib(brick: Pick<Brick, 'thinPoolKib' | 'poolMetadataKib'>): number {
  return brick.thinPoolKib + brick.poolMetadataKib;
}

type Booked = Pick<Brick, 'deviceId' | 'thinPoolKib' | 'poolMetadataKib'>;

/** Books the space of new bricks on their devices. */
export async function takeSpace(tx: Tx, bricks: readonly Booked[]): Promise<void> {
  for (const [deviceId, { takenKib: kib, largestMetadataKib }] of sumsByDevice(bricks)) {
    const device = await tx.devices.find(deviceId);
    // Imported bricks may name devices that are gone; there is nothing to book then.
    if (!device) continue;
    const beforeKib = await usedKib(tx, device);
    const spareKib = beforeKib === 0 ? 0 : device.spareMetadataKib;
    await tx.devices.update({
      ...withBooked(device, beforeKib, kib),
      spareMetadataKib: Math.max(spareKib, largestMetadataKib),
    });
  }
}

/** Whether the device's used space holds so much that no brick takes: a resync has counted what was made by hand. */
export async function isCounted(tx: Tx, brick: Booked): Promise<boolean> {
  const device = await tx.devices.find(brick.deviceId);
  if (!device) return false;
  return (await usedKib(tx, device)) - (await usedByBricks(tx, device.id)) >= takenKib(brick);
}

/**
 * Gives the space of bricks back whose thin pools are gone. A pool that bricks of clones share is given back once:
 * several deletes may find it gone, in any order, so the rows that share it take nothing from then on.
 */
export async function giveBackSpace(tx: Tx, bricks: readonly Pick<Brick, 'id'>[]): Promise<void> {
  for (const { id } of bricks) {
    const brick = await tx.bricks.find(id);
    if (!brick) continue;
    const device = await tx.devices.find(brick.deviceId);
    if (device) await tx.devices.update(withBooked(device, await usedKib(tx, device), -takenKib(brick)));
    for (const sharing of await tx.bricks.listByThinPool(brick.deviceId, brickThinPoolName(brick))) {
      if (sharing.id !== id) await tx.bricks.update({ ...sharing, thinPoolKib: 0, poolMetadataKib: 0 });
    }
  }
}

async function usedKib(tx: ReadTx, device: Device): Promise<number> {
  return device.exact ? usedByBricks(tx, device.id) : device.usedKib;
}

/**
 * Counters of imported devices need not add up: volumes that are not ours take space which no brick has, and the
 * original's may have drifted or wrapped below zero. So free space changes by what is booked, and is never concluded
 * from the total; a resync looks at the device and makes them add up. Both stay between 0 and the total.
 */
function withBooked({ exact: _, ...device }: Device, beforeKib: number, changeKib: number): Device {
  const usedKib = between(0, beforeKib + changeKib, device.totalKib);
  const freeKib = between(0, device.freeKib - changeKib, device.totalKib - usedKib);
  return { ...device, usedKib, freeKib, spareMetadataKib: usedKib === 0 ? 0 : device.spareMetadataKib };
}

function between(least: number, value: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}

/** For devices whose counters no double can hold. */
async function usedByBricks(tx: ReadTx, deviceId: Id): Promise<number> {
  return usedByPools(await tx.bricks.listByDevice(deviceId));
}

/** KiB that all bricks of a device take together: those of clones share a thin pool, which counts once. */
export function usedByPools(bricks: readonly Brick[]): number {
  const pools = new Map<string, number>();
  for (const brick of bricks) pools.set(brickThinPoolName(brick), takenKib(brick));
  return [...pools.values()].reduce((sum, kib) => sum + kib, 0);
}

interface Sums {
  takenKib: number;
  largestMetadataKib: number;
}

function sumsByDevice(bricks: readonly Booked[]): ReadonlyMap<Id, Sums> {
  const sums = new Map<Id, Sums>();
  for (const brick of bricks) {
    const sum = sums.get(brick.deviceId) ?? { takenKib: 0, largestMetadataKib: 0 };
    sum.takenKib += takenKib(brick);
    sum.largestMetadataKib = Math.max(sum.largestMetadataKib, brick.poolMetadataKib);
    sums.set(brick.deviceId, sum);
  }
  return sums;
}
