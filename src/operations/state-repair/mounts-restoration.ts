import { DomainError, idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { manageName, type Node } from '../../domain/node.js';
import { ALL_UNDONE, NOTHING_LEFT, type OperationContext, type OperationKind } from '../engine/operation.js';
import type { RepairFinding } from '../ports/repairs.js';
import { nodeRepair } from './restorable.js';

/** Repairs a node as `node repair` does, which looks at each brick again before it does anything to it. */
export const mountsRestoration: OperationKind<Id, Node, void> = {
  type: 'restore-mounts',
  isCounted: false,

  async build(tx, _operationId, id) {
    const node = await tx.nodes.find(id);
    if (!node) throw idNotFound();
    return { actions: [{ change: 'restore-mounts', id, delta: null }], plan: null, lane: node.clusterId };
  },

  load: async (tx, { actions }) => tx.nodes.find(actions[0]?.id ?? ''),

  lane: ({ clusterId }) => clusterId,

  exec: repair,

  finalize: async () => ({ location: null }),

  /** Whatever runs on there mounts what belongs there. */
  leftovers: (node) => ({ mustEnd: [], mayStay: [manageName(node)] }),

  /** What is mounted and not served is no difference, so that the repair would not come back to it. */
  direction: async (_node, _context, { after }) => (after === 'crash' ? 'forward' : 'back'),

  finish: repair,

  undo: async () => ALL_UNDONE,

  retract: async () => NOTHING_LEFT,
};

async function repair(node: Node, context: OperationContext): Promise<void> {
  const { findings, unreadable } = await nodeRepair(context).run(node.id, false, true);
  const failed = findings.filter(({ outcome }) => outcome === 'failed').map((finding) => textOf(node, finding));
  const reasons = [...failed, ...unreadable.map((reason) => `${manageName(node)} does not tell all: ${reason}`)];
  if (reasons.length > 0) throw new DomainError('failed', reasons.join('; '));
}

function textOf(node: Node, { volumeName, kind, detail }: RepairFinding): string {
  return `volume ${volumeName} on ${manageName(node)}: ${kind}: ${detail}`;
}
