import type { Id } from '../../domain/ids.js';

/** The SSH key that a host showed when it was first reached. */
export interface HostKey {
  readonly host: string;
  readonly port: number;
  /** Base64 of SSH's wire format. */
  readonly key: string;
  /** Unix milliseconds. */
  readonly pinnedAt: number;
}

export interface HostKeyRows {
  list(): Promise<readonly HostKey[]>;
  /** The key, or null for a host that was never reached. */
  find(host: string, port: number): Promise<string | null>;
  insert(key: HostKey): Promise<void>;
  /** For all ports; answers how many keys were forgotten. */
  deleteByHost(host: string): Promise<number>;
}

/** Whether this database is a copy that may be older than what its hosts have seen. */
export interface OriginRows {
  /** Unix milliseconds at which the copy was made; null for a database that was only ever written by its server. */
  copiedAt(): Promise<number | null>;
  setCopiedAt(at: number | null): Promise<void>;
}

/** Who the server is to its hosts: they let nothing begin that an earlier start of it sent. */
export interface ServerIdentityRows {
  /**
   * Begins a generation: higher than all before it, and at least `now` (Unix milliseconds), so that a database
   * restored from a backup does not fall behind what its hosts have seen.
   */
  begin(now: number): Promise<{ readonly id: Id; readonly generation: number }>;
}
