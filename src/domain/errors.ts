/** Why a request or an operation was refused; `api/errors.ts` turns each into one status. */
export type DomainErrorCode =
  | 'unparsable' // the request's text is not what the route reads
  | 'invalid' // a value breaks a rule
  | 'not_found'
  | 'conflict' // the object exists, is in use, or is being changed
  | 'no_space' // no placement; the message explains it
  | 'busy' // too many operations in flight; try later
  | 'unavailable' // closed for maintenance, or shutting down
  | 'unprocessable' // well-formed, but contradicts an earlier request (idempotency keys)
  | 'failed'; // the work was begun and did not succeed

/** A refusal a client can act on. The message says what was refused, why, and what to do. */
export class DomainError extends Error {
  readonly code: DomainErrorCode;

  constructor(code: DomainErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DomainError';
    this.code = code;
  }
}

/** Too much is going on at once; when it is likely to be less, whole seconds. */
export class ServerBusy extends DomainError {
  readonly retryAfterSeconds: number;

  constructor(retryAfterSeconds: number, message = SERVER_BUSY) {
    super('busy', message);
    this.name = 'ServerBusy';
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The server or its database can't do it now: never an answer to the request itself. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof DomainError && error.code === 'unavailable';
}

/** Something else has to end first; the same request may be accepted then. */
export function isBusy(error: unknown): boolean {
  return error instanceof DomainError && error.code === 'busy';
}

/** The original's text, on which the Kubernetes provisioners match. */
export const ID_NOT_FOUND = 'Id not found';

/** The original's text for a request refused by the in-flight limit. */
export const SERVER_BUSY = 'Server busy. Retry operation later.';

export function idNotFound(): DomainError {
  return new DomainError('not_found', ID_NOT_FOUND);
}
