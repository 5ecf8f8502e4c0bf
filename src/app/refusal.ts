import { ConfigError } from '../config/config-error.js';
import { DomainError } from '../domain/errors.js';

/** What a person can mend, as its message says; anything else is a defect. */
export function isRefusal(error: unknown): error is Error {
  return error instanceof ConfigError || error instanceof DomainError || isOfSystem(error);
}

/** A file or an address, which the message names. */
function isOfSystem(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}
