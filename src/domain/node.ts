import type { Id } from './ids.js';
import type { ExactIntegers } from './size.js';

/** Nodes and devices: offline and failed ones receive no new bricks; `failed` is what clients call removed. */
export type EntryState = 'online' | 'offline' | 'failed';

export type Tags = Readonly<Record<string, string>>;

/** The record of a storage host. Only the first manage and the first storage name are used to reach it. */
export interface Node {
  readonly id: Id;
  readonly clusterId: Id;
  readonly zone: number;
  readonly state: EntryState;
  /** Names by which commands reach the host. */
  readonly manageNames: readonly string[];
  /** Names by which gluster knows the peer. */
  readonly storageNames: readonly string[];
  readonly tags: Tags;
  readonly exact?: ExactIntegers | undefined;
}

export function manageName(node: Node): string {
  return node.manageNames[0] ?? '';
}

export function storageName(node: Node): string {
  return node.storageNames[0] ?? '';
}
