import type { BlockVolume } from '../../domain/block-volume.js';
import type { Brick } from '../../domain/brick.js';
import type { Cluster } from '../../domain/cluster.js';
import type { Device } from '../../domain/device.js';
import type { EventDetails, EventSubject } from '../../domain/event.js';
import type { Id } from '../../domain/ids.js';
import { manageName, type Node } from '../../domain/node.js';
import type { ChangeType, OperationType, PendingOperation } from '../../domain/pending-operation.js';
import type { Volume } from '../../domain/volume.js';
import type { ReadTx } from '../../store/store.js';

// What events call the things they are about, and what each type of operation is about.

export interface About {
  readonly subject: EventSubject;
  readonly details: EventDetails;
}

export function ofCluster({ id }: Pick<Cluster, 'id'>): EventSubject {
  return { kind: 'cluster', id, name: '', clusterId: id };
}

export function ofNode(node: Pick<Node, 'id' | 'manageNames' | 'clusterId'>): EventSubject {
  return { kind: 'node', id: node.id, name: manageName(node as Node), clusterId: node.clusterId };
}

export function ofVolume({ id, name, clusterId }: Pick<Volume, 'id' | 'name' | 'clusterId'>): EventSubject {
  return { kind: 'volume', id, name, clusterId };
}

function ofBlockVolume({ id, name, clusterId }: BlockVolume): EventSubject {
  return { kind: 'block-volume', id, name, clusterId };
}

export async function ofDevice(
  tx: ReadTx,
  { id, name, nodeId }: Pick<Device, 'id' | 'name' | 'nodeId'>,
): Promise<EventSubject> {
  return { kind: 'device', id, name, clusterId: (await tx.nodes.find(nodeId))?.clusterId ?? '' };
}

export async function ofBrick(tx: ReadTx, { id, path, nodeId }: Brick): Promise<EventSubject> {
  return { kind: 'brick', id, name: path, clusterId: (await tx.nodes.find(nodeId))?.clusterId ?? '' };
}

/** A part of it that is in no row any more, or not yet. */
export function ofOperation({ id, type }: Pick<PendingOperation, 'id' | 'type'>): EventSubject {
  return { kind: 'operation', id, name: type, clusterId: '' };
}

type Find = (tx: ReadTx, record: PendingOperation) => Promise<About | null>;

function idOf({ actions }: PendingOperation, change: ChangeType): Id {
  return actions.find((action) => action.change === change)?.id ?? '';
}

const volume =
  (change: ChangeType, details: (volume: Volume, record: PendingOperation) => EventDetails): Find =>
  async (tx, record) => {
    const found = await tx.volumes.find(idOf(record, change));
    return found && { subject: ofVolume(found), details: details(found, record) };
  };

const node =
  (change: ChangeType): Find =>
  async (tx, record) => {
    const found = await tx.nodes.find(idOf(record, change));
    return found && { subject: ofNode(found), details: {} };
  };

/** Its last part forgets it, before the whole ends. */
const lostNode: Find = async (tx, record) => {
  const id = idOf(record, 'lose-node');
  const found = await tx.nodes.find(id);
  return { subject: found ? ofNode(found) : { kind: 'node', id, name: '', clusterId: '' }, details: {} };
};

const device =
  (change: ChangeType): Find =>
  async (tx, record) => {
    const found = await tx.devices.find(idOf(record, change));
    return found && { subject: await ofDevice(tx, found), details: { nodeId: found.nodeId } };
  };

const brick =
  (change: ChangeType): Find =>
  async (tx, record) => {
    const found = await tx.bricks.find(idOf(record, change));
    if (!found) return null;
    const { volumeId } = { volumeId: found.volumeId, ...(record.plan as { volumeId?: Id } | null) };
    const replacedBy = idOf(record, 'add-brick');
    const details = { volumeId, ...(replacedBy === '' ? {} : { replacedBy }) };
    return { subject: await ofBrick(tx, found), details };
  };

const blockVolume =
  (change: ChangeType, details: (block: BlockVolume, record: PendingOperation) => EventDetails): Find =>
  async (tx, record) => {
    const found = await tx.blockVolumes.find(idOf(record, change));
    return found && { subject: ofBlockVolume(found), details: details(found, record) };
  };

const sized = ({ sizeGib }: { readonly sizeGib: number }): EventDetails => ({ sizeGib });

/** What is to be in the database at the end is in the plan until then. */
const plannedNode: Find = async (_tx, { plan }) => {
  const { id, manageNames, clusterId } = plan as Pick<Node, 'id' | 'manageNames' | 'clusterId'>;
  return { subject: ofNode({ id, manageNames, clusterId }), details: {} };
};

const plannedDevice: Find = async (tx, { plan }) => {
  const planned = plan as Pick<Device, 'id' | 'name' | 'nodeId'>;
  return { subject: await ofDevice(tx, planned), details: { nodeId: planned.nodeId } };
};

const cluster =
  (change: ChangeType): Find =>
  async (_tx, record) => {
    const id = idOf(record, change);
    return id === '' ? null : { subject: ofCluster({ id }), details: {} };
  };

const FINDS: Readonly<Record<OperationType, Find>> = {
  unknown: async () => null,
  'create-volume': volume('add-volume', sized),
  'delete-volume': volume('delete-volume', sized),
  'expand-volume': volume('expand-volume', ({ sizeGib }, { actions }) => ({
    sizeGib: sizeGib + (actions.find(({ change }) => change === 'expand-volume')?.delta ?? 0),
  })),
  'clone-volume': volume('add-volume-clone', ({ sizeGib }, record) => ({
    sizeGib,
    sourceId: idOf(record, 'clone-volume'),
  })),
  'create-block-volume': blockVolume('add-block-volume', sized),
  'delete-block-volume': blockVolume('delete-block-volume', sized),
  'expand-block-volume': blockVolume('expand-block-volume', ({ sizeGib }, { actions }) => ({
    sizeGib: actions.find(({ change }) => change === 'expand-block-volume')?.delta ?? sizeGib,
  })),
  'evict-brick': brick('delete-brick'),
  'reinstate-brick': brick('reinstate-brick'),
  'add-node': plannedNode,
  'delete-node': node('delete-node'),
  'remove-node': node('remove-node'),
  'lose-node': lostNode,
  'forget-node': node('forget-node'),
  'reinstate-node': node('reinstate-node'),
  'rejoin-node': node('rejoin-node'),
  'restore-mounts': node('restore-mounts'),
  'delete-fstab-line': node('delete-fstab-line'),
  'add-device': plannedDevice,
  'delete-device': device('delete-device'),
  'remove-device': device('remove-device'),
  'reinstate-device': device('reinstate-device'),
  'remove-unclaimed': device('remove-unclaimed'),
  'start-volume': volume('start-volume', () => ({})),
  'adopt-volume': cluster('adopt-volume'),
  'repair-state': cluster('repair-state'),
};

/** What the operation is about, as it is now: its rows may go, or change, with its end. */
export async function aboutOf(tx: ReadTx, record: PendingOperation): Promise<About> {
  return (await FINDS[record.type](tx, record)) ?? { subject: ofOperation(record), details: {} };
}
