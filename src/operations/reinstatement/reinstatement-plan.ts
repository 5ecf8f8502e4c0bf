import { counted } from '../../domain/counted.js';
import type { Device } from '../../domain/device.js';
import { DomainError } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { manageName } from '../../domain/node.js';
import { listVolumeNames } from '../../executors/commands/gluster/gluster-volume.js';
import { readIdentity } from '../../executors/commands/gluster/glusterd-identity.js';
import { CommandError } from '../../executors/executor.js';
import type { OperationContext } from '../engine/operation.js';
import { findBrickSet } from '../volumes/brick-set.js';
import { refuseNeeded } from '../volumes/needed-brick.js';
import { glusterName } from '../volumes/volume-bricks.js';
import { wasServed } from './brick-reset.js';
import { findDisk } from './find-disk.js';
import {
  type BrickState,
  lookAtNode,
  type NodeAtHand,
  type NodeBrick,
  type RecordedNode,
  recordedRefusal,
} from './node-at-hand.js';
import { refuseStranger, type Standing, standingOf } from './pool-standing.js';

/** What can't be brought back, and what to do about it. */
export interface Refusal {
  /** Of a device or a brick. */
  readonly name: string;
  readonly reason: string;
}

/** A device to be set up, with those of its bricks that are to be made or mounted. */
interface DeviceWork {
  readonly device: Device;
  readonly brickIds: readonly Id[];
}

/** By id of a device or a brick; null where its device says it. */
type Refused = Map<Id, Refusal | null>;

export interface Wanted {
  /** Where devices are, as somebody has said. */
  readonly disks: Readonly<Record<Id, string>>;
  /** Devices and bricks that were tried in vain, with the reason. */
  readonly passedOver: ReadonlyMap<Id, string>;
}

/** What is left to do for a node, as it was just seen. */
export interface Reinstatement {
  readonly node: RecordedNode['node'];
  readonly devices: readonly DeviceWork[];
  /** Nothing can be done at the moment but to wait for other changes of volumes. */
  readonly isBusy: boolean;
  readonly mustRejoin: boolean;
  /** The next brick to be given back. */
  readonly down: NodeBrick | null;
  readonly served: readonly NodeBrick[];
  /** Bricks that can be given back, or are. */
  readonly total: number;
  readonly refusals: readonly Refusal[];
  /** Of the node's bricks: what its host has of them. */
  readonly states: ReadonlyMap<Id, BrickState>;
  /** Of bricks that are not made or given back, for themselves or with their devices. */
  readonly reasons: ReadonlyMap<Id, string>;
}

/** Looks at the node and its pool; changes nothing. Refuses a machine that is no fresh one. */
export async function planReinstatement(
  recorded: RecordedNode,
  wanted: Wanted,
  context: OperationContext,
): Promise<Reinstatement> {
  const standing = await standingOf(recorded.node, recorded.others, context);
  const identity = await readIdentity(context.hosts, manageName(recorded.node));
  refuseStranger(recorded.node, standing, identity);
  const seen = await lookAtNode(recorded, context);
  const refused: Refused = new Map();
  const devices = await devicesLeft(seen, wanted, refused, context);
  const isOwn = identity.uuid === standing.uuid && standing.isMember;
  const mustRejoin = !isOwn || !(await knowsVolumes(seen, standing, context));
  const open = seen.bricks.filter(({ brick }) => !refused.has(brick.id));
  const isIn = (...states: readonly BrickState[]) =>
    open.filter(({ brick }) => states.includes(stateIn(seen, brick.id)));
  const down = devices.length > 0 || mustRejoin ? null : await firstDown(isIn('down'), seen, refused, context);
  const served = isIn('served');
  return {
    node: seen.node,
    devices,
    isBusy: devices.length === 0 && !down && isIn('absent', 'incomplete', 'down').some((one) => one.busyWith !== null),
    mustRejoin,
    down,
    served,
    total: seen.bricks.filter(({ brick }) => !refused.has(brick.id)).length,
    refusals: [...refused.values()].filter((refusal) => refusal !== null),
    states: new Map(seen.bricks.map(({ brick }) => [brick.id, stateIn(seen, brick.id)])),
    reasons: reasonsOf(seen, refused),
  };
}

function stateIn({ states }: NodeAtHand, brickId: Id): BrickState {
  return states.get(brickId) ?? 'absent';
}

function reasonsOf({ bricks }: NodeAtHand, refused: Refused): ReadonlyMap<Id, string> {
  const reasons = new Map<Id, string>();
  for (const { brick } of bricks) {
    const refusal = refused.get(brick.id) ?? (refused.has(brick.id) ? refused.get(brick.deviceId) : null);
    if (refusal) reasons.set(brick.id, refusal.reason);
  }
  return reasons;
}

/** Notes what it refuses. */
async function devicesLeft(
  seen: NodeAtHand,
  { disks, passedOver }: Wanted,
  refused: Refused,
  context: OperationContext,
): Promise<readonly DeviceWork[]> {
  const left: DeviceWork[] = [];
  for (const device of seen.devices) {
    const bricks = seen.bricks.filter(({ brick }) => brick.deviceId === device.id);
    for (const hosted of bricks) {
      const reason = passedOver.get(hosted.brick.id) ?? recordedRefusal(hosted, stateIn(seen, hosted.brick.id));
      if (reason !== null) refused.set(hosted.brick.id, { name: `brick ${glusterName(hosted)}`, reason });
    }
    const isOpen = ({ brick, busyWith }: NodeBrick) =>
      busyWith === null && !refused.has(brick.id) && ['absent', 'incomplete'].includes(stateIn(seen, brick.id));
    const brickIds = bricks.filter(isOpen).map(({ brick }) => brick.id);
    const reason = passedOver.get(device.id) ?? (await deviceRefusal(device, seen, disks[device.id], context));
    if (reason !== null) {
      refused.set(device.id, {
        name: `device ${device.id} (${device.name}) with ${counted(brickIds.length, 'brick')}`,
        reason,
      });
      for (const id of brickIds) refused.set(id, null);
      continue;
    }
    const members = seen.members.get(device.id) ?? [];
    const isRecorded = members.length === 1 && members[0]?.pvUuid === device.pvUuid;
    if (!isRecorded || brickIds.length > 0) left.push({ device, brickIds });
  }
  return left;
}

/** Why neither the old volume group nor an empty disk is there for a device, or null. */
async function deviceRefusal(
  device: Device,
  { members, node, host }: NodeAtHand,
  named: string | undefined,
  context: OperationContext,
): Promise<string | null> {
  const [member, ...more] = members.get(device.id) ?? [];
  if (!member) {
    const found = await findDisk(device, node, named, context);
    return 'refusal' in found ? found.refusal : null;
  }
  const isWhole = more.length === 0 && member.pvName.startsWith('/');
  return isWhole ? null : `its volume group on ${host} is not whole, or not on one disk; see: pvs`;
}

/** After it was taken in again a member is told of the volumes one after the other. */
async function knowsVolumes(
  { bricks, storage }: NodeAtHand,
  { member }: Standing,
  { hosts }: OperationContext,
): Promise<boolean> {
  const wanted = new Set(bricks.map(({ volume }) => volume.name));
  return (await listVolumeNames(hosts, manageName(member))).every(
    (name) => !wanted.has(name) || storage.volumes?.has(name) === true,
  );
}

/** The first that may be given back now; notes why others before it may not. */
async function firstDown(
  bricks: readonly NodeBrick[],
  seen: NodeAtHand,
  refused: Refused,
  context: OperationContext,
): Promise<NodeBrick | null> {
  for (const hosted of bricks) {
    if (hosted.busyWith !== null) continue;
    const reason = await downRefusal(hosted, seen, context);
    if (reason === null) return hosted;
    refused.set(hosted.brick.id, { name: `brick ${glusterName(hosted)}`, reason });
  }
  return null;
}

async function downRefusal(hosted: NodeBrick, { storage }: NodeAtHand, context: OperationContext) {
  try {
    const { name } = hosted.volume;
    const isStopped = storage.volumes?.get(name) === false;
    if (await wasServed(hosted, context))
      return isStopped ? `volume ${name} is stopped; it runs when that is started` : null;
    if (isStopped)
      return `volume ${name} is stopped, and gluster refuses to start it with an empty brick, or serves that one as it is. Take its directory away, start the volume without it, and send the request again: rmdir ${hosted.brick.path} (on ${hosted.manageName}); gluster volume start ${name} force`;
    await refuseNeeded(hosted.volume, await findBrickSet(hosted.volume, hosted, context), context, true);
    return null;
  } catch (error) {
    if (error instanceof DomainError || error instanceof CommandError) return error.message;
    throw error;
  }
}
