import { blockVolumeChanges } from './block-volumes/block-volume-changes.js';
import { DeviceCheck } from './device-check/device-check.js';
import { DeviceConditions } from './device-check/device-conditions.js';
import { deviceResync } from './device-check/device-resync.js';
import { cleanUpJob } from './engine/clean-up.js';
import { Engine } from './engine/engine.js';
import type { EngineContext } from './engine/operation.js';
import type { QueueAnswers } from './engine/queue-answers.js';
import type { Recovery } from './engine/recovery.js';
import type { OperationRunner } from './engine/runner.js';
import { KINDS, SEQUENCE_KINDS } from './kinds.js';
import type { NodeHealth } from './ports/node-health.js';
import type { Operations } from './ports/operations.js';
import type { RepairReport } from './ports/repairs.js';
import { nodeReinstate } from './reinstatement/node-reinstate.js';
import { planNodeReinstatement } from './reinstatement/reinstatement-dry-run.js';
import { NodeRepair } from './repair/node-repair.js';
import { repairJob } from './repair/repair-job.js';
import { RepairReports } from './repair/repair-reports.js';
import { planRepairOfState } from './state-repair/repair-dry-run.js';
import { stateRepair } from './state-repair/state-repair.js';
import { topologyChanges } from './topology/topology-changes.js';
import { createUsage, type Usage } from './usage/usage.js';
import { volumeChanges } from './volumes/volume-changes.js';

export interface OperationServices {
  readonly operations: Operations;
  readonly runner: OperationRunner;
  readonly recovery: Recovery;
  readonly repair: NodeRepair;
  readonly deviceCheck: DeviceCheck;
  readonly usage: Usage;
  readonly answers: QueueAnswers;
  /** For kinds that are not among the operations. */
  readonly engine: Engine;
}

/** The operations of one server, with the engine behind them. */
export function createOperations(given: EngineContext, sequenceKinds = SEQUENCE_KINDS): OperationServices {
  const conditions = new DeviceConditions();
  const context: EngineContext = { ...given, health: withDevices(given.health, conditions) };
  const engine = new Engine(context, KINDS, sequenceKinds);
  const deviceCheck = new DeviceCheck(context.store, engine.context, conditions, given.onDeviceSeen);
  const { runner, recovery, answers, tracker } = engine;
  const reports = new RepairReports((report) => tellRepaired(report, given));
  const repair = new NodeRepair(engine.context, reports);
  const repairAsked = repairJob(repair);
  const resync = deviceResync(deviceCheck);
  const cleanUp = cleanUpJob(recovery);

  /** What was seen of hosts is in the memory of the server that works on them. */
  const known = () => {
    engine.refuseElsewhere();
    return { deviceCheck, reports };
  };

  const operations: Operations = {
    ...topologyChanges(engine, context),
    ...volumeChanges(engine, context),
    ...blockVolumeChanges(engine, context),

    resyncDevice: (by, id) => engine.beginJob(resync, id, by),
    listDeviceHealth: async () => known().deviceCheck.health(null),
    deviceHealth: async (id) => known().deviceCheck.healthOf(id),
    checkDeviceHealth: (id) => deviceCheck.healthNow(id),
    reinstateNode: (by, id, disks) => engine.beginSequence(nodeReinstate, { id, disks }, by),
    planReinstatement: (id, disks) => planNodeReinstatement({ id, disks }, engine.context),
    repairState: (by, request) => engine.beginSequence(stateRepair, request, by),
    planStateRepair: (request) => planRepairOfState(request, engine.context),
    repairNode: (by, nodeId, isDryRun) => engine.beginJob(repairAsked, { nodeId, isDryRun }, by),
    repairReport: (reportId) => known().reports.find(reportId),
    lastRepairReport: (nodeId) => known().reports.lastOf(nodeId),

    cancel: (_by, id) => engine.cancel(id),
    cleanUp: (by, operationIds) => engine.beginJob(cleanUp, operationIds, by),
    inFlight: () => engine.countInFlight(),
    isInFlight: (operation) => tracker.has(operation.id) || (engine.turn.isShared && operation.status === ''),
  };
  const usage = createUsage({ ...engine.context, store: context.store });
  return { operations, runner, recovery, repair, deviceCheck, usage, answers, engine };
}

function tellRepaired({ nodeId, findings }: RepairReport, { onRepaired }: EngineContext): void {
  const repaired = findings.filter(({ outcome }) => outcome === 'repaired');
  if (repaired.length === 0) return;
  const summary = [...new Set(repaired.map(({ kind, volumeName }) => `${volumeName}: ${kind}`))].join('; ');
  onRepaired?.(nodeId, repaired.length, summary);
}

function withDevices(health: NodeHealth, conditions: DeviceConditions): NodeHealth {
  return {
    isUp: (name) => health.isUp(name),
    reportDown: (name) => health.reportDown(name),
    onUp: (listener) => health.onUp(listener),
    ...(health.downHosts && { downHosts: () => health.downHosts?.() ?? new Set() }),
    deviceTroubles: () => conditions.troubles(),
  };
}
