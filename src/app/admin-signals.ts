import type { AdminStateName } from '../api/admin-state.js';

/*
 * Loaded before anything else: as long as nobody listens to SIGUSR1, it opens Node's debugger. A signal that comes
 * while the server starts has its effect once there is one.
 */

let asked: AdminStateName | null = null;
let follow: (state: AdminStateName) => void = (state) => {
  asked = state;
};

process.on('SIGUSR1', () => follow('local-client'));
process.on('SIGUSR2', () => follow('normal'));

/** From now on signals set the admin state, and so does the last one that has come already. */
export function followAdminSignals(set: (state: AdminStateName) => void): void {
  follow = set;
  if (asked !== null) set(asked);
}
