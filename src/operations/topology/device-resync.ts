import { type Brick, brickThinPoolName } from '../../domain/brick.js';
import type { Device } from '../../domain/device.js';
import { DomainError, idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { manageName } from '../../domain/node.js';
import { type DeviceReport, readDevice } from '../../executors/commands/device/lvm-device.js';
import type { ReadTx } from '../../store/store.js';
import type { Job, JobEnd } from '../engine/job.js';
import type { OperationContext } from '../engine/operation.js';
import { takenKib } from '../volumes/space.js';

/** Reads the volume group's sizes again; keeping them ends the job. */
export const deviceResync: Job<Id> = {
  name: 'resync-device',

  async check(tx, id) {
    if (!(await tx.devices.find(id))) throw idNotFound();
  },

  work: resyncDevice,
};

async function resyncDevice(id: Id, context: OperationContext): Promise<JobEnd> {
  const { device, host } = await context.store.read(async (tx) => {
    const found = await settledDevice(tx, id);
    const node = await tx.nodes.find(found.nodeId);
    if (!node) throw new DomainError('failed', `node ${found.nodeId} of device ${id} is not in the database`);
    return { device: found, host: manageName(node) };
  });
  const report = await readDevice(context.hosts, host, {
    deviceId: id,
    name: device.name,
    paths: device.paths,
    pvUuid: device.pvUuid,
  });
  return async (tx) => {
    const { exact: _, ...now } = await settledDevice(tx, id);
    // A volume that was made or deleted in between has booked space which the report may not know.
    if (now.usedKib !== device.usedKib) {
      throw new DomainError(
        'conflict',
        `bricks of device ${id} came or went while its sizes were read; resync it again`,
      );
    }
    const spareKib = context.settings.reserveSpareMetadata ? spareIn(report, now, await tx.bricks.listByDevice(id)) : 0;
    await tx.devices.update({
      ...now,
      totalKib: report.totalKib,
      freeKib: report.freeKib + spareKib,
      usedKib: report.usedKib - spareKib,
      extentKib: report.extentKib,
    });
    return null;
  };
}

/**
 * What of the used space is LVM's spare metadata, which is not in the books: booked, it would stay used when the last
 * pool, and the spare with it, is gone. No more than what bricks do not take.
 */
function spareIn({ usedKib }: DeviceReport, { spareMetadataKib }: Device, bricks: readonly Brick[]): number {
  if (bricks.length === 0) return 0;
  const pools = new Map(bricks.map((brick) => [brickThinPoolName(brick), brick]));
  const takenByBricks = [...pools.values()].reduce((sum, brick) => sum + takenKib(brick), 0);
  const largest = Math.max(spareMetadataKib, ...bricks.map(({ poolMetadataKib }) => poolMetadataKib));
  return Math.max(0, Math.min(largest, usedKib - takenByBricks));
}

async function settledDevice(tx: ReadTx, id: Id) {
  const device = await tx.devices.find(id);
  if (!device) throw idNotFound();
  const busyWith =
    (await tx.operations.listByObject(id))[0]?.id ??
    (await tx.bricks.listByDevice(id)).find((brick) => brick.pendingId)?.pendingId;
  if (busyWith) {
    throw new DomainError(
      'conflict',
      `operation ${busyWith} is changing bricks of device ${id}; resync it when that has ended`,
    );
  }
  return device;
}
