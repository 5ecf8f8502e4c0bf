/** Puts a transaction behind all that have written before it, and before all that come: its first statement. */
export const ADVANCE_VERSION = 'update store_state set version = version + 1';

export const CURRENT_VERSION = 'select version from store_state';
