import { type Device, volumeGroupName } from '../../domain/device.js';
import { bricksPerSet } from '../../domain/durability.js';
import { DomainError } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { manageName, type Node } from '../../domain/node.js';
import type { Volume } from '../../domain/volume.js';
import { type BrickMount, brickMount } from '../../executors/commands/brick/brick-mount.js';
import { listPhysicalVolumes } from '../../executors/commands/device/lvm-device-commands.js';
import type { PhysicalVolumeRow } from '../../executors/commands/lvm/lvm-report.js';
import { type NodeStorage, readNodeStorage } from '../../executors/commands/node/node-storage.js';
import type { ReadTx } from '../../store/store.js';
import type { OperationContext } from '../engine/operation.js';
import type { HostedBrick } from '../volumes/hosted-brick.js';
import { glusterName, hostedBrick } from '../volumes/volume-bricks.js';
import { changeInProgress } from '../volumes/volume-in-change.js';

export interface VolumeBrick extends HostedBrick {
  readonly volume: Volume;
}

/** A brick of a volume, on the node that is reinstated. */
export interface NodeBrick extends VolumeBrick {
  /** Another operation that is changing the volume. */
  readonly busyWith: Id | null;
}

/** A node whose machine was installed anew, as the store has it. */
export interface RecordedNode {
  readonly node: Node;
  /** The cluster's others, those that were given up left out. */
  readonly others: readonly Node[];
  /** Those that were given up left out. */
  readonly devices: readonly Device[];
  /** Without those that operations are making or removing: they lead them out themselves. */
  readonly bricks: readonly NodeBrick[];
  /** These: what becomes of them is not known before that has ended. */
  readonly unsettled: readonly UnsettledBrick[];
}

export interface UnsettledBrick {
  readonly brickId: Id;
  readonly volume: Volume;
  readonly operationId: Id;
}

/** `down`: all of it is there, and its process does not run. */
export type BrickState = 'served' | 'down' | 'incomplete' | 'absent';

/** What a host has of it now. */
export interface NodeAtHand extends RecordedNode {
  readonly host: string;
  readonly storage: NodeStorage;
  /** By device: the members of its volume group that lvm shows; none where it shows no group. */
  readonly members: ReadonlyMap<Id, readonly PhysicalVolumeRow[]>;
  readonly states: ReadonlyMap<Id, BrickState>;
}

/** Null when the node is not there. */
export async function recordedNode(tx: ReadTx, nodeId: Id): Promise<RecordedNode | null> {
  const node = await tx.nodes.find(nodeId);
  if (!node) return null;
  const bricks: NodeBrick[] = [];
  const unsettled: UnsettledBrick[] = [];
  for (const brick of await tx.bricks.listByNode(nodeId)) {
    const volume = await tx.volumes.find(brick.volumeId);
    if (!volume) continue;
    const operationId = brick.pendingId ?? volume.pendingId;
    if (operationId !== null) {
      unsettled.push({ brickId: brick.id, volume, operationId });
      continue;
    }
    const hosted = await hostedBrick(tx, brick, new Map([[node.id, node]]));
    if (hosted) bricks.push({ ...hosted, volume, busyWith: await changeInProgress(tx, volume.id) });
  }
  const isKept = ({ state }: { readonly state: Node['state'] }) => state !== 'failed';
  return {
    node,
    others: (await tx.nodes.listByCluster(node.clusterId)).filter((other) => other.id !== nodeId && isKept(other)),
    devices: (await tx.devices.listByNode(nodeId)).filter(isKept),
    bricks,
    unsettled,
  };
}

/** Looks at the host; changes nothing. What it can't tell of its disks is no reason to take them for empty. */
export async function lookAtNode(recorded: RecordedNode, context: OperationContext): Promise<NodeAtHand> {
  const host = manageName(recorded.node);
  const storage = await readNodeStorage(context.hosts, host);
  if (storage.logicalVolumes === null || storage.mounts === null)
    throw new DomainError('failed', `${host} does not tell what is on its disks: ${storage.unreadable.join('; ')}`);
  const rows = await listPhysicalVolumes(context.hosts, host);
  const members = new Map(
    recorded.devices.map(({ id }) => [id, rows.filter(({ vgName }) => vgName === volumeGroupName(id))]),
  );
  const states = new Map(recorded.bricks.map((hosted) => [hosted.brick.id, stateOf(hosted, storage)]));
  return { ...recorded, host, storage, members, states };
}

function stateOf(hosted: NodeBrick, { logicalVolumes, mounts, fstab, running }: NodeStorage): BrickState {
  const mount = brickMount(hosted.brick);
  if (!logicalVolumes?.has(`${mount.vgName}/${mount.lvName}`)) return 'absent';
  const isInFstab = mount.isSnapshot || fstab === null || fstab.has(mount.mountPoint);
  if (!isMounted(mount, mounts) || !isInFstab) return 'incomplete';
  return running?.has(glusterName(hosted)) ? 'served' : 'down';
}

function isMounted({ mountPoint, device, isSnapshot }: BrickMount, mounts: NodeStorage['mounts']): boolean {
  const source = mounts?.get(mountPoint);
  return isSnapshot ? source !== undefined : source === device;
}

/** Why a brick is not made or given back, whatever hosts say; null when nothing speaks against it. */
export function recordedRefusal({ brick, volume }: NodeBrick, state: BrickState): string | null {
  if (state === 'served') return null;
  if (brick.path === '') return 'its path is not recorded';
  if (brickMount(brick).isSnapshot)
    return `it is a clone's, which gluster makes and mounts itself; have it rebuilt elsewhere: heketi-cli brick evict ${brick.id}`;
  if (state !== 'absent') return null;
  if (bricksPerSet(volume.durability) < 2)
    return `volume ${volume.name} keeps no copies: what was on this brick is gone, and an empty one in its place would hide that. Copy what is left elsewhere and delete the volume`;
  if (brick.subType === 'unknown') return 'whether it is an arbiter is not recorded';
  return null;
}
