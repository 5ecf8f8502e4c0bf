import { DomainError } from '../domain/errors.js';
import { type Id, newId } from '../domain/ids.js';
import type { LinkRelation } from '../store/interface/imported.js';
import type { ReadTx, Tx } from '../store/store.js';
import { danglingReferences, leaveOutDangling } from './dangling.js';
import { Document } from './document.js';
import type { EntrySource } from './entry-source.js';
import type { Imported } from './imported.js';
import { linkFaults } from './links.js';
import { readEntries } from './read-entries.js';
import { upgrade } from './upgrade.js';

/** What an import has to say of references to records that the document does not hold; a sentence for each. */
export interface ImportReport {
  /** As they were found. */
  readonly dangling: readonly string[];
  /** What was left out for them; empty unless that was asked for. */
  readonly leftOut: readonly string[];
}

/**
 * Fills an empty database with an exported one (`document`: parsed JSON, integers beyond 2^53 as bigint), see
 * `importEntries`. Refuses a document of the wrong shape.
 */
export async function importDatabase(
  tx: Tx,
  document: unknown,
  { leavesOutDangling }: { readonly leavesOutDangling: boolean } = { leavesOutDangling: false },
): Promise<ImportReport> {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new DomainError('invalid', "The database can't be read: it is not a JSON object.");
  }
  return importEntries(tx, new Document(document, ''), { leavesOutDangling, generationId: newId() });
}

export interface ImportOptions {
  readonly leavesOutDangling: boolean;
  readonly generationId: Id;
}

/**
 * Fills an empty database with the original's entries. What they say is kept even where they contradict each other, or
 * refer to what is not there, unless `leavesOutDangling`; pending operations are kept too, with no plan. Older databases
 * are upgraded as the original does at its start. Refuses, before anything is written, entries of the wrong shape or of a
 * newer version, and a database that is not empty.
 */
export async function importEntries(
  tx: Tx,
  source: EntrySource,
  { leavesOutDangling, generationId }: ImportOptions,
): Promise<ImportReport> {
  const imported = readEntries(source);
  upgrade(imported, generationId);
  const dangling = danglingReferences(imported);
  const leftOut = leavesOutDangling ? leaveOutDangling(imported) : [];
  await insertImported(tx, imported);
  return { dangling, leftOut };
}

/** `registersNames`: no later node may have a host name of one that is there. */
export async function insertImported(
  tx: Tx,
  imported: Imported,
  { registersNames }: { readonly registersNames: boolean } = { registersNames: false },
): Promise<void> {
  await refuseUsedDatabase(tx);
  for (const { entity } of imported.clusters.values()) await tx.clusters.insert(entity);
  for (const { entity } of imported.nodes.values()) await tx.nodes.insert(entity, { registersNames });
  for (const { entity } of imported.devices.values()) await tx.devices.insert(entity);
  for (const { entity } of imported.volumes.values()) await tx.volumes.insert(entity);
  await tx.bricks.insert([...imported.bricks.values()]);
  for (const blockVolume of imported.blockVolumes.values()) await tx.blockVolumes.insert(blockVolume);
  for (const operation of imported.operations.values()) await tx.operations.insert(operation);
  for (const [key, value] of imported.attributes) await tx.attributes.set(key, value);
  await insertLinkFaults(tx, imported);
}

async function refuseUsedDatabase(tx: ReadTx): Promise<void> {
  const rows = [tx.clusters, tx.nodes, tx.devices, tx.bricks, tx.volumes, tx.blockVolumes, tx.operations];
  for (const table of rows) {
    if ((await table.list()).length > 0) {
      throw new DomainError('conflict', 'The database to import into holds data already. Give the name of a new file.');
    }
  }
}

async function insertLinkFaults(tx: Tx, imported: Imported): Promise<void> {
  const { clusters, nodes, devices, bricks, volumes, blockVolumes } = imported;
  const nodesOf = childrenOf(entities(nodes), (node) => node.clusterId);
  const volumesOf = childrenOf(entities(volumes), (volume) => volume.clusterId);
  const blockVolumesOf = childrenOf([...blockVolumes.values()], (volume) => volume.clusterId);
  const devicesOf = childrenOf(entities(devices), (device) => device.nodeId);
  const bricksOnDevice = childrenOf([...bricks.values()], (brick) => brick.deviceId);
  const bricksOfVolume = childrenOf([...bricks.values()], (brick) => brick.volumeId);
  const hostedBy = childrenOf([...blockVolumes.values()], (volume) => volume.hostingVolumeId);

  async function compare(relation: LinkRelation, parentId: Id, listed: readonly Id[], children: Children) {
    for (const fault of linkFaults(relation, parentId, listed, children.get(parentId) ?? new Set())) {
      await tx.linkFaults.insert(fault);
    }
  }
  for (const [id, cluster] of clusters) {
    await compare('cluster-node', id, cluster.nodes, nodesOf);
    await compare('cluster-volume', id, cluster.volumes, volumesOf);
    await compare('cluster-block-volume', id, cluster.blockVolumes, blockVolumesOf);
  }
  for (const [id, node] of nodes) await compare('node-device', id, node.devices, devicesOf);
  for (const [id, device] of devices) await compare('device-brick', id, device.bricks, bricksOnDevice);
  for (const [id, volume] of volumes) {
    await compare('volume-brick', id, volume.bricks, bricksOfVolume);
    await compare('volume-block-volume', id, volume.blockVolumes, hostedBy);
  }
}

type Children = ReadonlyMap<Id, ReadonlySet<Id>>;

function entities<E>(listings: ReadonlyMap<Id, { readonly entity: E }>): readonly E[] {
  return [...listings.values()].map(({ entity }) => entity);
}

function childrenOf<E extends { readonly id: Id }>(children: readonly E[], parentOf: (child: E) => Id): Children {
  const lists = new Map<Id, Set<Id>>();
  for (const child of children) {
    const list = lists.get(parentOf(child));
    if (list) list.add(child.id);
    else lists.set(parentOf(child), new Set([child.id]));
  }
  return lists;
}
