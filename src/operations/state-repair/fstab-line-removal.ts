import { DomainError, idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { manageName, type Node } from '../../domain/node.js';
import { deleteFstabLine } from '../../executors/commands/host/fstab-lines.js';
import { runOne } from '../../executors/executor.js';
import { ALL_UNDONE, NOTHING_LEFT, type UndoneKind } from '../engine/operation.js';
import { whyLinesStay } from './dead-line.js';

export interface FstabLine {
  readonly nodeId: Id;
  readonly mountPoint: string;
}

interface FstabLineWork {
  readonly operationId: Id;
  readonly node: Node;
  readonly mountPoint: string;
}

/** Deletes the fstab line of a logical volume that is gone: a host may stop at it when it starts. */
export const fstabLineRemoval: UndoneKind<FstabLine, FstabLineWork, void> = {
  type: 'delete-fstab-line',
  isCounted: false,

  async build(tx, _operationId, { nodeId, mountPoint }) {
    const node = await tx.nodes.find(nodeId);
    if (!node) throw idNotFound();
    return {
      actions: [{ change: 'delete-fstab-line', id: nodeId, delta: null }],
      plan: { mountPoint },
      lane: node.clusterId,
    };
  },

  async load(tx, { id, actions, plan }) {
    const node = await tx.nodes.find(actions[0]?.id ?? '');
    return node && { operationId: id, node, mountPoint: (plan as Pick<FstabLine, 'mountPoint'>).mountPoint };
  },

  lane: ({ node }) => node.clusterId,

  async exec({ operationId, node, mountPoint }, context) {
    const host = manageName(node);
    const stays = await whyLinesStay(node.id, [mountPoint], operationId, context);
    const reason = stays.get(mountPoint) ?? null;
    if (reason !== null)
      throw new DomainError('conflict', `the line for ${mountPoint} stays in the fstab of ${host}: ${reason}`);
    const { settings, executor } = context.hosts;
    await runOne(executor, host, deleteFstabLine(settings.fstab, mountPoint));
  },

  finalize: async () => ({ location: null }),

  leftovers: ({ node }) => ({ mustEnd: [manageName(node)], mayStay: [] }),

  undo: async () => ALL_UNDONE,

  retract: async () => NOTHING_LEFT,
};
