import { DomainError, type DomainErrorCode, ServerBusy } from '../domain/errors.js';

/** The one place where a refusal becomes a status. */
const STATUSES: Readonly<Record<DomainErrorCode, number>> = {
  unparsable: 422,
  invalid: 400,
  not_found: 404,
  conflict: 409,
  no_space: 500, // the original's; its clients know no 507
  busy: 429,
  unavailable: 503,
  unprocessable: 422,
  failed: 500,
};

export interface ErrorAnswer {
  readonly status: number;
  readonly text: string;
  /** Nobody meant this to happen: to be logged with its stack, and not to be told to clients. */
  readonly isDefect: boolean;
  readonly retryAfterSeconds?: number;
}

export const UNKNOWN_PATH: ErrorAnswer = { status: 404, text: 'Invalid path or request', isDefect: false };

/** A refusal by the HTTP layer itself: authentication, admin state, or a body that can't be taken. */
export class HttpError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'HttpError';
    this.status = status;
  }
}

/** Also how tests tell a defect from a refusal. */
export const DEFECT_TEXT = 'The server failed at this request by a defect of its own; its log tells more';

/** About as long as a restart takes. */
const RETRY_AFTER_SECONDS = 5;

export function answerFor(error: unknown): ErrorAnswer {
  if (error instanceof DomainError && error.code === 'unavailable') {
    return {
      status: STATUSES.unavailable,
      text: error.message,
      isDefect: false,
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    };
  }
  if (error instanceof ServerBusy) {
    const { message, retryAfterSeconds } = error;
    return { status: STATUSES.busy, text: message, isDefect: false, retryAfterSeconds };
  }
  if (error instanceof DomainError) return { status: STATUSES[error.code], text: error.message, isDefect: false };
  if (error instanceof HttpError) return { status: error.status, text: error.message, isDefect: false };
  const { code, statusCode } = fastifyError(error);
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return { status: 413, text: 'the request body is larger than 1 MiB', isDefect: false };
  }
  if (code === 'ECONNRESET' && statusCode === 400) {
    return { status: 400, text: 'the request broke off before all of it had come', isDefect: false };
  }
  if (code?.startsWith('FST_') && statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return { status: 400, text: `bad request: ${(error as Error).message}`, isDefect: false };
  }
  return { status: 500, text: DEFECT_TEXT, isDefect: true };
}

function fastifyError(error: unknown): { readonly code?: string; readonly statusCode?: number } {
  return typeof error === 'object' && error !== null ? error : {};
}
