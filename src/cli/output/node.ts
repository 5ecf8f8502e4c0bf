import type { DeviceInfo, NodeInfo } from '../../client/wire.js';
import { gibOf, lines, pad, stateName, tagLines } from './text.js';

/** The block that `node add` and `node info` share. */
export function formatNodeHead(node: NodeInfo): string {
  return lines(
    `Node Id: ${node.id}`,
    `State: ${stateName(node.state)}`,
    `Cluster Id: ${node.cluster}`,
    `Zone: ${node.zone}`,
    `Management Hostname: ${node.manage[0] ?? ''}`,
    `Storage Hostname: ${node.storage[0] ?? ''}`,
    ...tagLines(node.tags),
  );
}

export function formatNodeInfo(node: NodeInfo): string {
  return formatNodeHead(node) + lines('Devices:', ...node.devices.map(deviceRow));
}

function deviceRow(device: DeviceInfo): string {
  return [
    `Id:${pad(device.id, 35)}`,
    `Name:${pad(device.name, 20)}`,
    `State:${pad(stateName(device.state), 10)}`,
    `Size (GiB):${pad(gibOf(device.totalKib), 8)}`,
    `Used (GiB):${pad(gibOf(device.usedKib), 8)}`,
    `Free (GiB):${pad(gibOf(device.freeKib), 8)}`,
    `Bricks:${pad(device.bricks.length, 8)}`,
  ].join('');
}

export function formatDeviceInfo(device: DeviceInfo): string {
  return lines(
    `Device Id: ${device.id}`,
    `State: ${stateName(device.state)}`,
    `Size (GiB): ${gibOf(device.totalKib)}`,
    `Used (GiB): ${gibOf(device.usedKib)}`,
    `Free (GiB): ${gibOf(device.freeKib)}`,
    `Create Path: ${device.name}`,
    `Physical Volume UUID: ${device.pvUuid}`,
    `Known Paths: ${device.paths.join(' ')}`,
    ...tagLines(device.tags),
    'Bricks:',
    ...device.bricks.map(
      (brick) => `Id:${pad(brick.id, 35)}Size (GiB):${pad(gibOf(brick.sizeKib), 8)}Path: ${brick.path}`,
    ),
  );
}
