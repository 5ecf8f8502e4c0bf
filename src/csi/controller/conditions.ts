import type { NodeInfo, VolumeInfo } from '../../client/wire.js';
import type { VolumeCondition } from '../rpc/messages.js';
import { fittedBefore } from '../texts.js';

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
  return fittedBefore(first, troubles.length > 1 ? `; and ${troubles.length - 1} more` : '');
}
