import type { TextMap } from '../rpc/messages.js';

/** What the orchestrator knows of StorageClasses; each throws CsiError UNAVAILABLE when it can't be asked. */
export interface ClassSource {
  /** The parameters of all classes of this driver. */
  listParameters(): Promise<readonly TextMap[]>;
  /** The key in a Secret of the in-tree provisioner's type; null: there is no such Secret. */
  readKey(namespace: string, name: string): Promise<string | null>;
}
