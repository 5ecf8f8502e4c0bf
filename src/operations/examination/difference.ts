import type { Id } from '../../domain/ids.js';

export type DifferenceKind =
  | 'missing-peer'
  | 'superfluous-peer'
  | 'disconnected-peer'
  | 'missing-volume-group'
  | 'superfluous-volume-group'
  | 'missing-logical-volume'
  | 'superfluous-logical-volume'
  | 'missing-mount'
  | 'superfluous-mount'
  | 'missing-fstab-line'
  | 'superfluous-fstab-line'
  | 'missing-volume'
  | 'superfluous-volume'
  | 'stopped-volume'
  | 'unclaimed-volume'
  | 'restored-operation'
  | 'missing-brick'
  | 'superfluous-brick'
  | 'missing-block-volume'
  | 'superfluous-block-volume';

/** One thing that the store and a host disagree about. */
export interface Difference {
  readonly kind: DifferenceKind;
  readonly clusterId: Id;
  /** Manage name of the host; '' for what a whole cluster lacks or has too much of. */
  readonly host: string;
  /** Of that host; '' like it. */
  readonly nodeId: Id;
  /** What it is about: a volume group, a mount point, a gluster volume. */
  readonly subject: string;
  /** One sentence: what is wrong. */
  readonly text: string;
  /** One sentence: what a person can do. */
  readonly remedy: string;
  /** Records that it is about; none for what is superfluous. */
  readonly about: readonly Id[];
}
