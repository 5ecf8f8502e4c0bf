import type { Id } from './ids.js';

/** A trusted storage pool. A cluster with both flags off accepts no volumes. */
export interface Cluster {
  readonly id: Id;
  readonly allowsBlock: boolean;
  readonly allowsFile: boolean;
}
