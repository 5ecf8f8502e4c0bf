import { type Brick, brickThinPoolName } from '../../domain/brick.js';
import type { Tx } from '../../store/store.js';
import { isCounted, takeSpace } from './space.js';

/** Of a brick that is on its host already. A pool that known bricks share takes its space once. */
export async function insertBooked(tx: Tx, brick: Brick): Promise<void> {
  const sharing = await tx.bricks.listByThinPool(brick.deviceId, brickThinPoolName(brick));
  const booked = sharing.find(({ thinPoolKib }) => thinPoolKib > 0);
  if (!booked && !(await isCounted(tx, brick))) await takeSpace(tx, [brick]);
  const sizes = booked ? { thinPoolKib: booked.thinPoolKib, poolMetadataKib: booked.poolMetadataKib } : {};
  await tx.bricks.insert([{ ...brick, ...sizes }]);
}
