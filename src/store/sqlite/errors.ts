import { DomainError } from '../../domain/errors.js';

/**
 * What the engine says, as a refusal where a person can do something about it. `SQLITE_CONSTRAINT` and the rest stay
 * as they are: they are defects.
 */
export function translateSqliteError(error: unknown): unknown {
  const code = sqliteCode(error);
  if (code === null) return error;
  const options = { cause: error };
  if (code.startsWith('SQLITE_CONSTRAINT_PRIMARYKEY') || code.startsWith('SQLITE_CONSTRAINT_UNIQUE')) {
    return new DomainError('conflict', `A record with this key exists already (${textOf(error)}).`, options);
  }
  const fault = diskFault(error);
  if (fault !== null) return new DomainError('unavailable', `The database was not changed: ${fault}`, options);
  if (code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB')) {
    return new DomainError('unavailable', 'The database file is damaged. Restore it from a backup.', options);
  }
  return error;
}

/** What is wrong with the file's disk, without a word about what became of a change; null when it is something else. */
export function diskFault(error: unknown): string | null {
  const code = sqliteCode(error) ?? '';
  if (code.startsWith('SQLITE_FULL')) return 'its disk is full. Free some space.';
  if (code.startsWith('SQLITE_READONLY'))
    return 'its file may not be written. Check owner and mode of file and directory.';
  if (code.startsWith('SQLITE_IOERR')) return `its file could not be read or written (${code}). Check the file system.`;
  return null;
}

export function sqliteCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  return error.code.startsWith('SQLITE_') ? error.code : null;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
