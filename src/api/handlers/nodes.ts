import type { NodeRequest } from '../../operations/ports/requests.js';
import type { Handlers } from '../contract/handlers.js';
import type { components } from '../contract/openapi.js';
import { accepted, found, mustBeHealed } from './answers.js';
import type { HandlerDeps } from './deps.js';
import { KeptNodeInfos } from './kept-node-infos.js';

type NodeHandlers = Pick<
  Handlers,
  | 'nodeAdd'
  | 'nodeInfo'
  | 'nodeDelete'
  | 'nodeSetState'
  | 'nodeLost'
  | 'nodeSetHostnames'
  | 'nodeSetTags'
  | 'nodeReinstate'
  | 'nodeRepair'
  | 'nodeLastRepair'
  | 'repairReport'
  | 'hostKeyForget'
>;

export function nodeHandlers({ store, operations }: HandlerDeps): NodeHandlers {
  const infos = new KeptNodeInfos();

  return {
    nodeAdd: ({ by, body }) => accepted(operations.addNode(by, nodeRequest(body))),

    async nodeInfo({ id }) {
      return { status: 200, jsonText: found(await store.read((tx) => infos.read(tx, id))) };
    },

    nodeDelete: ({ by, id }) => accepted(operations.deleteNode(by, id)),

    nodeSetState: ({ by, id, body }) => accepted(operations.setNodeState(by, id, body.state, mustBeHealed(body))),

    nodeLost: ({ by, id, body }) =>
      accepted(
        operations.loseNode(by, id, { mustBeHealed: mustBeHealed(body), mayHostAnswer: body?.hostanswers ?? false }),
      ),

    nodeSetHostnames: ({ by, id, body }) =>
      accepted(
        operations.setHostnames(by, id, { manageNames: body.manage ?? null, storageNames: body.storage ?? null }),
      ),
    nodeReinstate: ({ by, id, body }) => accepted(operations.reinstateNode(by, id, body?.disks ?? {})),

    nodeRepair: ({ by, id, body }) => accepted(operations.repairNode(by, id, body?.dryrun ?? false)),

    async nodeLastRepair({ id }) {
      found(await store.read((tx) => tx.nodes.find(id)));
      return { status: 200, json: found(operations.lastRepairReport(id)) };
    },

    async hostKeyForget({ by, body }) {
      await operations.forgetHostKey(by, body.host);
      return { status: 204 };
    },

    repairReport: async ({ id }) => ({ status: 200, json: found(operations.repairReport(id)) }),

    async nodeSetTags({ by, id, body }) {
      return {
        status: 200,
        json: await operations.changeNodeTags(by, id, { kind: body.change_type, tags: body.tags ?? {} }),
      };
    },
  };
}

function nodeRequest(body: components['schemas']['NodeAdd']): NodeRequest {
  return {
    clusterId: body.cluster,
    zone: Number(body.zone),
    ...(typeof body.zone === 'bigint' && { exactZone: body.zone }),
    manageNames: body.hostnames.manage,
    storageNames: body.hostnames.storage,
    tags: body.tags ?? {},
  };
}
