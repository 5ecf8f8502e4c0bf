import { withoutSlashes } from '../../client/server-address.js';

/** Where a server is, and how to be admitted by it. */
export interface ServerAccess {
  /** As `plainAddress` has it. */
  readonly url: string;
  /** Both '' for a server without authentication. */
  readonly user: string;
  readonly key: string;
  /** Authorities in PEM that the server is proved by, in place of the system's; empty: those. */
  readonly certificates: readonly string[];
}

/**
 * An address in the one form that all ways to write it have, without user and password, which would end up in messages; as it
 * is when it is none.
 */
export function plainAddress(url: string): string {
  try {
    const { origin, pathname, protocol } = new URL(url);
    return protocol === 'http:' || protocol === 'https:' ? `${origin}${withoutSlashes(pathname)}` : url;
  } catch {
    return url;
  }
}
