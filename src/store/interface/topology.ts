import type { Cluster } from '../../domain/cluster.js';
import type { Device } from '../../domain/device.js';
import type { Id } from '../../domain/ids.js';
import type { Node } from '../../domain/node.js';

export interface ClusterRows {
  find(id: Id): Promise<Cluster | null>;
  list(): Promise<readonly Cluster[]>;
  insert(cluster: Cluster): Promise<void>;
  update(cluster: Cluster): Promise<void>;
  delete(id: Id): Promise<void>;
}

export interface NodeRows {
  find(id: Id): Promise<Node | null>;
  list(): Promise<readonly Node[]>;
  listByCluster(clusterId: Id): Promise<readonly Node[]>;
  listIdsByCluster(clusterId: Id): Promise<readonly Id[]>;
  /** A node of any cluster with this name among its manage (or storage) names; imported data may hold several. */
  findByManageName(name: string): Promise<Node | null>;
  findByStorageName(name: string): Promise<Node | null>;
  /**
   * `registersNames: false` keeps its names out of the two lookups above, so that another node may take them: the
   * original's import does not register names, and clients were recorded using that.
   */
  insert(node: Node, options?: { readonly registersNames: boolean }): Promise<void>;
  update(node: Node): Promise<void>;
  delete(id: Id): Promise<void>;
}

export interface DeviceRows {
  find(id: Id): Promise<Device | null>;
  /** The first by id on this physical volume of LVM; '' finds one of which none is recorded. */
  findByPvUuid(pvUuid: string): Promise<Device | null>;
  list(): Promise<readonly Device[]>;
  /** At most `limit`, behind this id; '' for the first ones. */
  listAfter(id: Id, limit: number): Promise<readonly Device[]>;
  listByNode(nodeId: Id): Promise<readonly Device[]>;
  /** Ordered by node id, then device id. */
  listByCluster(clusterId: Id): Promise<readonly Device[]>;
  /**
   * The nodes of a cluster, by id, with their devices; `withPools` says whether their largest pools are asked for, too,
   * which are then not null. A node's group is the same object as in an earlier answer exactly while nothing of it, nor of
   * the bricks on its devices, has changed, so that what was worked out from it can be kept.
   */
  listByNodeOfCluster(clusterId: Id, withPools: boolean): Promise<readonly DevicesOfNode[]>;
  /** A node's group, where it is known without reading it; null where it is not. */
  findGroup(nodeId: Id): Promise<DevicesOfNode | null>;
  /** See DevicesOfNode; null when there is no brick on the device. */
  findLargestPoolMetadata(deviceId: Id): Promise<number | null>;
  insert(device: Device): Promise<void>;
  update(device: Device): Promise<void>;
  delete(id: Id): Promise<void>;
}

export interface DevicesOfNode {
  readonly nodeId: Id;
  /** Ordered by id. */
  readonly devices: readonly Device[];
  /** Pool metadata of the largest thin pool on each device, KiB; devices without bricks are left out. Null: not asked for. */
  readonly largestPoolMetadata: ReadonlyMap<Id, number> | null;
}
