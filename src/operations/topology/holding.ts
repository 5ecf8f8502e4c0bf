import type { Brick } from '../../domain/brick.js';
import type { Id } from '../../domain/ids.js';
import type { PendingOperation } from '../../domain/pending-operation.js';
import type { ReadTx } from '../../store/store.js';
import { type HealingSet, healingSet } from '../volumes/healing-set.js';
import { isParkedBrick } from '../volumes/parked-bricks.js';

/** Bricks of devices, by what keeps them there. */
export interface Holding {
  /** Of volumes, in the order in which they are moved. */
  readonly inUse: readonly Brick[];
  /** Of bricks that were replaced, and stay until their sets are healed. */
  readonly healing: readonly HealingSet[];
}

export async function holdingOf(tx: ReadTx, deviceIds: readonly Id[]): Promise<Holding> {
  const inUse: Brick[] = [];
  const healing: HealingSet[] = [];
  for (const deviceId of deviceIds) {
    for (const brick of await tx.bricks.listByDevice(deviceId)) {
      const record = brick.pendingId === null ? null : await tx.operations.find(brick.pendingId);
      const set = record && healingSet(record);
      if (!isNobodys(brick, record)) inUse.push(brick);
      else if (set) healing.push(set);
    }
  }
  return { inUse, healing };
}

/** Bricks of a create that failed, or of a volume that is gone, hold nobody's data: their device may be given up. */
function isNobodys(brick: Brick, record: PendingOperation | null): boolean {
  const isFailedCreate = record?.type === 'create-volume' && record.status !== '';
  return isFailedCreate || isParkedBrick(brick, record);
}
