import { cleanUpJob } from './engine/clean-up.js';
import { Engine } from './engine/engine.js';
import type { EngineContext } from './engine/operation.js';
import type { QueueAnswers } from './engine/queue-answers.js';
import type { Recovery } from './engine/recovery.js';
import type { OperationRunner } from './engine/runner.js';
import { KINDS, SEQUENCE_KINDS } from './kinds.js';
import type { Operations } from './ports.js';
import { NodeRepair } from './repair/node-repair.js';
import { repairJob } from './repair/repair-job.js';
import { RepairReports } from './repair/repair-reports.js';
import { topologyChanges } from './topology/topology-changes.js';
import { volumeChanges } from './volumes/volume-changes.js';

export interface OperationServices {
  readonly operations: Operations;
  readonly runner: OperationRunner;
  readonly recovery: Recovery;
  readonly repair: NodeRepair;
  readonly answers: QueueAnswers;
  /** For kinds that are not among the operations. */
  readonly engine: Engine;
}

/** The operations of one server, with the engine behind them. */
export function createOperations(context: EngineContext, sequenceKinds = SEQUENCE_KINDS): OperationServices {
  const engine = new Engine(context, KINDS, sequenceKinds);
  const { runner, recovery, answers, tracker } = engine;
  const reports = new RepairReports();
  const repair = new NodeRepair(engine.context, reports);
  const repairAsked = repairJob(repair);
  const cleanUp = cleanUpJob(recovery);

  const operations: Operations = {
    ...topologyChanges(engine, context),
    ...volumeChanges(engine, context),

    repairNode: (_by, nodeId, isDryRun) => engine.beginJob(repairAsked, { nodeId, isDryRun }),
    repairReport: (reportId) => reports.find(reportId),
    lastRepairReport: (nodeId) => reports.lastOf(nodeId),

    cleanUp: (_by, operationIds) => engine.beginJob(cleanUp, operationIds),
    inFlight: () => tracker.inFlight,
    isInFlight: (id) => tracker.has(id),
  };
  return { operations, runner, recovery, repair, answers, engine };
}
