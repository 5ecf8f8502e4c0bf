/** Why a copy could not be kept; the label `reason` of metrics. */
export const BACKUP_FAILURE_REASONS = [
  'denied', // no right to read or write there
  'missing', // what it is kept in is not there
  'too-large', // more than the target takes
  'no-space', // the disk is full
  'refused', // the API server finds the secret itself wrong
  'conflict', // somebody else keeps writing the same secret
  'unreachable', // no answer, or one that asks for patience
  'timeout', // began, and did not end in time
  'unsound', // what was written can't be read back as a sound database
  'failed', // anything else; the message tells
] as const;

export type BackupFailureReason = (typeof BACKUP_FAILURE_REASONS)[number];

/** Reasons that go away by themselves; for the others somebody has to act. */
const PASSING: ReadonlySet<BackupFailureReason> = new Set(['conflict', 'unreachable', 'timeout']);

/** The message says what was not kept, why, and what to do. */
export class BackupFailure extends Error {
  readonly reason: BackupFailureReason;
  /** Compressed size of the copy, bytes; null where it failed before that was known. */
  readonly sizeBytes: number | null;

  constructor(reason: BackupFailureReason, message: string, options: BackupFailureOptions = {}) {
    super(message, options);
    this.name = 'BackupFailure';
    this.reason = reason;
    this.sizeBytes = options.sizeBytes ?? null;
  }

  get isPassing(): boolean {
    return PASSING.has(this.reason);
  }
}

interface BackupFailureOptions extends ErrorOptions {
  readonly sizeBytes?: number;
}

export function asBackupFailure(error: unknown): BackupFailure {
  if (error instanceof BackupFailure) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new BackupFailure('failed', `the database could not be backed up: ${text}`, { cause: error });
}
