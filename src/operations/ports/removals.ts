import type { Id } from '../../domain/ids.js';
import type { ClusterRefusal } from './placements.js';

/** Changes that move bricks and have a dry run. */
export type PlannableChange = 'remove-device' | 'remove-node' | 'lose-node' | 'evict-brick';

/** What a person answers for when bricks are moved. */
export interface RemovalTerms {
  /** False: that the rest of each brick's set has all data. */
  readonly mustBeHealed: boolean;
  /** Of `lose-node`: that whatever answers under the node's name is not the node any more. */
  readonly mayHostAnswer: boolean;
}

/** Answer of `POST /placements/evictions`. */
export interface PlannedRemoval {
  /** All bricks can be moved now, and nothing else is in the way. */
  readonly isPossible: boolean;
  /** What prevents all of it (a state), or is about no brick; null when nothing is. Bricks are planned as if it were gone. */
  readonly obstacle: string | null;
  /** How many of the bricks can be moved now: the largest part that could be done. */
  readonly movable: number;
  /** Of those, as far as their hosts tell. */
  readonly healKib: number;
  /** How many of those it is not known of. */
  readonly unknownHeals: number;
  /** In the order in which they are moved; each takes its space from those that follow. */
  readonly bricks: readonly PlannedEviction[];
  /** Bricks that were replaced before, and wait for the heal of their sets; a removal waits for that, too. */
  readonly healing: readonly { readonly brickId: Id; readonly volumeId: Id; readonly entriesLeft: number | null }[];
}

export interface PlannedEviction {
  readonly brickId: Id;
  readonly volumeId: Id;
  readonly volumeName: string;
  readonly sizeKib: number;
  readonly from: PlannedPlace;
  /** What the brick's file system holds, or else that of another brick of its set; null when no host tells. */
  readonly healKib: number | null;
  /** Where it would go; null when it stays. */
  readonly to: (PlannedPlace & { readonly takesKib: number; readonly freeAfterKib: number }) | null;
  /** Why it stays; null when it goes. */
  readonly obstacle: string | null;
  /** Where no device can take it: why not. */
  readonly devices: ClusterRefusal['devices'];
}

export interface PlannedPlace {
  readonly nodeId: Id;
  readonly nodeName: string;
  readonly zone: number;
  readonly deviceId: Id;
  readonly deviceName: string;
}
