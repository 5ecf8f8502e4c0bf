import type { BlockVolume } from '../domain/block-volume.js';
import type { Volume } from '../domain/volume.js';
import { type CheckContext, checkChildren, checkParent, checkPendingMark, trueCount } from './check-context.js';

export function checkVolume(volume: Volume, context: CheckContext): readonly string[] {
  const { id, clusterId } = volume;
  const { children, clusters, bricks, blockVolumes } = context;
  const self = { name: 'Volume', kind: 'volume', id };
  const listedBricks = children.list('volume-brick', id);
  const listedBlockVolumes = children.list('volume-block-volume', id);
  return [
    ...checkPendingMark('Volume', volume, context),
    ...checkParent(self, 'cluster', clusterId, clusters, 'cluster-volume', context),
    ...checkMountHosts(volume, context),
    ...checkChildren(self, 'brick', listedBricks, bricks, (brick) => brick.volumeId),
    ...checkChildren(self, 'blockvolume', listedBlockVolumes, blockVolumes, (hosted) => hosted.hostingVolumeId),
    ...checkBooks(volume, listedBlockVolumes, context),
  ];
}

/** Adding a node is enough for a difference here: stored hosts are those of the volume's creation. */
function checkMountHosts({ id, clusterId, storedMount }: Volume, context: CheckContext): readonly string[] {
  if (!context.clusters.has(clusterId)) return [];
  const nodes = context.children.list('cluster-node', clusterId);
  if (storedMount.hosts.length === nodes.length) return [];
  const [hosts, all] = [namesText(storedMount.hosts), namesText(nodes)];
  return [`Volume ${id} mount hosts list([${hosts}]) is not same as list of all nodes of the cluster([${all}])`];
}

/** All of so many; each node that is added to a large cluster makes a text of this kind for each of its volumes. */
const MOST_NAMES = 50;
const FIRST_NAMES = 10;

function namesText(names: readonly string[]): string {
  if (names.length <= MOST_NAMES) return names.join(' ');
  return `${names.slice(0, FIRST_NAMES).join(' ')} and ${names.length - FIRST_NAMES} more`;
}

function checkBooks(volume: Volume, listed: readonly string[], { blockVolumes }: CheckContext): readonly string[] {
  if (!volume.isBlockHosting) {
    return listed.length === 0 ? [] : [`Volume ${volume.id} has blockvolumes but not block flag`];
  }
  const size = trueCount(volume, 'sizeGib', volume.sizeGib);
  const free = trueCount(volume, 'freeGib', volume.blockInfo.freeGib);
  const reserved = trueCount(volume, 'reservedGib', volume.blockInfo.reservedGib);
  let hosted = 0n;
  for (const id of listed) {
    const blockVolume = blockVolumes.get(id);
    if (blockVolume !== undefined) hosted += trueCount(blockVolume, 'sizeGib', blockVolume.sizeGib);
  }
  if (hosted === size - free - reserved) return [];
  return [
    `Volume ${volume.id} blocksize differs aggregateSize ${hosted} != volumeSize ${size} - freeSize ${free} - reservedSize ${reserved}`,
  ];
}

export function checkBlockVolume(blockVolume: BlockVolume, context: CheckContext): readonly string[] {
  const { clusters, volumes } = context;
  const self = { name: 'Blockvolume', kind: 'blockvolume', id: blockVolume.id };
  return [
    ...checkPendingMark('Blockvolume', blockVolume, context),
    ...checkParent(self, 'cluster', blockVolume.clusterId, clusters, 'cluster-block-volume', context),
    ...checkParent(self, 'volume', blockVolume.hostingVolumeId, volumes, 'volume-block-volume', context),
  ];
}
