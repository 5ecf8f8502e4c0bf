import type { Id } from '../../domain/ids.js';
import type { OperationContext } from '../engine/operation.js';
import { NodeRepair } from '../repair/node-repair.js';
import { RepairReports } from '../repair/repair-reports.js';

/** Why what a brick lacks on its host can't be restored; null when it can. Bricks that lack nothing are not in it. */
export type Restorable = ReadonlyMap<Id, string | null>;

/** Looks at a node as its repair does, and changes nothing. */
export async function findRestorable(nodeId: Id, context: OperationContext): Promise<Restorable> {
  const { findings } = await nodeRepair(context).run(nodeId, true, true);
  const bricks = new Map<Id, string | null>();
  for (const { brickId, outcome, kind, detail } of findings) {
    if (brickId === null || kind === 'brick process down') continue;
    if (outcome !== 'repairable') bricks.set(brickId, `${kind}: ${detail}`);
    else if (!bricks.has(brickId)) bricks.set(brickId, null);
  }
  return bricks;
}

/** One for itself: its reports are only its caller's. */
export function nodeRepair(context: OperationContext): NodeRepair {
  return new NodeRepair(context, new RepairReports(), (ms) => context.work.pacing.pause(ms));
}
