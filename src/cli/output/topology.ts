import {
  type BrickInfo,
  type ClusterInfo,
  type DeviceInfo,
  memberOf,
  type NodeInfo,
  readCluster,
  readNode,
  readVolume,
  type VolumeInfo,
} from '../../client/wire.js';
import type { JsonValue } from '../../json/json-value.js';
import { stringifyJson } from '../../json/stringify-json.js';
import { gibOf, lines, pad, stateName, tagsInline } from './text.js';
import { mountOptions } from './volume.js';

/** A cluster with the infos of its volumes and nodes in place of their ids. */
export interface TopologyCluster {
  readonly cluster: ClusterInfo;
  readonly volumes: readonly VolumeInfo[];
  readonly nodes: readonly NodeInfo[];
}

/**
 * One cluster as the server describes it, still JSON, so that `--json` shows every member. Volumes and nodes are fetched as
 * they are read: the volumes first, then the nodes, each to the end, and only then the next cluster.
 */
export interface IncomingCluster {
  readonly cluster: JsonValue;
  readonly volumes: AsyncIterable<JsonValue>;
  readonly nodes: AsyncIterable<JsonValue>;
}

/** The text of `topology info`, piece by piece. */
export async function* formatTopology(clusters: AsyncIterable<IncomingCluster>): AsyncGenerator<string> {
  yield '\n';
  for await (const { cluster, volumes, nodes } of clusters) {
    const { id, file, block } = readCluster(cluster);
    yield lines(`Cluster Id: ${id}`, '', `    File:  ${file}`, `    Block: ${block}`, '', '    Volumes:', '');
    for await (const volume of volumes) yield formatVolume(readVolume(volume));
    yield lines('', '    Nodes:', '');
    for await (const node of nodes) yield formatNode(readNode(node));
  }
}

/** The JSON form of `topology info`, piece by piece. */
export async function* formatTopologyJson(clusters: AsyncIterable<IncomingCluster>): AsyncGenerator<string> {
  yield '{"clusters":[';
  let separator = '';
  for await (const { cluster, volumes, nodes } of clusters) {
    yield `${separator}{"volumes":[`;
    yield* formatElements(volumes);
    yield '],"nodes":[';
    yield* formatElements(nodes);
    const [id, block, file] = ['id', 'block', 'file'].map((name) => memberOf(cluster, name));
    yield `],${stringifyJson({ id: id ?? '', block: block ?? false, file: file ?? false }).slice(1)}`;
    separator = ',';
  }
  yield ']}';
}

async function* formatElements(elements: AsyncIterable<JsonValue>): AsyncGenerator<string> {
  let separator = '';
  for await (const element of elements) {
    yield separator + stringifyJson(element);
    separator = ',';
  }
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
