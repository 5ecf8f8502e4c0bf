import pg from 'pg';
import { DomainError } from '../../domain/errors.js';

/** The engine has taken the transaction back because of others: the same again may succeed. */
const TAKEN_BACK = ['40001', '40P01', '55P03'];

/** Whether the same transaction may succeed when it is run again. */
export function isTakenBack(error: unknown): boolean {
  return TAKEN_BACK.includes(sqlState(error) ?? '');
}

/**
 * Whether the connection is of no more use: it broke, the engine ends it or can't write any more (25006: it has become a
 * standby), or does not know itself what became of the statement (40003). A RangeError is about a value that was read.
 */
export function endsConnection(error: unknown): boolean {
  if (error instanceof RangeError) return false;
  if (!(error instanceof pg.DatabaseError)) return true;
  const { code = '', severity } = error;
  return severity === 'FATAL' || severity === 'PANIC' || /^08|^57P0|^25006$|^40003$/.test(code);
}

/** What the engine says, as a refusal where a person can do something about it; the rest stays as it is: defects. */
export function translatePostgresError(error: unknown): unknown {
  const options = { cause: error };
  switch (sqlState(error)) {
    case '23505':
      return new DomainError('conflict', `A record with this key exists already (${textOf(error)}).`, options);
    case '23503':
      return new DomainError('conflict', `A record refers to one that is not there (${textOf(error)}).`, options);
    case '53100':
      return new DomainError(
        'unavailable',
        'The database was not changed: its disk is full. Free some space.',
        options,
      );
    case '53200':
    case '42501':
      return new DomainError('unavailable', `The database was not changed: ${textOf(error)}.`, options);
    default:
      return error;
  }
}

export function sqlState(error: unknown): string | null {
  return error instanceof pg.DatabaseError ? (error.code ?? null) : null;
}

/** Never with a password: neither the engine nor the network names one. */
export function textOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(textOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
