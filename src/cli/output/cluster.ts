import type { ClusterInfo } from '../../client/wire.js';
import { lines } from './text.js';

/** `Id:<id> [file][block]` */
export function formatClusterRow(cluster: ClusterInfo): string {
  const flags = `${cluster.file ? '[file]' : ''}${cluster.block ? '[block]' : ''}`;
  return `Id:${cluster.id} ${flags === '' ? '[]' : flags}\n`;
}

export function formatClusterInfo(cluster: ClusterInfo): string {
  return lines(
    `Cluster id: ${cluster.id}`,
    'Nodes:',
    cluster.nodes.join('\n'),
    'Volumes:',
    cluster.volumes.join('\n'),
    `Block: ${cluster.block}`,
    '',
    `File: ${cluster.file}`,
  );
}
