import { HttpError } from './errors.js';

/**
 * Who may change things: everybody, clients on this host, or nobody.
 * `read-only` can't be left through the API: changing the state is a change.
 */
export type AdminStateName = 'normal' | 'read-only' | 'local-client';

export class AdminState {
  #name: AdminStateName;

  constructor(initial: AdminStateName) {
    this.#name = initial;
  }

  get(): AdminStateName {
    return this.#name;
  }

  set(name: AdminStateName): void {
    this.#name = name;
  }

  /** Throws for a request that the state does not allow. `peer`: the address at the other end of the connection. */
  check(mayChange: boolean, peer: string | undefined): void {
    if (this.#name === 'normal' || !mayChange) return;
    if (this.#name === 'local-client' && isLocal(peer)) return;
    throw new HttpError(503, 'Service disabled for maintenance');
  }
}

function isLocal(peer: string | undefined): boolean {
  // A socket that serves both protocols names IPv4 peers this way
  return peer === '127.0.0.1' || peer === '::1' || peer === '::ffff:127.0.0.1';
}
