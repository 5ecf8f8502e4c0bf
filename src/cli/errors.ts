import { ClientError } from '../client/errors.js';

export { ClientError, ConnectionError, ServerError } from '../client/errors.js';

/** A failure of a command itself; the user sees it, as any ClientError, as `Error: <message>` with exit status 255. */
export class CliError extends ClientError {
  override readonly name: string = 'CliError';
}
