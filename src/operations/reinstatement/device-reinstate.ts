import type { Brick } from '../../domain/brick.js';
import { type Device, volumeGroupName } from '../../domain/device.js';
import { DomainError, idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { manageName, type Node } from '../../domain/node.js';
import type { Action } from '../../domain/pending-operation.js';
import type { Volume } from '../../domain/volume.js';
import { completeBrick } from '../../executors/commands/brick/brick-completion.js';
import { brickMount } from '../../executors/commands/brick/brick-mount.js';
import { type DeviceReport, readDevice, setUpDevice } from '../../executors/commands/device/lvm-device.js';
import { listPhysicalVolumes } from '../../executors/commands/device/lvm-device-commands.js';
import type { Tx } from '../../store/store.js';
import { ALL_UNDONE, NOTHING_LEFT, type OperationContext, type OperationKind } from '../engine/operation.js';
import { allSettledOrThrow } from '../hosts/host-work.js';
import { deviceLane } from '../topology/device-add.js';
import { brickSpec } from '../volumes/volume-bricks.js';
import { findDisk } from './find-disk.js';
import { recordedNode } from './node-at-hand.js';

export interface DeviceReinstatement {
  readonly nodeId: Id;
  readonly deviceId: Id;
  /** Of the bricks that are to be made or mounted. */
  readonly brickIds: readonly Id[];
  /** The disk that somebody has named for it. */
  readonly disk?: string | undefined;
}

interface DeviceReinstateWork {
  readonly device: Device;
  readonly node: Node;
  readonly bricks: readonly { readonly brick: Brick; readonly volume: Volume }[];
  readonly disk: string | undefined;
}

interface SetUp {
  readonly report: DeviceReport;
  /** By which the kernel calls the disk now. */
  readonly diskName: string;
}

/**
 * A device of a machine that was installed anew: the volume group is kept where its disk has it, or made under the old
 * name on an empty one; the bricks in it are made or mounted at their old paths. Gluster is not told of them yet.
 * Nothing is ever undone: whatever was made is found, and used, by the next try.
 */
export const deviceReinstate: OperationKind<DeviceReinstatement, DeviceReinstateWork, SetUp> = {
  type: 'reinstate-device',
  isCounted: false,

  async build(tx, operationId, { nodeId, deviceId, brickIds, disk }) {
    const recorded = await recordedNode(tx, nodeId);
    if (!recorded?.devices.some(({ id }) => id === deviceId)) throw idNotFound();
    const wanted = new Set(brickIds);
    const free = recorded.bricks.filter(({ brick, busyWith }) => wanted.has(brick.id) && busyWith === null);
    for (const { brick } of free) await tx.bricks.update({ ...brick, pendingId: operationId });
    const actions: Action[] = [
      { change: 'reinstate-device', id: deviceId, delta: null },
      ...free.map(({ brick }): Action => ({ change: 'reinstate-brick', id: brick.id, delta: null })),
    ];
    return { actions, plan: disk === undefined ? {} : { disk }, lane: deviceLane(nodeId) };
  },

  async load(tx, { actions, plan }) {
    const idOf = (wanted: string) => actions.filter(({ change }) => change === wanted).map(({ id }) => id);
    const device = await tx.devices.find(idOf('reinstate-device')[0] ?? '');
    const node = device && (await tx.nodes.find(device.nodeId));
    if (!device || !node) return null;
    const bricks: { brick: Brick; volume: Volume }[] = [];
    for (const id of idOf('reinstate-brick')) {
      const brick = await tx.bricks.find(id);
      const volume = brick && (await tx.volumes.find(brick.volumeId));
      if (brick && volume) bricks.push({ brick, volume });
    }
    return { device, node, bricks, disk: (plan as { readonly disk?: string }).disk };
  },

  lane: ({ node }) => deviceLane(node.id),

  exec: setUp,

  async finalize(tx, work, { report, diskName }) {
    const found = await tx.devices.find(work.device.id);
    if (!found) throw idNotFound();
    const { exact: _, ...device } = found;
    await tx.devices.update({
      ...device,
      name: report.paths.includes(device.name) ? device.name : diskName,
      totalKib: report.totalKib,
      freeKib: report.totalKib - device.usedKib,
      extentKib: report.extentKib,
      paths: report.paths,
      pvUuid: report.pvUuid,
    });
    await settle(tx, work);
    return { location: null };
  },

  leftovers: ({ node }) => ({ mustEnd: [manageName(node)], mayStay: [] }),

  /** All of it may be done again, and finds what was done. */
  direction: async (_work, _context, { after }) => (after === 'crash' ? 'forward' : 'back'),

  finish: setUp,

  undo: async () => ALL_UNDONE,

  async retract(tx, work) {
    await settle(tx, work);
    return NOTHING_LEFT;
  },
};

async function settle(tx: Tx, { bricks }: DeviceReinstateWork): Promise<void> {
  for (const { brick } of bricks) {
    const now = await tx.bricks.find(brick.id);
    if (now) await tx.bricks.update({ ...now, pendingId: null });
  }
}

async function setUp(work: DeviceReinstateWork, context: OperationContext): Promise<SetUp> {
  const made = await groupOf(work, context);
  if (made.report.totalKib < work.device.usedKib)
    throw new DomainError(
      'failed',
      `${made.diskName} on ${manageName(work.node)} has ${made.report.totalKib} KiB, and the bricks of device ${work.device.id} take ${work.device.usedKib}`,
    );
  const host = manageName(work.node);
  await allSettledOrThrow(
    work.bricks.map(({ brick, volume }) =>
      context.work.onHost(host, brick.deviceId, () => complete(brick, volume, host, context)),
    ),
  );
  return made;
}

/** The group that is there, or a new one on a disk that is proved empty at this moment. */
async function groupOf(work: DeviceReinstateWork, context: OperationContext): Promise<SetUp> {
  const found = await groupAtHand(work, context);
  if (found) return found;
  const { device, node, disk } = work;
  const candidate = await findDisk(device, node, disk, context);
  if ('refusal' in candidate) throw new DomainError('failed', candidate.refusal);
  await setUpDevice(context.hosts, manageName(node), { deviceId: device.id, name: candidate.path, wipe: false });
  const made = await groupAtHand(work, context);
  if (made) return made;
  throw new DomainError('failed', `lvm on ${manageName(node)} does not show what it has made on ${candidate.path}`);
}

async function groupAtHand({ device, node }: DeviceReinstateWork, { hosts }: OperationContext): Promise<SetUp | null> {
  const host = manageName(node);
  const vg = volumeGroupName(device.id);
  const [member, ...more] = (await listPhysicalVolumes(hosts, host)).filter(({ vgName }) => vgName === vg);
  if (!member) return null;
  if (more.length > 0)
    throw new DomainError('failed', `volume group ${vg} on ${host} has ${more.length + 1} physical volumes`);
  return { report: await readDevice(hosts, host, device.id, member.pvName), diskName: member.pvName };
}

async function complete(brick: Brick, volume: Volume, host: string, context: OperationContext): Promise<void> {
  await completeBrick(context.hosts, host, brickSpec(brick, volume), brickMount(brick), volume.name);
}
