import type { BlockVolume } from '../../domain/block-volume.js';
import type { Brick } from '../../domain/brick.js';
import type { Cluster } from '../../domain/cluster.js';
import type { Device } from '../../domain/device.js';
import type { Id } from '../../domain/ids.js';
import type { Node } from '../../domain/node.js';
import type { PendingOperation } from '../../domain/pending-operation.js';
import type { Volume } from '../../domain/volume.js';
import type { ReadTx } from '../../store/store.js';

/** What the store says is on the hosts. */
export interface PoolRecords {
  readonly clusters: readonly Cluster[];
  readonly nodes: readonly Node[];
  readonly devices: readonly Device[];
  readonly bricks: readonly Brick[];
  readonly volumes: readonly Volume[];
  readonly blockVolumes: readonly BlockVolume[];
  readonly operations: readonly PendingOperation[];
}

export async function readPoolRecords(tx: ReadTx): Promise<PoolRecords> {
  return {
    clusters: await tx.clusters.list(),
    nodes: await tx.nodes.list(),
    devices: await tx.devices.list(),
    bricks: await tx.bricks.list(),
    volumes: await tx.volumes.list(),
    blockVolumes: await tx.blockVolumes.list(),
    operations: await tx.operations.list(),
  };
}

/**
 * The records that were the same and settled before and after the hosts were looked at: only these must be found
 * there. `known` holds all ids of either time, those that operations name included: nothing with such an id is
 * superfluous.
 */
export interface SettledRecords extends PoolRecords {
  readonly known: PoolRecords;
  readonly knownIds: ReadonlySet<Id>;
  /** Nodes are joining or leaving: who belongs to the trusted pool is open. */
  readonly isPoolChanging: boolean;
}

export function settledRecords(before: PoolRecords, after: PoolRecords): SettledRecords {
  const operations = [...before.operations, ...after.operations];
  const named = new Set(operations.flatMap(({ actions }) => actions.map(({ id }) => id)));
  const settled = <T extends { readonly id: Id; readonly pendingId?: Id | null }>(
    first: readonly T[],
    second: readonly T[],
  ): readonly T[] => {
    const earlier = new Map(first.map((item) => [item.id, item]));
    return second.filter((item) => {
      const then = earlier.get(item.id);
      return then !== undefined && !item.pendingId && !then.pendingId && !named.has(item.id);
    });
  };
  const both = <T>(first: readonly T[], second: readonly T[]): readonly T[] => [...first, ...second];
  const known: PoolRecords = {
    clusters: both(before.clusters, after.clusters),
    nodes: both(before.nodes, after.nodes),
    devices: both(before.devices, after.devices),
    bricks: both(before.bricks, after.bricks),
    volumes: both(before.volumes, after.volumes),
    blockVolumes: both(before.blockVolumes, after.blockVolumes),
    operations,
  };
  const ids = [known.nodes, known.devices, known.bricks, known.volumes, known.blockVolumes].flat().map(({ id }) => id);
  const volumes = settled(before.volumes, after.volumes);
  const volumeIds = new Set(volumes.map(({ id }) => id));
  return {
    clusters: after.clusters,
    nodes: settled(before.nodes, after.nodes),
    devices: settled(before.devices, after.devices),
    // Bricks of a volume that is being changed may be anywhere between two states.
    bricks: settled(before.bricks, after.bricks).filter(({ volumeId }) => volumeIds.has(volumeId)),
    volumes,
    blockVolumes: settled(before.blockVolumes, after.blockVolumes),
    operations: after.operations,
    known,
    knownIds: new Set([...ids, ...named]),
    isPoolChanging: operations.some(({ type }) => type === 'add-node' || type === 'delete-node'),
  };
}
