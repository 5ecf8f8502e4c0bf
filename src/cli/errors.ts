/** A failure that the user sees as `Error: <message>` with exit status 255. */
export class CliError extends Error {
  override readonly name: string = 'CliError';
}

/** The server answered, with a refusal; `message` is its text, trimmed. */
export class ServerError extends CliError {
  override readonly name = 'ServerError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** No complete answer arrived: connection refused, reset, bad certificate. What the server did is unknown. */
export class ConnectionError extends CliError {
  override readonly name = 'ConnectionError';
  /** Nobody listened: nothing was sent. */
  readonly isRefused: boolean;

  constructor(
    message: string,
    { cause, isRefused = false }: { readonly cause: unknown; readonly isRefused?: boolean },
  ) {
    super(message, { cause });
    this.isRefused = isRefused;
  }
}
