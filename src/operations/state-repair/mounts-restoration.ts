import { DomainError, idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { manageName, type Node } from '../../domain/node.js';
import { ALL_UNDONE, NOTHING_LEFT, type UndoneKind } from '../engine/operation.js';
import type { RepairFinding } from '../ports.js';
import { nodeRepair } from './restorable.js';

/** Repairs a node as `node repair` does, which looks at each brick again before it does anything to it. */
export const mountsRestoration: UndoneKind<Id, Node, void> = {
  type: 'restore-mounts',
  isCounted: false,

  async build(tx, _operationId, id) {
    const node = await tx.nodes.find(id);
    if (!node) throw idNotFound();
    return { actions: [{ change: 'restore-mounts', id, delta: null }], plan: null, lane: node.clusterId };
  },

  load: async (tx, { actions }) => tx.nodes.find(actions[0]?.id ?? ''),

  lane: ({ clusterId }) => clusterId,

  async exec(node, context) {
    const { findings } = await nodeRepair(context).run(node.id, false, true);
    const failed = findings.filter(({ outcome }) => outcome === 'failed');
    if (failed.length > 0) throw new DomainError('failed', failed.map((finding) => textOf(node, finding)).join('; '));
  },

  finalize: async () => ({ location: null }),

  /** Whatever runs on there mounts what belongs there. */
  leftovers: (node) => ({ mustEnd: [], mayStay: [manageName(node)] }),

  undo: async () => ALL_UNDONE,

  retract: async () => NOTHING_LEFT,
};

function textOf(node: Node, { volumeName, kind, detail }: RepairFinding): string {
  return `volume ${volumeName} on ${manageName(node)}: ${kind}: ${detail}`;
}
