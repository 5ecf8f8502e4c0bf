import { DomainError, idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { manageName, type Node, storageName } from '../../domain/node.js';
import type { PendingOperation } from '../../domain/pending-operation.js';
import { mountFor } from '../../domain/volume.js';
import { tell } from '../../events/tell.js';
import { isVolumeGroup } from '../../executors/commands/device/lvm-device-removal.js';
import { listPeers } from '../../executors/commands/gluster/glusterd.js';
import { isPeerOf } from '../../executors/commands/gluster/peer-names.js';
import { CommandError, TransportError } from '../../executors/executor.js';
import type { ReadTx } from '../../store/store.js';
import { ofNode } from '../engine/event-subjects.js';
import type { Job } from '../engine/job.js';
import type { OperationContext } from '../engine/operation.js';
import { storageNamesOf } from '../hosts/cluster-hosts.js';
import { deviceIdsOf } from './lost-devices.js';
import { volumesNaming } from './node-forget.js';
import { neighboursOf, poolViews } from './node-life.js';

/** Names that a node is to have from now on; null: as they are. */
export interface Hostnames {
  readonly id: Id;
  readonly manageNames: readonly string[] | null;
  readonly storageNames: readonly string[] | null;
}

/**
 * A node gets other names. Hosts are only read: each new name must be known to lead to the same host, and the name by which
 * gluster's volumes have its bricks stays, since gluster keeps it in them.
 */
export const nodeHostnames: Job<Hostnames> = {
  name: 'set-hostnames',

  async about(tx, { id }) {
    const node = await tx.nodes.find(id);
    return node && ofNode(node);
  },

  check: async (tx, request) => void (await renamed(tx, request)),

  async work(request, context) {
    const { before, after } = await context.store.read((tx) => renamed(tx, request));
    await context.hosts.executor.checkName?.(manageName(after));
    const uuid = await poolUuidOf(before, context);
    for (const name of added(before.manageNames, after.manageNames)) await refuseOtherHost(before, name, uuid, context);
    if (manageName(after) !== manageName(before)) await refuseUnanswered(before, context);
    if (storageName(after) !== storageName(before)) await refuseServed(before, context);
    for (const name of added(before.storageNames, after.storageNames))
      await refuseOtherPeer(before, name, uuid, context);
    return async (tx, by) => {
      const now = await renamed(tx, request);
      if (JSON.stringify(now.before) !== JSON.stringify(before))
        throw new DomainError('conflict', `node ${before.id} was changed meanwhile; send the request again`);
      await tx.nodes.update(after);
      await tell(tx, 'node.changed', ofNode(after), { requestedBy: by });
      const hosts = await storageNamesOf(tx, after.clusterId);
      for (const volume of await tx.volumes.listByCluster(after.clusterId))
        await tx.volumes.update({ ...volume, storedMount: mountFor(volume.name, hosts) });
      return `/nodes/${after.id}`;
    };
  },
};

/** The node as it is and as it is to be. Refuses names of others, and a node that something is being done with. */
async function renamed(tx: ReadTx, { id, manageNames, storageNames }: Hostnames) {
  const before = await tx.nodes.find(id);
  if (!before) throw idNotFound();
  const after: Node = {
    ...before,
    manageNames: manageNames ?? before.manageNames,
    storageNames: storageNames ?? before.storageNames,
  };
  for (const name of after.manageNames) refuseTaken(name, id, await tx.nodes.findByManageName(name));
  for (const name of after.storageNames) refuseTaken(name, id, await tx.nodes.findByStorageName(name));
  const busyWith = await operationAbout(tx, before);
  if (busyWith)
    throw new DomainError(
      'conflict',
      `operation ${busyWith.id} (${busyWith.type}) is about node ${id}; wait until that has ended, or lead it out with: ` +
        `heketi-cli server operations cleanup ${busyWith.id}`,
    );
  return { before, after };
}

function refuseTaken(name: string, id: Id, known: Node | null): void {
  if (!known || known.id === id) return;
  throw new DomainError(
    'conflict',
    `Hostname ${name} already used by node with id ${known.id}; every manage and storage name may be used once`,
  );
}

/** One that runs and names anything of the node, or that has noted its name to look there again. */
async function operationAbout(tx: ReadTx, node: Node): Promise<PendingOperation | null> {
  const ids = new Set<Id>([node.id, ...(await deviceIdsOf(tx, node.id))]);
  for (const deviceId of await deviceIdsOf(tx, node.id))
    for (const { id, volumeId } of await tx.bricks.listByDevice(deviceId)) ids.add(id).add(volumeId);
  const isAbout = ({ status, actions, plan }: PendingOperation): boolean =>
    JSON.stringify(plan ?? null).includes(JSON.stringify(manageName(node))) ||
    (status === '' && actions.some(({ id }) => ids.has(id)));
  return (await tx.operations.list()).find(isAbout) ?? null;
}

function added(before: readonly string[], after: readonly string[]): readonly string[] {
  return after.filter((name) => !before.includes(name));
}

/** glusterd's own id of the node, as the others or its host tell; null when nobody does. */
async function poolUuidOf(node: Node, context: OperationContext): Promise<string | null> {
  const views = await poolViews(node, await neighboursOf(node, context), context);
  const [peer] = views.flatMap(({ peers }) => peers.filter((one) => isPeerOf(node, one)));
  return peer?.uuid ?? (await ownUuid(manageName(node), context));
}

/** Null when the host can't be asked. */
async function ownUuid(host: string, context: OperationContext): Promise<string | null> {
  try {
    return (await listPeers(context.hosts, host)).find(({ name }) => name === 'localhost')?.uuid ?? null;
  } catch (error) {
    if (error instanceof TransportError || error instanceof CommandError) return null;
    throw error;
  }
}

/** By glusterd's id; where nobody tells that of the node, by the volume groups of its devices, whose names are ours. */
async function refuseOtherHost(
  node: Node,
  name: string,
  uuid: string | null,
  context: OperationContext,
): Promise<void> {
  const own = await ownUuid(name, context);
  if (uuid !== null && own === uuid) return;
  if (uuid !== null && own !== null)
    throw refused(node, `${name} is another host: its glusterd is ${own}, and that of the node ${uuid}`);
  if (uuid !== null) throw refused(node, `nobody can tell whether ${name} is its host: glusterd does not answer there`);
  const devices = await context.store.read((tx) => tx.devices.listByNode(node.id));
  for (const { id, name: path, paths, pvUuid } of devices) {
    const isThere = await isVolumeGroup(context.hosts, name, { deviceId: id, name: path, paths, pvUuid });
    if (isThere !== true) throw refused(node, `${name} does not have the volume group of its device ${path} (${id})`);
  }
  if (devices.length === 0)
    throw refused(
      node,
      `nobody can tell whether ${name} is its host: gluster's pool does not name it, ${manageName(node)} does not answer, and it has no devices. Delete the node, and add it under its new names`,
    );
}

/** What was sent there under the old name must have ended: under the new one nobody would wait for it. */
async function refuseUnanswered(node: Node, { hosts }: OperationContext): Promise<void> {
  try {
    await hosts.executor.awaitLeftovers(manageName(node));
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    throw refused(
      node,
      `what this server has sent to ${manageName(node)} has not been answered, and may run on. Restart the server, and send the request again`,
    );
  }
}

async function refuseServed(node: Node, context: OperationContext): Promise<void> {
  const name = storageName(node);
  const { store } = context;
  const bricks = await store.read(async (tx) => {
    const deviceIds = await deviceIdsOf(tx, node.id);
    return (await Promise.all(deviceIds.map((id) => tx.bricks.listByDevice(id)))).flat();
  });
  const blocks = (await store.read((tx) => tx.blockVolumes.list())).filter(({ hosts }) => hosts.includes(name));
  const isKnown = bricks.length > 0 || blocks.length > 0;
  const hasNeighbours = (await neighboursOf(node, context)).length > 0;
  const volumes = isKnown || !hasNeighbours ? [] : await volumesNaming(node, context);
  if (!isKnown && volumes.length === 0) return;
  throw refused(
    node,
    `gluster keeps the name ${name} in the volumes that have bricks (or block volumes) there, and changes it only by ` +
      `taking each brick out and healing it anew (gluster volume reset-brick), which this server does not do for a name. ` +
      `Give the new name as a further one, after ${name}; or move the bricks away (heketi-cli device remove), change the ` +
      `name, and take the devices into use again`,
  );
}

/** gluster itself must know the name as one of this peer. */
async function refuseOtherPeer(
  node: Node,
  name: string,
  uuid: string | null,
  context: OperationContext,
): Promise<void> {
  const views = await poolViews(node, await neighboursOf(node, context), context);
  const peers = views.flatMap((view) => view.peers.filter((peer) => [peer.name, ...peer.names].includes(name)));
  const other = peers.find((peer) => peer.uuid !== uuid);
  if (other) throw refused(node, `gluster knows ${name} as another peer, ${other.uuid}`);
  if (peers.length > 0) return;
  throw refused(
    node,
    `gluster does not know it as ${name}. Tell it on another node of the cluster, once ${name} is resolved on all of them: gluster peer probe ${name}`,
  );
}

function refused({ id }: Node, reason: string): DomainError {
  return new DomainError('conflict', `node ${id} keeps its names: ${reason}`);
}
