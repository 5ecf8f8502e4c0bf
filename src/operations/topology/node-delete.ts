import { counted } from '../../domain/counted.js';
import { DomainError, idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { manageName, type Node } from '../../domain/node.js';
import { mountFor } from '../../domain/volume.js';
import { isGlusterdUp } from '../../executors/commands/gluster/glusterd.js';
import { TransportError } from '../../executors/executor.js';
import type { ReadTx, Tx } from '../../store/store.js';
import { ALL_UNDONE, NOTHING_LEFT, type OperationContext, type OperationKind } from '../engine/operation.js';
import { storageNamesOf } from '../hosts/cluster-hosts.js';
import type { DeviceAddPlan } from './device-add.js';
import { nodeLane } from './node-add.js';
import { detachFromPool, isInPool } from './pool-membership.js';

interface NodeDeleteWork {
  readonly node: Node;
  /** The cluster's other nodes. */
  readonly others: readonly Node[];
}

export const nodeDelete: OperationKind<Id, NodeDeleteWork, void> = {
  type: 'delete-node',
  isCounted: false,

  async build(tx, operationId, id) {
    await refuseUsedNode(tx, id);
    await refuseChangingNode(tx, id, operationId);
    const clusterId = (await tx.nodes.find(id))?.clusterId ?? '';
    return { actions: [{ change: 'delete-node', id, delta: null }], plan: null, lane: nodeLane(clusterId) };
  },

  async load(tx, operation) {
    const node = await tx.nodes.find(operation.actions[0]?.id ?? '');
    if (!node) return null;
    const others = (await tx.nodes.listByCluster(node.clusterId)).filter((other) => other.id !== node.id);
    return { node, others };
  },

  lane: ({ node }) => nodeLane(node.clusterId),

  /** Where the answer to a detach was lost, and the peer is there still. */
  retries: () => 1,

  exec: leavePool,

  async finalize(tx, { node }) {
    await dropNode(tx, node);
    return { location: null };
  },

  /** Going on does no harm to a detach that runs still; whether the peer is there is asked when it has ended. */
  leftovers({ others }, after) {
    const hosts = others.map(manageName);
    return after === 'crash' ? { mustEnd: [], mayStay: hosts } : { mustEnd: hosts, mayStay: [], poolOf: hosts };
  },

  async direction({ node, others }, context, { after }) {
    if (after === 'crash' || others.length === 0) return 'forward';
    return (await isInPool(node, others, context)) ? 'back' : 'forward';
  },

  finish: leavePool,

  undo: async () => ALL_UNDONE,

  retract: async () => NOTHING_LEFT,
};

/** Deletes a node's row, and what names it of volumes: clients mount from the others. */
export async function dropNode(tx: Tx, node: Node): Promise<void> {
  await tx.nodes.delete(node.id);
  await tx.linkFaults.deleteByObject(node.id);
  const hosts = await storageNamesOf(tx, node.clusterId);
  const remaining = new Set(hosts);
  for (const volume of await tx.volumes.listByCluster(node.clusterId)) {
    await tx.volumes.update({ ...volume, storedMount: mountFor(volume.name, hosts) });
    for (const block of volume.isBlockHosting ? await tx.blockVolumes.listByHostingVolume(volume.id) : []) {
      await tx.blockVolumes.update({ ...block, hosts: block.hosts.filter((host) => remaining.has(host)) });
    }
  }
}

async function refuseUsedNode(tx: ReadTx, id: Id): Promise<void> {
  if (!(await tx.nodes.find(id))) throw idNotFound();
  const devices = await tx.devices.listByNode(id);
  if (devices.length > 0) {
    throw new DomainError(
      'conflict',
      `Unable to delete node [${id}] because it contains devices: ${counted(devices.length, 'device')}; remove and delete those first`,
    );
  }
}

async function refuseChangingNode(tx: ReadTx, id: Id, operationId: Id): Promise<void> {
  for (const operation of await tx.operations.listByType('add-device')) {
    if ((operation.plan as DeviceAddPlan).nodeId === id) {
      throw new DomainError(
        'conflict',
        `a device is being added to node ${id} by operation ${operation.id}; wait until that has ended`,
      );
    }
  }
  const same = (await tx.operations.listByObject(id)).find((other) => other.id !== operationId);
  if (same)
    throw new DomainError('conflict', `node ${id} is being changed by operation ${same.id}; wait until that has ended`);
}

/**
 * A node without devices serves nothing: when its host is gone for good, it must still be possible to delete it. A
 * host that lives is taken out of the pool first: nobody would know of a peer that stays.
 */
async function leavePool({ node, others }: NodeDeleteWork, context: OperationContext): Promise<void> {
  if (others.length === 0) return;
  const detach = (options?: { readonly isForced: boolean }) => detachFromPool(node, others, context, options);
  try {
    await detach().catch((error: unknown) => {
      if (error instanceof TransportError && error.mayHaveRun) throw error;
      return detach();
    });
  } catch (error) {
    // What was begun may go on: whether the peer is there is asked when that has ended.
    if (error instanceof TransportError && error.mayHaveRun) throw error;
    if (await isGlusterdUp(context.hosts, manageName(node))) throw error;
    await detach({ isForced: true }).catch((fault: unknown) => {
      if (!(fault instanceof TransportError) || fault.mayHaveRun) throw fault;
      context.log.warn({ node: node.id, err: fault }, 'no host of its cluster lives; the node is deleted all the same');
    });
  }
}
