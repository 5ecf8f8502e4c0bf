import { type ApiFailure, KubernetesError } from '../kubernetes/kubernetes-error.js';
import { BackupFailure, type BackupFailureReason } from './backup-failure.js';

/** What to do about a database that no secret takes. */
export const OTHER_WAYS =
  'the secret keeps the last copy that was small enough. Back up to a directory as well (glusterfs.backup_directory), ' +
  'and fetch GET /backup/db';

const OUTCOMES: Readonly<Record<ApiFailure, readonly [reason: BackupFailureReason, advice: string]>> = {
  unauthorized: ['denied', ''],
  forbidden: ['denied', 'a backup needs get, create and update on secrets in the namespace of the server'],
  'not found': ['missing', 'the namespace is gone, or is none of this cluster'],
  'already exists': ['conflict', 'somebody makes and deletes the same secret all the time'],
  conflict: ['conflict', 'does another server back up to the same secret?'],
  expired: ['refused', ''],
  'too large': ['too-large', OTHER_WAYS],
  invalid: [
    'refused',
    "a secret that is marked as immutable can't be written, and its name (HEKETI_KUBE_DB_SECRET_NAME) must be one that " +
      'Kubernetes takes',
  ],
  busy: ['unreachable', ''],
  failing: ['unreachable', ''],
  unreachable: ['unreachable', ''],
  lost: ['unreachable', ''],
};

/** What a request about a secret failed with, as a failure of the backup that says what to do. */
export function failureOf(error: unknown, secret: string, sizeBytes: number): BackupFailure {
  if (error instanceof BackupFailure) return error;
  const [reason, advice] = error instanceof KubernetesError ? OUTCOMES[error.failure] : (['failed', ''] as const);
  const text = error instanceof Error ? error.message : String(error);
  const message = `the database was not backed up to the secret ${secret}: ${text}${advice && `; ${advice}`}`;
  return new BackupFailure(reason, message, { cause: error, sizeBytes });
}

export function isRefusedAs(error: unknown, ...failures: readonly ApiFailure[]): boolean {
  return error instanceof KubernetesError && failures.includes(error.failure);
}
