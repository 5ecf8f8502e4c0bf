import type { Device } from '../../src/domain/device.js';
import type { Pool } from './pool.js';

/** A device that holds a brick. */
export async function deviceHolding(pool: Pool): Promise<Device> {
  const device = await pool.store.read(async (tx) => {
    const [brick] = await tx.bricks.list();
    return brick ? tx.devices.find(brick.deviceId) : null;
  });
  if (!device) throw new Error('no device holds a brick');
  return device;
}
