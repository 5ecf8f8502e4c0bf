import type { Device, DeviceCondition } from '../../domain/device.js';

/** The command that deals with a device in this condition, ready to be typed; null: there is nothing to be done. */
export function commandFor({ id, nodeId, state }: Device, condition: DeviceCondition): string | null {
  if (condition === 'bricks-down') return `heketi-cli node repair ${nodeId}`;
  if (condition === 'doubtful') return `heketi-cli device resync ${id}`;
  if (condition !== 'broken') return null;
  if (state === 'failed') return `heketi-cli device delete --force-forget ${id}`;
  return state === 'offline'
    ? `heketi-cli device remove ${id}`
    : `heketi-cli device disable ${id} && heketi-cli device remove ${id}`;
}
