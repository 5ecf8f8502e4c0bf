import type { Id } from '../../domain/ids.js';
import type { Difference } from '../examination/difference.js';
import type { NotCompared } from '../examination/look-at-cluster.js';

/** One change that mends differences. */
export type RepairChange =
  /** Activates, mounts and serves bricks of a node, and restores their lines in its fstab. */
  | { readonly do: 'restore-mounts'; readonly nodeId: Id }
  | { readonly do: 'start-volume'; readonly volumeId: Id }
  /** A whole volume on our devices that nobody knows. */
  | { readonly do: 'adopt-volume'; readonly clusterId: Id; readonly name: string }
  | { readonly do: 'delete-fstab-line'; readonly nodeId: Id; readonly mountPoint: string }
  | { readonly do: 'remove-unclaimed'; readonly deviceId: Id; readonly lv: string };

export interface RepairStep {
  /** Tells it from other steps, in this plan and the next; volumes of two clusters may have one name, and so may hosts. */
  readonly key: string;
  readonly change: RepairChange;
  readonly clusterId: Id;
  /** Manage name of the host on which it is done; '' for what changes records, or is done wherever gluster answers. */
  readonly host: string;
  /** One sentence: what is done. */
  readonly text: string;
}

/** What becomes of one difference: a step, or the reason why there is none. */
export type Decision = { readonly step: RepairStep } | { readonly obstacle: string };

/** What a repair would do with one difference. */
export interface PlannedRepairItem {
  readonly difference: Difference;
  /** Key of the step that mends it; null when it is left. */
  readonly step: string | null;
  /** Why it is left; null when it is not. */
  readonly obstacle: string | null;
}

export interface StateRepairPlan {
  /** In the order in which they are done. */
  readonly steps: readonly RepairStep[];
  readonly items: readonly PlannedRepairItem[];
  /** Hosts, or parts of what they know, that could not be had: nothing of what they alone can tell is repaired. */
  readonly notCompared: readonly NotCompared[];
  /** Why hosts could not be asked once more about what is different there. */
  readonly unasked: readonly string[];
  /** Pending operations, whose objects are left to them. */
  readonly pendingOperations: readonly Id[];
  /** What was asked for by name and is not among the differences. */
  readonly notFound: readonly string[];
}
