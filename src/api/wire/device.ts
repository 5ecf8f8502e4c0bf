import type { Brick } from '../../domain/brick.js';
import type { Device } from '../../domain/device.js';
import type { Tags } from '../../domain/node.js';
import type { components } from '../contract/openapi.js';
import { brickInfo } from './brick.js';
import { exactly } from './integers.js';

export type DeviceInfo = components['schemas']['DeviceInfo'];

/** Bricks that an operation is creating or deleting are shown, too: they take space. */
export function deviceInfo(device: Device, bricks: readonly Brick[]): DeviceInfo {
  return {
    name: device.name,
    ...presentTags(device.tags),
    storage: {
      total: exactly(device, 'totalKib', device.totalKib),
      free: exactly(device, 'freeKib', device.freeKib),
      used: exactly(device, 'usedKib', device.usedKib),
    },
    id: device.id,
    ...(device.paths.length > 0 && { paths: device.paths }),
    ...(device.pvUuid !== '' && { pv_uuid: device.pvUuid }),
    state: device.state,
    bricks: bricks.map(brickInfo),
  };
}

export function presentTags(tags: Tags): { readonly tags?: Tags } {
  return Object.keys(tags).length > 0 ? { tags } : {};
}
