/** What became of a request, in the words of who has to decide about it. */
export type ApiFailure =
  | 'unauthorized' // 401: the credentials are not accepted
  | 'forbidden' // 403: they lack a right
  | 'not found' // 404
  | 'already exists' // 409 of a create
  | 'conflict' // 409: the object was changed meanwhile
  | 'expired' // 410: that version of the objects is gone
  | 'too large' // 413, or a field that is
  | 'invalid' // other 4xx: the request itself is wrong
  | 'busy' // 429, 503: later
  | 'failing' // other 5xx
  | 'unreachable' // no connection: nothing was asked
  | 'lost'; // asked, and not answered

export interface ApiFailureDetails {
  /** Null when there was no answer. */
  readonly status: number | null;
  /** In Kubernetes' words, such as `NotFound`; null when its answer is no Status object. */
  readonly reason?: string | null;
  readonly causes?: readonly StatusCause[];
  /** The server's wish; null: none. */
  readonly retryAfterSeconds?: number | null;
}

export interface StatusCause {
  readonly reason: string | null;
  readonly message: string | null;
  readonly field: string | null;
}

/** The API server refused, can't be reached, or did not answer. The message says what to do. */
export class KubernetesError extends Error {
  readonly failure: ApiFailure;
  readonly status: number | null;
  readonly reason: string | null;
  readonly causes: readonly StatusCause[];
  readonly retryAfterSeconds: number | null;

  constructor(failure: ApiFailure, message: string, details: ApiFailureDetails, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KubernetesError';
    this.failure = failure;
    this.status = details.status;
    this.reason = details.reason ?? null;
    this.causes = details.causes ?? [];
    this.retryAfterSeconds = details.retryAfterSeconds ?? null;
  }
}
