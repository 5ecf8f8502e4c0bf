import type { Id } from '../../domain/ids.js';
import type { ReadTx } from '../../store/store.js';
import type { Place } from './adopt-volume.js';
import type { FoundPool, SoughtCluster } from './found-pool.js';

/** The clusters of a database, to look for what it does not know of them. */
export async function knownClusters(tx: ReadTx): Promise<readonly SoughtCluster[]> {
  const clusters = await tx.clusters.list();
  return Promise.all(
    clusters.map(async (cluster) => ({
      ...cluster,
      nodes: (await tx.nodes.listByCluster(cluster.id)).map((node) => ({ node, devices: [] })),
    })),
  );
}

/** Where bricks of a volume may lie that the database is to take in: on its own devices. */
export async function knownPlaces(
  tx: ReadTx,
  { nodes }: SoughtCluster,
  { members }: FoundPool,
): Promise<readonly Place[]> {
  const places: Place[] = [];
  for (const { node } of nodes) {
    const member = members.get(node.id);
    if (member) places.push({ node, member, devices: await tx.devices.listByNode(node.id) });
  }
  return places;
}

/** Ids that no adopted object may get. */
export async function knownIds(tx: ReadTx): Promise<Set<Id>> {
  const [volumes, bricks, blockVolumes] = [
    await tx.volumes.list(),
    await tx.bricks.list(),
    await tx.blockVolumes.list(),
  ];
  return new Set([...volumes, ...bricks, ...blockVolumes].map(({ id }) => id));
}
