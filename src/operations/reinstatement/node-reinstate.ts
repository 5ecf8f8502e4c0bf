import { counted } from '../../domain/counted.js';
import { DomainError, idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { EntryState, Node } from '../../domain/node.js';
import type { PendingOperation, Progress } from '../../domain/pending-operation.js';
import { tell } from '../../events/tell.js';
import type { ReadTx, Tx } from '../../store/store.js';
import { steadyUnixMs } from '../../timing/clocks.js';
import { ofNode } from '../engine/event-subjects.js';
import type { OperationContext } from '../engine/operation.js';
import { type Next, part, type SequenceKind } from '../engine/sequence.js';
import type { Step } from '../engine/transitions/parts.js';
import { brickReset } from './brick-reset.js';
import { deviceReinstate } from './device-reinstate.js';
import { recordedNode, type UnsettledBrick } from './node-at-hand.js';
import { nodeRejoin } from './node-rejoin.js';
import { planReinstatement, type Reinstatement } from './reinstatement-plan.js';
import { helpToHeal, type UnhealedVolume, unhealedOf } from './unhealed-bricks.js';

/** Between two looks whether what was given back is healed. */
const HEAL_PAUSE_MS = 30_000;
/** Until another change of a volume has ended. */
const BUSY_PAUSE_MS = 10_000;

/** A node whose machine was installed anew, or whose disks were exchanged for empty ones. */
export interface NodeReinstatement {
  readonly id: Id;
  /** Disks that somebody has named, by device: for those that can't be found by what is recorded of them. */
  readonly disks: Readonly<Record<Id, string>>;
}

interface ReinstatePlan {
  readonly disks: Readonly<Record<Id, string>>;
  readonly stateBefore: EntryState;
}

interface NodeReinstateWork extends ReinstatePlan {
  readonly nodeId: Id;
  /** Unix milliseconds. */
  readonly begunAt: number;
  readonly progress: Progress | null;
}

/**
 * A node comes back under its name: its devices are set up anew under their ids, its bricks made at their paths, its
 * glusterd gets back into the pool, the bricks are given back and healed. What its disks still hold is kept and used.
 * What comes next is found out by looking each time. Meanwhile the node is offline: it gets no new bricks.
 */
export const nodeReinstate: SequenceKind<NodeReinstatement, NodeReinstateWork> = {
  type: 'reinstate-node',

  async check(tx, request) {
    await refuseReinstatement(tx, request);
  },

  async build(tx, _operationId, { id, disks }) {
    const node = await tx.nodes.find(id);
    if (!node) throw idNotFound();
    await setState(tx, node, 'offline');
    const devices = await tx.devices.listByNode(id);
    return {
      actions: [
        { change: 'reinstate-node', id, delta: null },
        ...devices.map((device) => ({ change: 'reinstate-node', id: device.id, delta: null }) as const),
      ],
      plan: { disks, stateBefore: node.state } satisfies ReinstatePlan,
    };
  },

  async load(tx, { actions, plan, createdAt, progress }) {
    const nodeId = actions[0]?.id ?? '';
    if (!(await tx.nodes.find(nodeId))) return null;
    return { ...(plan as ReinstatePlan), nodeId, begunAt: createdAt * 1000, progress };
  },

  async next(work, context) {
    const { progress, nodeId, disks } = work;
    if (progress?.failure) throw stopped(progress.failure, nodeId);
    const recorded = await context.store.read((tx) => recordedNode(tx, nodeId));
    if (!recorded) throw idNotFound();
    const passedOver = new Map(progress?.refused?.map(({ id, reason }) => [id, reason]));
    const plan = await planReinstatement(recorded, { disks, passedOver }, context);
    const unhealed = await unhealedOf(plan, context);
    return (
      workLeft(plan, work, unhealed) ??
      unsettledLeft(plan, work, unhealed, recorded.unsettled, context) ??
      (await healingLeft(plan, work, unhealed, context)) ??
      theEnd(plan, unhealed, recorded.unsettled)
    );
  },

  async finalize(tx, { nodeId }) {
    const node = await tx.nodes.find(nodeId);
    if (!node) throw idNotFound();
    await tx.nodes.update({ ...node, state: 'online' });
    return null;
  },

  /** Before its first part nothing has become of it. */
  async retract(tx, { nodeId, stateBefore, progress }) {
    const node = await tx.nodes.find(nodeId);
    if (node && progress === null) await setState(tx, node, stateBefore);
  },
};

async function setState(tx: Tx, node: Node, state: EntryState): Promise<void> {
  if (node.state === state) return;
  await tx.nodes.update({ ...node, state });
  await tell(tx, 'node.state-changed', ofNode(node), { details: { state } });
}

/** Refuses a node that was removed, or that another operation is changing. */
export async function refuseReinstatement(tx: ReadTx, { id, disks }: NodeReinstatement): Promise<void> {
  const node = await tx.nodes.find(id);
  if (!node) throw idNotFound();
  if (node.state === 'failed')
    throw new DomainError(
      'conflict',
      `node ${id} was removed: no brick is left on it; delete it and its devices, and add the machine as a new one`,
    );
  const devices = await tx.devices.listByNode(id);
  const stranger = Object.keys(disks).find((deviceId) => !devices.some((device) => device.id === deviceId));
  if (stranger !== undefined) throw new DomainError('invalid', `node ${id} has no device ${stranger}`);
  for (const object of [id, ...devices.map((device) => device.id)]) {
    const [other] = await tx.operations.listByObject(object);
    if (other) throw busy(id, other);
  }
}

function busy(id: Id, { id: other }: PendingOperation): DomainError {
  return new DomainError('conflict', `node ${id} is being changed by operation ${other}; wait until that has ended`);
}

/** Disks, then the pool, then bricks: glusterd starts what it finds at its place when it learns of the volumes. */
function workLeft(
  plan: Reinstatement,
  { nodeId, disks }: NodeReinstateWork,
  unhealed: readonly UnhealedVolume[],
): Next | null {
  const step = (current: string) => stepOf(plan, unhealed, current);
  const [device] = plan.devices;
  if (device) {
    const { id, name } = device.device;
    const request = { nodeId, deviceId: id, brickIds: device.brickIds, disk: disks[id] };
    return part(deviceReinstate, request, step(`sets device ${id} up (${name})`), id);
  }
  if (plan.mustRejoin) return part(nodeRejoin, nodeId, step("gets back into gluster's pool"));
  if (plan.isBusy) return { do: 'wait', forMs: BUSY_PAUSE_MS, step: step('waits for other changes of its volumes') };
  if (!plan.down) return null;
  const { brick, volume } = plan.down;
  return part(brickReset, brick.id, step(`gives brick ${brick.id} back to volume ${volume.id}`), brick.id);
}

function stepOf(plan: Reinstatement, unhealed: readonly UnhealedVolume[], current: string): Step {
  const healing = unhealed.flatMap(({ volume, brickIds, entriesLeft }) =>
    brickIds.map((id) => ({ id, volumeId: volume.id, entriesLeft })),
  );
  return { done: plan.served.length, total: plan.total, current, healing };
}

/** Null when no other operation is making or removing bricks there, or was waited for long enough. */
function unsettledLeft(
  plan: Reinstatement,
  { begunAt }: NodeReinstateWork,
  unhealed: readonly UnhealedVolume[],
  [first]: readonly UnsettledBrick[],
  { settings }: OperationContext,
): Next | null {
  if (!first || steadyUnixMs() - begunAt > settings.healLimitMs) return null;
  const current = `waits for the end of operation ${first.operationId}, which is about brick ${first.brickId} of volume ${first.volume.name}`;
  return { do: 'wait', forMs: BUSY_PAUSE_MS, step: stepOf(plan, unhealed, current) };
}

/** Null when all is healed, or was waited for long enough. */
async function healingLeft(
  plan: Reinstatement,
  { begunAt }: NodeReinstateWork,
  unhealed: readonly UnhealedVolume[],
  context: OperationContext,
): Promise<Next | null> {
  const [first] = unhealed;
  if (!first || steadyUnixMs() - begunAt > context.settings.healLimitMs) return null;
  for (const volume of unhealed) await helpToHeal(volume, context);
  const current = `waits until ${counted(unhealed.length, 'volume')} are healed (${first.volume.name}: ${first.reason})`;
  return { do: 'wait', forMs: HEAL_PAUSE_MS, step: stepOf(plan, unhealed, current) };
}

function theEnd(
  { refusals, node, served }: Reinstatement,
  unhealed: readonly UnhealedVolume[],
  unsettled: readonly UnsettledBrick[],
): Next {
  const lines = [
    ...refusals.map(({ name, reason }) => `- ${name}: ${reason}`),
    ...unsettled.map(
      ({ brickId, volume, operationId }) =>
        `- brick ${brickId} of volume ${volume.name}: operation ${operationId} is making or removing it, and has not ended`,
    ),
    ...unhealed.map(({ volume, reason }) => `- volume ${volume.name} is not healed: ${reason}`),
  ];
  if (lines.length === 0) return { do: 'end' };
  throw new DomainError(
    'failed',
    `node ${node.id} is back with ${counted(served.length, 'brick')}, but for what follows. See to it and send the request again, or take the node as it is: heketi-cli node enable ${node.id}\n${lines.join('\n')}`,
  );
}

function stopped(reason: string, nodeId: Id): DomainError {
  return new DomainError(
    'failed',
    `${reason}\nWhat was done stays, and node ${nodeId} stays offline; the same request goes on from there`,
  );
}
