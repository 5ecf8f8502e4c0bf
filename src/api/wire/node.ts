import type { Node } from '../../domain/node.js';
import type { components } from '../contract/openapi.js';
import { type DeviceInfo, presentTags } from './device.js';
import { exactly } from './integers.js';

export type NodeInfo = components['schemas']['NodeInfo'];

export function nodeInfo(node: Node, devices: readonly DeviceInfo[]): NodeInfo {
  return {
    zone: exactly(node, 'zone', node.zone),
    hostnames: { manage: node.manageNames, storage: node.storageNames },
    cluster: node.clusterId,
    ...presentTags(node.tags),
    id: node.id,
    state: node.state,
    devices,
  };
}
