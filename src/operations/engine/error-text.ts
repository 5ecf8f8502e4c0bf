import { DomainError, isUnavailable } from '../../domain/errors.js';
import { CommandError, FinalRefusal, TransportError } from '../../executors/executor.js';
import { NeverBegun } from './operation.js';

/** The text a client gets: what a host said, or our own refusal; never the inside of a defect. */
export function errorText(error: unknown): string {
  if (error instanceof NeverBegun) return errorText(error.cause);
  if (error instanceof DomainError || error instanceof CommandError || error instanceof TransportError)
    return error.message;
  return 'internal error; see the server log';
}

/** Whether it is an answer, which may be met again, and not something that is unknown or away for now. */
export function isRefusal(error: unknown): boolean {
  return (error instanceof DomainError && !isUnavailable(error)) || error instanceof CommandError;
}

/** What a check refuses, for a plan; that hosts can't be asked is a reason, too. Null: nothing. */
export async function refusalOf(check: () => Promise<void>): Promise<string | null> {
  try {
    await check();
    return null;
  } catch (error) {
    if (isRefusal(error) || isUnavailable(error) || error instanceof TransportError) return errorText(error);
    throw error;
  }
}

/** Whether the same request is refused again, whatever is built anew. */
export function isFinal(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause instanceof FinalRefusal) return true;
  return false;
}
