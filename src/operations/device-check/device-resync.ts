import { DomainError, idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { manageName } from '../../domain/node.js';
import { tell } from '../../events/tell.js';
import { LvmReportError } from '../../executors/commands/lvm/lvm-report.js';
import { readNodeGroups } from '../../executors/commands/node/node-groups.js';
import { ofDevice } from '../engine/event-subjects.js';
import type { Job, JobEnd } from '../engine/job.js';
import type { OperationContext } from '../engine/operation.js';
import { keepSizes, settledBooks } from './device-books.js';
import type { DeviceCheck } from './device-check.js';
import { judgeGroup } from './group-verdict.js';

/** Reads the volume group's sizes again; keeping them ends the job. What the report says of the device is renewed as well. */
export function deviceResync(deviceCheck: Pick<DeviceCheck, 'run'>): Job<Id> {
  return {
    name: 'resync-device',

    async about(tx, id) {
      const device = await tx.devices.find(id);
      return device && ofDevice(tx, device);
    },

    async check(tx, id) {
      if (!(await tx.devices.find(id))) throw idNotFound();
    },

    work: (id, context) => resyncDevice(id, context, deviceCheck),
  };
}

async function resyncDevice(id: Id, context: OperationContext, deviceCheck: Pick<DeviceCheck, 'run'>): Promise<JobEnd> {
  const { books, host } = await context.store.read(async (tx) => {
    const found = await settledBooks(tx, id);
    const node = await tx.nodes.find(found.device.nodeId);
    if (!node) throw new DomainError('failed', `node ${found.device.nodeId} of device ${id} is not in the database`);
    return { books: found, host: manageName(node) };
  });
  const refuse = (reason: string): never => {
    const text = `the recorded sizes of device ${books.device.name} (${id}) on ${host} stay as they are: ${reason}`;
    throw new DomainError('failed', text);
  };
  const real = await readNodeGroups(context.hosts, host).catch((error: unknown) => {
    if (error instanceof LvmReportError) return refuse(error.message);
    throw error;
  });
  await deviceCheck.run(books.device.nodeId, false);
  const verdict = judgeGroup(books, real, context.settings.reserveSpareMetadata);
  if (verdict.kind !== 'sizes') return refuse(verdict.reason);
  return async (tx, requestedBy) => {
    const change = await keepSizes(tx, books, verdict.sizes);
    if (change) await tell(tx, 'device.resynced', await ofDevice(tx, change.after), { requestedBy });
    return null;
  };
}
