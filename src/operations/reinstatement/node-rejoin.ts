import { DomainError } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { manageName, type Node, storageName } from '../../domain/node.js';
import { listVolumeNames } from '../../executors/commands/gluster/gluster-volume.js';
import { listPeers, type Peer, probePeer } from '../../executors/commands/gluster/glusterd.js';
import {
  changeIdentity,
  readIdentity,
  restartGlusterd,
  startGlusterd,
} from '../../executors/commands/gluster/glusterd-identity.js';
import { CommandError } from '../../executors/executor.js';
import { ALL_UNDONE, NOTHING_LEFT, type OperationContext, type OperationKind } from '../engine/operation.js';
import { nodeLane } from '../topology/node-add.js';
import { recordedNode } from './node-at-hand.js';
import { byHand, refuseStranger, type Standing, standingOf } from './pool-standing.js';

/** Peers agree, and tell each other of the volumes, within seconds. */
const CHECKS = 60;
const PAUSE_MS = 1000;

interface NodeRejoinWork {
  readonly node: Node;
  readonly others: readonly Node[];
}

/**
 * glusterd on a machine that was installed anew has another UUID, under which the pool rejects it: it is given the old
 * one, asks a member to be taken in, and is started again, upon which it learns of the volumes. Safe to repeat, and
 * never undone.
 */
export const nodeRejoin: OperationKind<Id, NodeRejoinWork, void> = {
  type: 'rejoin-node',
  isCounted: false,

  async build(tx, _operationId, id) {
    const clusterId = (await tx.nodes.find(id))?.clusterId ?? '';
    return { actions: [{ change: 'rejoin-node', id, delta: null }], plan: null, lane: nodeLane(clusterId) };
  },

  async load(tx, operation) {
    return recordedNode(tx, operation.actions[0]?.id ?? '');
  },

  lane: ({ node }) => nodeLane(node.clusterId),

  exec: rejoin,

  finalize: async () => ({ location: null }),

  /** Probing twice does no harm, and glusterd may have been left stopped. */
  leftovers: ({ node }) => ({ mustEnd: [manageName(node)], mayStay: [] }),

  direction: async (_work, _context, { after }) => (after === 'crash' ? 'forward' : 'back'),

  finish: rejoin,

  undo: async () => ALL_UNDONE,

  retract: async () => NOTHING_LEFT,
};

async function rejoin({ node, others }: NodeRejoinWork, context: OperationContext): Promise<void> {
  const standing = await standingOf(node, others, context);
  try {
    await takeOldName(node, standing, context);
    if (!(await isTakenIn(node, standing, context))) {
      await probePeer(context.hosts, manageName(node), storageName(standing.member));
      await restartGlusterd(context.hosts, manageName(node));
    }
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const text = `${manageName(node)} did not get back into gluster's pool: ${error.message}. ${byHand(standing.uuid, standing.member)}`;
    throw new DomainError('failed', text, { cause: error });
  }
  await untilItKnows(node, others, standing, context);
}

async function takeOldName(node: Node, standing: Standing, { hosts }: OperationContext): Promise<void> {
  const host = manageName(node);
  let found = await readIdentity(hosts, host);
  if (found.uuid === null) {
    await startGlusterd(hosts, host);
    found = await readIdentity(hosts, host);
  }
  refuseStranger(node, standing, found);
  if (found.uuid === standing.uuid) await startGlusterd(hosts, host);
  else await changeIdentity(hosts, host, standing.uuid);
}

/** Both sides take each other for what they are. */
async function isTakenIn(node: Node, standing: Standing, { hosts }: OperationContext): Promise<boolean> {
  const { member, memberUuid, uuid } = standing;
  try {
    const there = await listPeers(hosts, manageName(member));
    const here = await listPeers(hosts, manageName(node));
    const has = (peers: readonly Peer[], wanted: string) =>
      peers.some((peer) => peer.uuid === wanted && peer.isConnected);
    return has(there, uuid) && has(here, memberUuid);
  } catch (error) {
    // A glusterd that has just been started does not answer yet.
    if (error instanceof CommandError) return false;
    throw error;
  }
}

async function untilItKnows(
  node: Node,
  others: readonly Node[],
  standing: Standing,
  context: OperationContext,
): Promise<void> {
  const { hosts, work } = context;
  for (let check = 1; ; check++) {
    if (await isTakenIn(node, standing, context)) {
      const wanted = await listVolumeNames(hosts, manageName(standing.member));
      const known = new Set(await listVolumeNames(hosts, manageName(node)));
      if (wanted.every((name) => known.has(name))) return;
    }
    if (check >= CHECKS)
      throw new DomainError(
        'failed',
        `${manageName(node)} has its old UUID, and is not a full member of gluster's pool yet; compare "gluster peer status" on ${[node, ...others].map(manageName).join(', ')}, restart glusterd there if one says "Peer Rejected", and send the request again`,
      );
    await work.pacing.pause(PAUSE_MS);
  }
}
