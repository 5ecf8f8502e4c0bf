import type { Brick } from '../../domain/brick.js';
import type { components } from '../contract/openapi.js';
import { exactly } from './integers.js';

export type BrickInfo = components['schemas']['BrickInfo'];

export function brickInfo(brick: Brick): BrickInfo {
  return {
    id: brick.id,
    path: brick.path,
    device: brick.deviceId,
    node: brick.nodeId,
    volume: brick.volumeId,
    size: exactly(brick, 'sizeKib', brick.sizeKib),
  };
}
