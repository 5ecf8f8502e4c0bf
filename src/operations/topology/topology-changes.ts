import { newId } from '../../domain/ids.js';
import type { Engine } from '../engine/engine.js';
import type { EngineContext } from '../engine/operation.js';
import type { Operations } from '../ports/operations.js';
import { changeDeviceTags, changeNodeTags, createCluster, deleteCluster, setClusterFlags } from './cluster-changes.js';
import { deviceAdd } from './device-add.js';
import { deviceDelete } from './device-delete.js';
import { preflightDevice } from './device-preflight.js';
import { deviceRemoval } from './device-removal.js';
import { forgetHostKey } from './forget-host-key.js';
import { nodeAdd } from './node-add.js';
import { nodeDelete } from './node-delete.js';
import { nodeHostnames } from './node-hostnames.js';
import { nodeLost } from './node-lost.js';
import { nodeRemoval } from './node-removal.js';
import { planRemoval } from './removal-plan.js';
import { deviceStateChange, nodeStateChange } from './states.js';

export type TopologyChanges = Pick<
  Operations,
  | 'createCluster'
  | 'setClusterFlags'
  | 'deleteCluster'
  | 'changeNodeTags'
  | 'changeDeviceTags'
  | 'addNode'
  | 'deleteNode'
  | 'setNodeState'
  | 'loseNode'
  | 'setHostnames'
  | 'forgetHostKey'
  | 'addDevice'
  | 'preflightDevice'
  | 'deleteDevice'
  | 'setDeviceState'
  | 'planRemoval'
>;

/** The changes of clusters, nodes and devices. */
export function topologyChanges(engine: Engine, { store }: EngineContext): TopologyChanges {
  return {
    createCluster: (by, flags) => createCluster(store, by, flags),
    setClusterFlags: (by, id, flags) => setClusterFlags(store, by, id, flags),
    deleteCluster: (by, id) => deleteCluster(store, by, id),
    changeNodeTags: (by, id, change) => changeNodeTags(store, by, id, change),
    changeDeviceTags: (by, id, change) => changeDeviceTags(store, by, id, change),

    addNode: (by, request) => engine.begin(nodeAdd, { ...request, nodeId: newId() }, by),
    deleteNode: (by, id) => engine.begin(nodeDelete, id, by),
    setNodeState: (by, id, to, mustBeHealed = true) =>
      to === 'failed'
        ? engine.beginSequence(nodeRemoval, { id, mustBeHealed }, by)
        : engine.beginJob(nodeStateChange, { id, to }, by),
    loseNode: (by, id, how) => engine.beginSequence(nodeLost, { id, ...how }, by),
    setHostnames: (by, id, names) => engine.beginJob(nodeHostnames, { id, ...names }, by),
    forgetHostKey: (_by, host) => forgetHostKey(store, host),

    addDevice: (by, request) => engine.begin(deviceAdd, { ...request, deviceId: newId() }, by),
    preflightDevice: (nodeId, name) => preflightDevice(engine.context, nodeId, name),
    deleteDevice: (by, id, forceForget) => engine.begin(deviceDelete, { id, forceForget }, by),
    setDeviceState: (by, id, to, mustBeHealed = true) =>
      to === 'failed'
        ? engine.beginSequence(deviceRemoval, { id, mustBeHealed }, by)
        : engine.beginJob(deviceStateChange, { id, to }, by),
    planRemoval: (change, id, terms) => planRemoval(change, id, terms, engine.context),
  };
}
