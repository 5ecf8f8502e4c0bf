import { refusalOf } from '../engine/error-text.js';
import type { OperationContext } from '../engine/operation.js';
import type { PlannedStateRepair, StateRepairWish } from '../ports/repairs.js';
import { planStateRepair } from './plan-repair.js';
import { refuseSecondRepair } from './state-repair.js';

/** What a repair would do now; changes nothing. */
export async function planRepairOfState(
  request: StateRepairWish,
  context: OperationContext,
): Promise<PlannedStateRepair> {
  const forbidden = await refusalOf(() => context.store.read(refuseSecondRepair));
  const { steps, items, notCompared, notFound, pendingOperations } = await planStateRepair(request, context);
  const obstacles = [
    ...(forbidden === null ? [] : [forbidden]),
    ...notFound.map((name) => `${name} is not among the differences`),
  ];
  const differences = items.map(
    ({ difference: { about: _about, nodeId: _nodeId, ...difference }, step, obstacle }) => ({
      ...difference,
      step,
      obstacle,
    }),
  );
  const repairable = differences.filter(({ step }) => step !== null).length;
  return {
    isPossible: obstacles.length === 0 && notCompared.length === 0 && repairable === differences.length,
    obstacle: obstacles.length > 0 ? obstacles.join('\n') : null,
    repairable,
    steps: steps.map(({ key, clusterId, host, text }) => ({ step: key, clusterId, host, text })),
    differences,
    notCompared: notCompared.map(({ clusterId, host, reason }) => ({ clusterId, host, reason })),
    pendingOperations: [...pendingOperations],
  };
}
