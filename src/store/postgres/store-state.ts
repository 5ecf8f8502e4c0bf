/** Puts a transaction behind all that have written before it, and before all that come: its first statement. */
export const ADVANCE_VERSION = 'update store_state set version = version + 1';

/** Answers rows of `version` second; from then on everything is read of one state. */
export const BEGIN_READING = 'begin isolation level repeatable read read only; select version from store_state';

export const CURRENT_VERSION = 'select version from store_state';
