import type { Device } from '../../domain/device.js';
import { DomainError, idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { ReadTx, Tx } from '../../store/store.js';
import type { DeviceBooks, DeviceSizes } from './group-verdict.js';

/** The operation that is changing a device or one of its bricks; null when none is. */
export async function findBusy(tx: ReadTx, deviceId: Id): Promise<Id | null> {
  const [operation] = await tx.operations.listByObject(deviceId);
  return operation?.id ?? (await tx.bricks.listByDevice(deviceId)).find((brick) => brick.pendingId)?.pendingId ?? null;
}

/** Throws `conflict` while an operation is changing the device: what its host shows is not to be compared then. */
export async function settledBooks(tx: ReadTx, deviceId: Id): Promise<DeviceBooks> {
  const device = await tx.devices.find(deviceId);
  if (!device) throw idNotFound();
  const busyWith = await findBusy(tx, deviceId);
  if (busyWith) {
    throw new DomainError(
      'conflict',
      `operation ${busyWith} is changing bricks of device ${deviceId}; resync it when that has ended`,
    );
  }
  return { device, bricks: await tx.bricks.listByDevice(deviceId) };
}

/** A device's sizes before and after they were taken from its host. */
export interface SizeChange {
  readonly before: Device;
  readonly after: Device;
}

/**
 * Takes sizes into the books that were read while the device was as in `seen`. Throws `conflict` when bricks came or
 * went meanwhile: their space is booked, and the sizes may not know it. Null: the books had them already.
 */
export async function keepSizes(tx: Tx, seen: DeviceBooks, sizes: DeviceSizes): Promise<SizeChange | null> {
  const now = await settledBooks(tx, seen.device.id);
  if (!isSameBooks(seen, now)) {
    throw new DomainError(
      'conflict',
      `bricks of device ${seen.device.id} came or went while its sizes were read; resync it again`,
    );
  }
  const { exact, ...before } = now.device;
  const after: Device = { ...before, ...sizes };
  if (!exact && SIZES.every((size) => before[size] === after[size])) return null;
  await tx.devices.update(after);
  return { before: now.device, after };
}

const SIZES = ['totalKib', 'freeKib', 'usedKib', 'extentKib', 'spareMetadataKib'] as const;

/** Space is booked and given back with the bricks that take it, in one unit. */
function isSameBooks(one: DeviceBooks, other: DeviceBooks): boolean {
  const idsOf = ({ bricks }: DeviceBooks) => bricks.map(({ id }) => id).sort();
  const [ids, others] = [idsOf(one), idsOf(other)];
  return ids.length === others.length && ids.every((id, i) => id === others[i]);
}
