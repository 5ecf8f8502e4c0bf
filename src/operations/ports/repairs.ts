import type { Id } from '../../domain/ids.js';

/** What a comparison of a node with the store found, and what came of it. */
export interface RepairReport {
  readonly id: Id;
  readonly nodeId: Id;
  /** First manage name of the node. */
  readonly host: string;
  readonly isDryRun: boolean;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Everything is as it should be now. */
  readonly isHealthy: boolean;
  readonly findings: readonly RepairFinding[];
  /** Parts of the node that could not be read, with the reason. */
  readonly unreadable: readonly string[];
}

/** What is repaired only where somebody has named it. */
export interface StateRepairWish {
  /** Volumes, by name: somebody may have stopped them on purpose. */
  readonly start: readonly string[];
  /** Logical volumes that belong to nobody, as `vg_ID/NAME`. */
  readonly destroy: readonly string[];
}

/** Answer of `POST /internal/state/repair/plan`. */
export interface PlannedStateRepair {
  /** All differences would be repaired, all hosts were asked, and nothing is in the way. */
  readonly isPossible: boolean;
  /** What prevents all of it, or is about no difference; null when nothing is. */
  readonly obstacle: string | null;
  /** How many of the differences would be repaired. */
  readonly repairable: number;
  /** In the order in which they are done. `host` is '' for what is done in the database, or wherever gluster answers. */
  readonly steps: readonly {
    readonly step: string;
    readonly clusterId: Id;
    readonly host: string;
    readonly text: string;
  }[];
  readonly differences: readonly PlannedMending[];
  /** Hosts, or parts of what they know, that could not be had: nothing of what they alone can tell is repaired. */
  readonly notCompared: readonly { readonly clusterId: Id; readonly host: string; readonly reason: string }[];
  /** What these are about is left to them. */
  readonly pendingOperations: readonly Id[];
}

/** One difference, and what would become of it. */
export interface PlannedMending {
  readonly kind: string;
  readonly clusterId: Id;
  /** Manage name; '' for what concerns a whole cluster. */
  readonly host: string;
  readonly subject: string;
  readonly text: string;
  readonly remedy: string;
  /** The step that mends it; null when it stays. */
  readonly step: string | null;
  /** Why it stays; null when it does not. */
  readonly obstacle: string | null;
}

export interface RepairFinding {
  readonly kind:
    | 'logical volume absent'
    | 'logical volume inactive'
    | 'fstab line missing'
    | 'not mounted'
    | 'mounted from elsewhere'
    | 'brick process down'
    | 'volume not started'
    | 'volume absent'
    | 'volume being changed';
  readonly volumeId: Id;
  readonly volumeName: string;
  /** Null for what is about the whole volume. */
  readonly brickId: Id | null;
  /** `repairable`: only in a dry run. `left alone`: a person has to decide; the detail says what. */
  readonly outcome: 'repairable' | 'repaired' | 'failed' | 'left alone';
  readonly detail: string;
}
