/** Anything that keeps a request to the server from its end; `message` is for people. */
export class ClientError extends Error {
  override readonly name: string = 'ClientError';
}

/** The server answered, with a refusal; `message` is its text, trimmed. */
export class ServerError extends ClientError {
  override readonly name = 'ServerError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** No complete answer arrived: connection refused, reset, bad certificate. What the server did is unknown. */
export class ConnectionError extends ClientError {
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
