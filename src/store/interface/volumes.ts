import type { BlockVolume } from '../../domain/block-volume.js';
import type { Brick } from '../../domain/brick.js';
import type { Id } from '../../domain/ids.js';
import type { UnclaimedVolume, Volume, VolumeOrigin } from '../../domain/volume.js';

export interface BrickRows {
  find(id: Id): Promise<Brick | null>;
  list(): Promise<readonly Brick[]>;
  /** At most `limit`, behind this id; '' for the first ones. */
  listAfter(id: Id, limit: number): Promise<readonly Brick[]>;
  listByVolume(volumeId: Id): Promise<readonly Brick[]>;
  /** Without those that an imported volume does not list though they name it. */
  listShownByVolume(volumeId: Id): Promise<readonly Brick[]>;
  /** Of several at once; in the order of their ids within each volume. */
  listShownByVolumes(volumeIds: readonly Id[]): Promise<readonly Brick[]>;
  listByDevice(deviceId: Id): Promise<readonly Brick[]>;
  listByNode(nodeId: Id): Promise<readonly Brick[]>;
  /**
   * Of all volumes with bricks on the node whose ids are from the first of these on and before the other, '' included where
   * such a brick belongs to no volume. It goes through all bricks between the two.
   */
  listVolumeIdsByNode(nodeId: Id, from: Id, to: Id): Promise<readonly Id[]>;
  /** Some brick on the device of another volume than this, that nothing is being done to. */
  findAnother(deviceId: Id, volumeId: Id): Promise<Brick | null>;
  /** Bricks in a thin pool of this name: one, or those that share it with their clones. */
  listByThinPool(deviceId: Id, name: string): Promise<readonly Brick[]>;
  countByDevice(): Promise<ReadonlyMap<Id, number>>;
  countByVolume(volumeId: Id): Promise<number>;
  insert(bricks: readonly Brick[]): Promise<void>;
  update(brick: Brick): Promise<void>;
  /** Takes a brick out of its volume; from now on it belongs to nothing but operation `pendingId`. */
  park(id: Id, pendingId: Id): Promise<void>;
  /** Ends what operation `pendingId` was doing to bricks of this volume. */
  settle(volumeId: Id, pendingId: Id): Promise<void>;
  delete(ids: readonly Id[]): Promise<void>;
}

/**
 * "Visible" volumes are those that no pending operation is creating, cloning into being or deleting; the source of
 * a running clone stays visible in lists. Lists of one parent show what an imported parent lists, link faults and all.
 */
export interface VolumeRows {
  find(id: Id): Promise<Volume | null>;
  /** Those of them that there are, in any order. */
  listByIds(ids: readonly Id[]): Promise<readonly Volume[]>;
  list(): Promise<readonly Volume[]>;
  /** At most `limit`, behind this id; '' for the first ones. */
  listAfter(id: Id, limit: number): Promise<readonly Volume[]>;
  listByCluster(clusterId: Id): Promise<readonly Volume[]>;
  /** Of those of a cluster. */
  listByClusterAfter(clusterId: Id, id: Id, limit: number): Promise<readonly Volume[]>;
  listVisibleIds(): Promise<readonly Id[]>;
  listVisibleIdsByCluster(clusterId: Id): Promise<readonly Id[]>;
  /** The cluster of a volume that is visible, or null; right where there are no link faults. */
  findVisibleIn(id: Id): Promise<Id | null>;
  /** Pending ones count. */
  countByCluster(clusterId: Id): Promise<number>;
  /** Any volume of the cluster, pending ones included, that has this name. */
  findByName(clusterId: Id, name: string): Promise<Volume | null>;
  /** Of any cluster, pending ones included; null: no client calls a volume so. */
  findIdByClientName(clientName: string): Promise<Id | null>;
  /** Notes it of a volume that was just inserted. Throws when another one has the client's name. */
  noteOrigin(id: Id, origin: VolumeOrigin): Promise<void>;
  /** Notes that nobody is known to have learnt of the volume, since this time (Unix milliseconds). */
  markUnclaimed(id: Id, since: number): Promise<void>;
  /** Takes the note back; no error when there is no such volume. */
  claim(id: Id): Promise<void>;
  /** Without those that are being deleted. */
  listUnclaimed(): Promise<readonly UnclaimedVolume[]>;
  /** Those unclaimed since a time after `last` (Unix milliseconds) count as unclaimed since then. */
  boundUnclaimed(last: number): Promise<void>;
  insert(volume: Volume): Promise<void>;
  update(volume: Volume): Promise<void>;
  /** No operation is pending on the volume any more; no error when there is no such volume. */
  settle(id: Id): Promise<void>;
  delete(id: Id): Promise<void>;
}

export interface BlockVolumeRows {
  find(id: Id): Promise<BlockVolume | null>;
  list(): Promise<readonly BlockVolume[]>;
  /** At most `limit`, behind this id; '' for the first ones. */
  listAfter(id: Id, limit: number): Promise<readonly BlockVolume[]>;
  listByHostingVolume(volumeId: Id): Promise<readonly BlockVolume[]>;
  listVisibleIds(): Promise<readonly Id[]>;
  listVisibleIdsByCluster(clusterId: Id): Promise<readonly Id[]>;
  listVisibleIdsByHostingVolume(volumeId: Id): Promise<readonly Id[]>;
  /** See VolumeRows. */
  findVisibleIn(id: Id): Promise<Id | null>;
  countByCluster(clusterId: Id): Promise<number>;
  insert(blockVolume: BlockVolume): Promise<void>;
  update(blockVolume: BlockVolume): Promise<void>;
  delete(id: Id): Promise<void>;
}
