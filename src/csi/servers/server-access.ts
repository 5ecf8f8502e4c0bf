/** Where a server is, and how to be admitted by it. */
export interface ServerAccess {
  readonly url: string;
  /** Both '' for a server without authentication. */
  readonly user: string;
  readonly key: string;
  /** Authorities in PEM that the server is proved by, in place of the system's; empty: those. */
  readonly certificates: readonly string[];
}
