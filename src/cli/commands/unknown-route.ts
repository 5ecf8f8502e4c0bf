import { ServerError } from '../errors.js';

/** Whether a server that is older, or Heketi's, has no such route; an id that is not known is answered with 404 too. */
export function isUnknownRoute(error: unknown): boolean {
  if (!(error instanceof ServerError)) return false;
  return error.status === 405 || (error.status === 404 && error.message.includes('Invalid path'));
}
