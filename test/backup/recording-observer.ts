import type { BackupObserver } from '../../src/backup/backup-keeper.js';

/** What metrics would have been told, as short lines. */
export function recordingObserver(): BackupObserver & { readonly told: string[] } {
  const told: string[] = [];
  return {
    told,
    began: (target, limitBytes) => void told.push(`${target} began ${limitBytes}`),
    kept: (target, sizeBytes) => void told.push(`${target} kept ${sizeBytes}`),
    failed: (target, reason) => void told.push(`${target} failed ${reason}`),
  };
}
