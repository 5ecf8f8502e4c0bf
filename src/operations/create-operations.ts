import { idNotFound } from '../domain/errors.js';
import { newId } from '../domain/ids.js';
import { blockVolumeCreate } from './block-volumes/block-volume-create.js';
import { blockVolumeDelete } from './block-volumes/block-volume-delete.js';
import { blockVolumeExpand } from './block-volumes/block-volume-expand.js';
import { ClosableExecutor } from './engine/closable-executor.js';
import type { EngineContext } from './engine/operation.js';
import { QueueAnswers } from './engine/queue-answers.js';
import { Recovery } from './engine/recovery.js';
import { OperationRunner } from './engine/runner.js';
import { Settlement } from './engine/settlement.js';
import { OperationTracker } from './engine/tracker.js';
import type { Operations } from './ports.js';
import { NodeRepair } from './repair/node-repair.js';
import { RepairReports } from './repair/repair-reports.js';
import {
  changeDeviceTags,
  changeNodeTags,
  createCluster,
  deleteCluster,
  setClusterFlags,
} from './topology/cluster-changes.js';
import { buildDeviceAdd, deviceAdd } from './topology/device-add.js';
import { buildDeviceDelete, deviceDelete } from './topology/device-delete.js';
import { preflightDevice } from './topology/device-preflight.js';
import { deviceRemove } from './topology/device-remove.js';
import { resyncDevice } from './topology/device-resync.js';
import { forgetHostKey } from './topology/forget-host-key.js';
import { buildNodeAdd, checkGlusterd, checkNodeAdd, nodeAdd } from './topology/node-add.js';
import { buildNodeDelete, nodeDelete } from './topology/node-delete.js';
import { changeDeviceState, changeNodeState } from './topology/states.js';
import { changeBlockRestriction, checkBlockRestriction } from './volumes/block-restriction.js';
import { adoptBricks, volumeAtRest } from './volumes/brick-adoption.js';
import { brickEvict } from './volumes/brick-evict.js';
import { buildVolumeClone, volumeClone } from './volumes/volume-clone.js';
import { buildVolumeCreate, checkVolumeRequest, NoPlacementError, volumeCreate } from './volumes/volume-create.js';
import { buildVolumeDelete, checkVolumeDelete, volumeDelete } from './volumes/volume-delete.js';
import { buildVolumeExpand, volumeExpand } from './volumes/volume-expand.js';
import { ChangeInProgress } from './volumes/volume-in-change.js';
import { planVolume } from './volumes/volume-plan.js';

/** Saves clients the pause between two polls. */
const HOLD_MS = 4_000;

const KINDS = [
  volumeCreate,
  volumeExpand,
  volumeDelete,
  volumeClone,
  blockVolumeCreate,
  blockVolumeExpand,
  blockVolumeDelete,
  brickEvict,
  deviceRemove,
  nodeAdd,
  nodeDelete,
  deviceAdd,
  deviceDelete,
];

export interface OperationServices {
  readonly operations: Operations;
  readonly runner: OperationRunner;
  readonly recovery: Recovery;
  readonly repair: NodeRepair;
  readonly answers: QueueAnswers;
}

/** The operations of one server, with the runner and the recovery behind them. */
export function createOperations(given: EngineContext): OperationServices {
  const { store, settings, health, log } = given;
  const executor = new ClosableExecutor(given.hosts.executor);
  const context: EngineContext = { ...given, hosts: { ...given.hosts, executor } };
  const tracker = new OperationTracker({
    maxInflight: settings.maxInflight,
    perLane: settings.operationsPerCluster,
  });
  const settlement = new Settlement(
    context,
    KINDS,
    (operationId, error, isCopied) => recovery.keep(operationId, error, isCopied),
    (operationId) => answers.wasAskedFor(operationId),
  );
  const runner: OperationRunner = new OperationRunner(context, tracker, settlement, (id) => answers.ended(id));
  const answers: QueueAnswers = new QueueAnswers(store, log, {
    holdMs: HOLD_MS,
    isRunning: (id) => runner.isRunning(id),
  });
  const recovery: Recovery = new Recovery(store, runner, health, log, (id) => tracker.has(id));

  const reports = new RepairReports();
  const repair = new NodeRepair(context, reports);

  const logged = async <T>(placing: Promise<T>): Promise<T> => {
    try {
      return await placing;
    } catch (error) {
      if (error instanceof NoPlacementError) {
        for (const { clusterId, text, devices } of error.refusals)
          log.warn({ cluster: clusterId, reason: text, devices }, 'no placement');
      }
      throw error;
    }
  };

  /** What an earlier process left unfinished is in the way of a client: it is led out now. */
  const takingUp = async <T>(starting: Promise<T>): Promise<T> => {
    try {
      return await starting;
    } catch (error) {
      if (!(error instanceof ChangeInProgress)) throw error;
      const record = await store.read((tx) => tx.operations.find(error.operationId));
      if (record?.copiedAt !== undefined) throw error.waitingForSomebody();
      recovery.takeUp(error.operationId);
      throw error;
    }
  };

  const operations: Operations = {
    createCluster: (_by, flags) => createCluster(store, flags),
    setClusterFlags: (_by, id, flags) => setClusterFlags(store, id, flags),
    deleteCluster: (_by, id) => deleteCluster(store, id),
    changeNodeTags: (_by, id, change) => changeNodeTags(store, id, change),
    changeDeviceTags: (_by, id, change) => changeDeviceTags(store, id, change),

    async addNode(by, request) {
      await store.read((tx) => checkNodeAdd(tx, request));
      await checkGlusterd(context, request);
      const nodeId = newId();
      return runner.start(nodeAdd, { by, isCounted: false, build: (tx) => buildNodeAdd(tx, nodeId, request) });
    },

    deleteNode: (by, id) => runner.start(nodeDelete, { by, isCounted: false, build: (tx) => buildNodeDelete(tx, id) }),

    setNodeState: (_by, id, state) =>
      runner.startJob(
        'set-node-state',
        async () => async (tx) => {
          await changeNodeState(tx, id, state);
          return null;
        },
        async (tx) => {
          if (!(await tx.nodes.find(id))) throw idNotFound();
        },
      ),

    repairNode: (_by, id, isDryRun) =>
      runner.startJob(
        'repair-node',
        async () => {
          const report = await repair.run(id, isDryRun, true);
          return async () => `/repairs/${report.id}`;
        },
        async (tx) => {
          if (!(await tx.nodes.find(id))) throw idNotFound();
        },
      ),
    repairReport: (reportId) => reports.find(reportId),
    lastRepairReport: (nodeId) => reports.lastOf(nodeId),

    forgetHostKey: (_by, host) => forgetHostKey(store, host),

    addDevice(by, request) {
      const deviceId = newId();
      return runner.start(deviceAdd, { by, isCounted: false, build: (tx) => buildDeviceAdd(tx, deviceId, request) });
    },

    preflightDevice: (nodeId, name) => preflightDevice(context, nodeId, name),

    deleteDevice: (by, id, forceForget) =>
      runner.start(deviceDelete, { by, isCounted: false, build: (tx) => buildDeviceDelete(tx, id, forceForget) }),

    setDeviceState: (_by, id, state) =>
      runner.startJob(
        'set-device-state',
        async () => async (tx) => {
          await changeDeviceState(tx, id, state);
          return null;
        },
        async (tx) => {
          if (!(await tx.devices.find(id))) throw idNotFound();
        },
      ),

    resyncDevice: (_by, id) =>
      runner.startJob(
        'resync-device',
        () => resyncDevice(id, context),
        async (tx) => {
          if (!(await tx.devices.find(id))) throw idNotFound();
        },
      ),

    createVolume(by, request, idempotency) {
      const volumeId = newId();
      return logged(
        runner.start(volumeCreate, {
          by,
          check: (tx) => checkVolumeRequest(tx, request, settings),
          build: (tx, operationId) => buildVolumeCreate(tx, operationId, volumeId, request, settings, health),
          retries: settings.volumeCreateRetries,
          idempotency,
        }),
      );
    },

    expandVolume: (by, id, addGib) =>
      takingUp(
        logged(
          runner.start(volumeExpand, {
            by,
            check: async (tx) => {
              if (!(await tx.volumes.find(id))) throw idNotFound();
            },
            build: async (tx, operationId) => {
              await tx.volumes.claim(id);
              return buildVolumeExpand(tx, operationId, id, addGib, settings, health);
            },
          }),
        ),
      ),

    cloneVolume(by, id, name) {
      const cloneId = newId();
      return takingUp(
        runner.start(volumeClone, {
          by,
          check: async (tx) => {
            const source = await tx.volumes.find(id);
            if (!source || source.pendingId) throw idNotFound();
          },
          build: (tx, operationId) => buildVolumeClone(tx, operationId, cloneId, id, name),
        }),
      );
    },

    deleteVolume: (by, id) =>
      takingUp(
        runner.start(volumeDelete, {
          by,
          check: (tx) => checkVolumeDelete(tx, id),
          build: (tx, operationId) => buildVolumeDelete(tx, operationId, id),
        }),
      ),

    claimVolume: (_by, id) =>
      store.write(async (tx) => {
        if (!(await tx.volumes.find(id))) throw idNotFound();
        await tx.volumes.claim(id);
      }),

    adoptBricks: (_by, id) =>
      takingUp(
        runner.startJob(
          'adopt-bricks',
          () => adoptBricks(id, context),
          async (tx) => {
            await volumeAtRest(tx, id);
          },
        ),
      ),

    setBlockRestriction: (_by, id, restriction) =>
      takingUp(
        runner.startJob(
          'block-restriction',
          async () => async (tx) => {
            await changeBlockRestriction(tx, id, restriction);
            return `/volumes/${id}`;
          },
          async (tx) => {
            await checkBlockRestriction(tx, id, restriction);
          },
        ),
      ),

    planVolume: async (request) =>
      store.read(async (tx) => {
        await checkVolumeRequest(tx, request, settings);
        return planVolume(tx, request, settings, health);
      }),

    cleanUp: (_by, operationIds) =>
      runner.startJob('cleanup', async () => {
        await recovery.run(operationIds);
        return async () => null;
      }),

    inFlight: () => tracker.inFlight,
    isInFlight: (id) => tracker.has(id),
    nextTry: (id) => recovery.nextTry(id),
  };
  return { operations, runner, recovery, repair, answers };
}
