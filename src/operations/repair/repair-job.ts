import { idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { ofNode } from '../engine/event-subjects.js';
import type { Job } from '../engine/job.js';
import type { NodeRepair } from './node-repair.js';

export interface RepairRequest {
  readonly nodeId: Id;
  readonly isDryRun: boolean;
}

/** A comparison of a node with the store that somebody asks for. */
export function repairJob(repair: NodeRepair): Job<RepairRequest> {
  return {
    name: 'repair-node',

    async about(tx, { nodeId }) {
      const node = await tx.nodes.find(nodeId);
      return node && ofNode(node);
    },

    async check(tx, { nodeId }) {
      if (!(await tx.nodes.find(nodeId))) throw idNotFound();
    },

    async work({ nodeId, isDryRun }) {
      const report = await repair.run(nodeId, isDryRun, true);
      return async () => `/repairs/${report.id}`;
    },
  };
}
