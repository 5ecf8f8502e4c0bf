import { DomainError } from '../domain/errors.js';

/** A file that can't be what it says it is. `where` names the page or the key. */
export function damaged(where: string, what: string): DomainError {
  return new DomainError('invalid', `it is damaged: ${where} ${what}`);
}
