import { ClientError, ConnectionError, ServerError } from '../../client/errors.js';
import { CsiError } from '../rpc/csi-error.js';

/** The server's words for an id that it has no object for; any other 404 may come from a proxy, and proves nothing. */
const NOT_FOUND_TEXT = 'Id not found';

/** The server's words for a user that it knows, and that may not do this. */
const NO_ADMINISTRATOR_TEXT = 'Administrator access required';

export function isNotFound(error: unknown): boolean {
  return error instanceof ServerError && error.status === 404 && error.message === NOT_FOUND_TEXT;
}

export function hasStatus(error: unknown, ...statuses: readonly number[]): error is ServerError {
  return error instanceof ServerError && statuses.includes(error.status);
}

/** Whether another operation is changing the volume. */
export function isBusy(error: unknown): boolean {
  return hasStatus(error, 409, 500) && /\bOperation [0-9a-f]{32} (is|was) changing it\b/.test(error.message);
}

/**
 * Whether a change may have been made, or be made still, though its request failed: the connection broke, or the queue
 * knows nothing of it.
 */
export function isUnknownOutcome(error: unknown): boolean {
  return (error instanceof ConnectionError && !error.isRefused) || hasStatus(error, 404, 502, 504);
}

/** The specification's code for what a server answered, or did not; anything else as it is. */
export function explain(error: unknown): unknown {
  if (error instanceof ServerError)
    return new CsiError(codeOf(error), `the server refused: ${error.message}`, { cause: error });
  if (error instanceof ClientError) return new CsiError('UNAVAILABLE', error.message, { cause: error });
  return error;
}

function codeOf(error: ServerError) {
  const { status, message } = error;
  switch (status) {
    case 400:
    case 413:
    case 422:
      return 'INVALID_ARGUMENT';
    case 401:
      return message.startsWith(NO_ADMINISTRATOR_TEXT) ? 'PERMISSION_DENIED' : 'UNAUTHENTICATED';
    // A proxy says so as well, while there is no server behind it: nothing that is final may be concluded.
    case 404:
      return isNotFound(error) ? 'NOT_FOUND' : 'UNAVAILABLE';
    case 409:
      return 'FAILED_PRECONDITION';
    case 403:
    case 429:
    case 502:
    case 503:
    case 504:
      return 'UNAVAILABLE';
    default:
      return /^Failed to allocate /.test(message) ? 'RESOURCE_EXHAUSTED' : 'INTERNAL';
  }
}
