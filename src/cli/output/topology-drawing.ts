import type { DeviceInfo, Integer, NodeInfo } from '../../client/wire.js';
import { counted } from '../../domain/counted.js';
import { gibOf, pad, stateName } from './text.js';
import type { TopologyCluster } from './topology.js';

interface Canvas {
  readonly columns: number;
  readonly isColourful: boolean;
  /** What devices really hold, by their ids; nothing is drawn of others. */
  readonly holdings: ReadonlyMap<string, string>;
}

const BOLD = '1';
const DIM = '2';
const RED = '31';
const GREEN = '32';
const YELLOW = '33';

const MIN_BAR = 10;
const MAX_BAR = 60;

/** Clusters, zones and nodes as a tree, every device as a bar of its used and free space. */
export function drawTopology(clusters: readonly TopologyCluster[], canvas: Canvas): string {
  if (clusters.length === 0) return 'No clusters yet: heketi-cli topology load --json=FILE creates them.\n';
  return clusters.map((cluster) => drawCluster(cluster, canvas)).join('\n');
}

function drawCluster({ cluster, nodes }: TopologyCluster, canvas: Canvas): string {
  const devices = nodes.flatMap((node) => node.devices);
  const takes = [cluster.file ? 'file' : '', cluster.block ? 'block' : ''].filter((word) => word !== '').join('+');
  const rows = [
    paint(`Cluster ${cluster.id}`, BOLD, canvas),
    `${takes === '' ? 'no' : takes} volumes, ${counted(cluster.volumes.length, 'volume')}, ${counted(nodes.length, 'node')}, ${counted(devices.length, 'device')}, ${spaceText(devices)}`,
  ];
  const widest = (textOf: (device: DeviceInfo) => string): number =>
    Math.max(0, ...devices.map((device) => [...textOf(device)].length));
  const widths = {
    name: widest((device) => device.name),
    numbers: widest((device) => numbersOf(device, canvas)),
    state: widest((device) => (device.state === 'online' ? '' : stateName(device.state))),
  };
  const zones = [...new Set(nodes.map((node) => String(node.zone)))].sort((a, b) => Number(a) - Number(b));
  for (const zone of zones) {
    const members = sortedBy(nodes, nodeName).filter((node) => String(node.zone) === zone);
    rows.push(`  Zone ${zone}  ${spaceText(members.flatMap((node) => node.devices))}`);
    for (const node of members) rows.push(...drawNode(node, widths, canvas));
  }
  return `${rows.join('\n')}\n`;
}

/** Widths shared by the devices of a cluster, so that their bars line up. */
interface Widths {
  readonly name: number;
  readonly numbers: number;
  readonly state: number;
}

function drawNode(node: NodeInfo, widths: Widths, canvas: Canvas): string[] {
  const name = `${nodeName(node)} (${node.storage[0] ?? ''})`;
  return [
    `    ${name} ${paintState(node.state, canvas)}`.trimEnd(),
    ...sortedBy(node.devices, (device) => device.name).map((device) => drawDevice(device, widths, canvas)),
  ];
}

function nodeName(node: NodeInfo): string {
  return node.manage[0] ?? node.id;
}

/** With numbers in names by their value: node2 before node10. */
function sortedBy<T>(items: readonly T[], nameOf: (item: T) => string): T[] {
  return [...items].sort((a, b) => nameOf(a).localeCompare(nameOf(b), 'en', { numeric: true }));
}

function drawDevice(device: DeviceInfo, widths: Widths, canvas: Canvas): string {
  const label = `      ${pad(device.name, widths.name)} `;
  const room = canvas.columns - label.length - widths.numbers - widths.state - 4; // brackets and blanks
  const bar = drawBar(device, Math.min(MAX_BAR, Math.max(MIN_BAR, room)), canvas);
  return `${label}${bar} ${pad(numbersOf(device, canvas), widths.numbers)} ${paintState(device.state, canvas)}`.trimEnd();
}

/** What is booked of all, and what that really holds. */
function numbersOf(device: DeviceInfo, { holdings }: Canvas): string {
  const held = holdings.get(device.id);
  const bricks = counted(device.bricks.length, 'brick');
  const booked = `${gibOf(device.usedKib)}/${gibOf(device.totalKib)} GiB ${bricks}`;
  return held === undefined || device.bricks.length === 0 ? booked : `${booked}, holding ${held}`;
}

function drawBar(device: DeviceInfo, width: number, canvas: Canvas): string {
  const share = fraction(device.usedKib, device.totalKib);
  // Anything used shows, and only a full device looks full.
  const filled = share <= 0 ? 0 : share >= 1 ? width : Math.min(width - 1, Math.max(1, Math.round(share * width)));
  const colour = share > 0.9 ? RED : share > 0.75 ? YELLOW : GREEN;
  return `[${paint('#'.repeat(filled), colour, canvas)}${paint('.'.repeat(width - filled), DIM, canvas)}]`;
}

function paintState(state: string, canvas: Canvas): string {
  if (state === 'online') return '';
  return paint(stateName(state), state === 'offline' ? YELLOW : RED, canvas);
}

function paint(text: string, code: string, canvas: Canvas): string {
  return canvas.isColourful && text !== '' ? `\u001b[${code}m${text}\u001b[0m` : text;
}

function fraction(part: Integer, whole: Integer): number {
  return Number(whole) === 0 ? 0 : Number(part) / Number(whole);
}

function spaceText(devices: readonly DeviceInfo[]): string {
  const sum = (pick: (device: DeviceInfo) => Integer): bigint =>
    devices.reduce((total, device) => total + BigInt(pick(device)), 0n);
  return `${gibOf(sum((device) => device.usedKib))} of ${gibOf(sum((device) => device.totalKib))} GiB used`;
}
