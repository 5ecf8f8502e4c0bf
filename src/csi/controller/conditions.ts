import type { NodeInfo, VolumeInfo } from '../../client/wire.js';
import type { VolumeCondition } from '../rpc/messages.js';

/** The specification's limit of a text. */
const MOST_BYTES = 128;

/** What is wrong with a volume, by the states of the nodes and devices that its bricks are on. */
export function conditionOf({ bricks }: VolumeInfo, nodes: readonly NodeInfo[]): VolumeCondition {
  const nodesById = new Map(nodes.map((node) => [node.id, node]));
  const devices = new Map(nodes.flatMap((node) => node.devices.map((device) => [device.id, device] as const)));
  const troubles = bricks.flatMap((brick) => {
    const node = nodesById.get(brick.node);
    const device = devices.get(brick.device);
    if (!node || !device) return [`the place of brick ${brick.id} is not known`];
    const where = `brick ${brick.id} is on ${node.manage[0] ?? node.id}`;
    if (node.state !== 'online') return [`${where}, which is ${node.state}`];
    return device.state === 'online' ? [] : [`${where}:${device.name}, which is ${device.state}`];
  });
  return troubles.length === 0
    ? { abnormal: false, message: 'all bricks are on nodes and devices that are online' }
    : { abnormal: true, message: firstOf(troubles) };
}

function firstOf(troubles: readonly string[]): string {
  const [first = ''] = troubles;
  const rest = troubles.length > 1 ? `; and ${troubles.length - 1} more` : '';
  return `${shortened(first, MOST_BYTES - Buffer.byteLength(rest))}${rest}`;
}

/** Between characters. */
function shortened(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  let short = '';
  for (const character of text) {
    if (Buffer.byteLength(`${short}${character}…`) > bytes) break;
    short += character;
  }
  return `${short}…`;
}
