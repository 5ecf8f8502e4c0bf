import type { BrickInfo, ClusterInfo, DeviceInfo, NodeInfo, VolumeInfo } from '../../client/wire.js';
import { gibOf, lines, pad, stateName, tagsInline } from './text.js';
import { mountOptions } from './volume.js';

/** A cluster with the infos of its volumes and nodes in place of their ids. */
export interface TopologyCluster {
  readonly cluster: ClusterInfo;
  readonly volumes: readonly VolumeInfo[];
  readonly nodes: readonly NodeInfo[];
}

export function formatTopology(clusters: readonly TopologyCluster[]): string {
  return `\n${clusters.map(formatCluster).join('')}`;
}

function formatCluster({ cluster, volumes, nodes }: TopologyCluster): string {
  return [
    lines(`Cluster Id: ${cluster.id}`, '', `    File:  ${cluster.file}`, `    Block: ${cluster.block}`, ''),
    lines('    Volumes:', ''),
    volumes.map(formatVolume).join(''),
    lines('', '    Nodes:', ''),
    nodes.map(formatNode).join(''),
  ].join('');
}

function formatVolume(volume: VolumeInfo): string {
  return lines(
    `\tName: ${volume.name}`,
    `\tSize: ${volume.sizeGib}`,
    `\tId: ${volume.id}`,
    `\tCluster Id: ${volume.cluster}`,
    `\tMount: ${volume.mountDevice}`,
    `\tMount Options: ${mountOptions(volume)}`,
    `\tDurability Type: ${volume.durability}`,
    ...durabilityLines(volume),
    ...snapshotLines(volume),
    '',
    '\t\tBricks:',
    ...volume.bricks.flatMap(brickLines),
    '',
  );
}

function durabilityLines(volume: VolumeInfo): string[] {
  if (volume.durability === 'replicate') return [`\tReplica: ${volume.replica}`];
  if (volume.durability !== 'disperse') return [];
  return [`\tDisperse Data: ${volume.disperseData}`, `\tDisperse Redundancy: ${volume.redundancy}`];
}

function snapshotLines(volume: VolumeInfo): string[] {
  if (!volume.snapshot) return ['\tSnapshot: Disabled'];
  return ['\tSnapshot: Enabled', `\tSnapshot Factor: ${volume.snapshotFactor.toFixed(2)}`, ''];
}

function brickLines(brick: BrickInfo): string[] {
  return [
    `\t\t\tId: ${brick.id}`,
    `\t\t\tPath: ${brick.path}`,
    `\t\t\tSize (GiB): ${gibOf(brick.sizeKib)}`,
    `\t\t\tNode: ${brick.node}`,
    `\t\t\tDevice: ${brick.device}`,
    '',
  ];
}

function formatNode(node: NodeInfo): string {
  return lines(
    `\tNode Id: ${node.id}`,
    `\tState: ${stateName(node.state)}`,
    `\tCluster Id: ${node.cluster}`,
    `\tZone: ${node.zone}`,
    `\tManagement Hostnames: ${node.manage.join(', ')}`,
    `\tStorage Hostnames: ${node.storage.join(', ')}`,
    ...(node.tags.size === 0 ? [] : [`\tTags: ${tagsInline(node.tags)}`, '']),
    '\tDevices:',
    ...node.devices.flatMap(deviceLines),
    '',
  );
}

function deviceLines(device: DeviceInfo): string[] {
  const sizes = `Size (GiB):${pad(gibOf(device.totalKib), 8)}Used (GiB):${pad(gibOf(device.usedKib), 8)}`;
  return [
    `\t\tId:${pad(device.id, 35)}State:${pad(stateName(device.state), 10)}${sizes}Free (GiB):${pad(gibOf(device.freeKib), 8)}`,
    ...(device.tags.size === 0 ? [] : [`\t\t\tTags: ${tagsInline(device.tags)}`, '']),
    `\t\t\tKnown Paths: ${device.paths.length === 0 ? device.name : device.paths.join(' ')}`,
    '',
    '\t\t\tBricks:',
    ...device.bricks.map(
      (brick) => `\t\t\t\tId:${pad(brick.id, 35)}Size (GiB):${pad(gibOf(brick.sizeKib), 8)}Path: ${brick.path}`,
    ),
  ];
}
