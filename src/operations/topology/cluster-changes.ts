import type { Cluster } from '../../domain/cluster.js';
import { counted } from '../../domain/counted.js';
import { DomainError, idNotFound } from '../../domain/errors.js';
import { type Id, newId } from '../../domain/ids.js';
import type { Tags } from '../../domain/node.js';
import type { Requester } from '../../domain/requester.js';
import { tell } from '../../events/tell.js';
import type { ReadTx, Store } from '../../store/store.js';
import { ofCluster, ofDevice, ofNode } from '../engine/event-subjects.js';
import type { ClusterFlags, TagChange } from '../ports/requests.js';
import type { NodeAddPlan } from './node-add.js';

export async function createCluster(store: Store, by: Requester, flags: ClusterFlags): Promise<Id> {
  const id = newId();
  await store.write(async (tx) => {
    await tx.clusters.insert({ id, ...flags });
    await tell(tx, 'cluster.created', ofCluster({ id }), { requestedBy: by });
  });
  return id;
}

export async function setClusterFlags(store: Store, by: Requester, id: Id, flags: ClusterFlags): Promise<void> {
  await store.write(async (tx) => {
    await getCluster(tx, id);
    await tx.clusters.update({ id, ...flags });
    await tell(tx, 'cluster.changed', ofCluster({ id }), { requestedBy: by });
  });
}

export async function deleteCluster(store: Store, by: Requester, id: Id): Promise<void> {
  await store.write(async (tx) => {
    await getCluster(tx, id);
    const nodes = await tx.nodes.listIdsByCluster(id);
    const volumes = await tx.volumes.countByCluster(id);
    const adding = (await tx.operations.listByType('add-node')).some((op) => (op.plan as NodeAddPlan).clusterId === id);
    if (nodes.length > 0 || volumes > 0 || adding) {
      throw new DomainError(
        'conflict',
        `Unable to delete cluster [${id}] because it contains volumes or nodes: ${counted(nodes.length, 'node')} and ${counted(volumes, 'volume')}${adding ? ', and a node is being added' : ''}; delete those first`,
      );
    }
    await tx.clusters.delete(id);
    await tx.linkFaults.deleteByObject(id);
    await tell(tx, 'cluster.deleted', ofCluster({ id }), { requestedBy: by });
  });
}

export async function changeNodeTags(store: Store, by: Requester, id: Id, change: TagChange): Promise<Tags> {
  return store.write(async (tx) => {
    const node = await tx.nodes.find(id);
    if (!node) throw idNotFound();
    const tags = changedTags(node.tags, change);
    await tx.nodes.update({ ...node, tags });
    await tell(tx, 'node.changed', ofNode(node), { requestedBy: by });
    return tags;
  });
}

export async function changeDeviceTags(store: Store, by: Requester, id: Id, change: TagChange): Promise<Tags> {
  return store.write(async (tx) => {
    const device = await tx.devices.find(id);
    if (!device) throw idNotFound();
    const tags = changedTags(device.tags, change);
    await tx.devices.update({ ...device, tags });
    await tell(tx, 'device.changed', await ofDevice(tx, device), { requestedBy: by });
    return tags;
  });
}

function changedTags(before: Tags, { kind, tags }: TagChange): Tags {
  if (kind === 'set') return tags;
  if (kind === 'update') return { ...before, ...tags };
  return Object.fromEntries(Object.entries(before).filter(([name]) => !Object.hasOwn(tags, name)));
}

async function getCluster(tx: ReadTx, id: Id): Promise<Cluster> {
  const cluster = await tx.clusters.find(id);
  if (!cluster) throw idNotFound();
  return cluster;
}
