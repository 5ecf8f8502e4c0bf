import { Counter, Gauge, type Registry } from 'prom-client';

/** Of copies of the database: `target` is `secret` or `directory`. Sizes in bytes, times in Unix milliseconds. */
export interface BackupMetrics {
  /** Copies are to be kept there; `limitBytes`: what fits, null without a limit. */
  began(target: string, limitBytes: number | null): void;
  kept(target: string, sizeBytes: number, at: number): void;
  /** `reason`: one of a fixed set of words. */
  failed(target: string, reason: string, sizeBytes: number | null): void;
}

export function backupMetrics(registry: Registry): BackupMetrics {
  const registers = [registry];
  const byTarget = (name: string, help: string) => new Gauge({ name, help, labelNames: ['target'], registers });
  const lastSuccess = byTarget(
    'mortar_backup_last_success_timestamp_seconds',
    'When the newest backup that is known was made, Unix seconds; 0 when none is',
  );
  const size = byTarget('mortar_backup_size_bytes', 'Compressed size of the last backup, kept or not');
  const limit = byTarget('mortar_backup_size_limit_bytes', 'What the target takes; nothing for one without a limit');
  const failing = new Gauge({
    name: 'mortar_backup_failing',
    help: 'Why the last backup failed (1); nothing when it did not',
    labelNames: ['target', 'reason'],
    registers,
  });
  const failures = new Counter({
    name: 'mortar_backup_failures_total',
    help: 'Backups that failed, by reason',
    labelNames: ['target', 'reason'],
    registers,
  });
  const reasons = new Map<string, string>();
  const isNotFailing = (target: string): void => {
    const reason = reasons.get(target);
    if (reason !== undefined) failing.remove({ target, reason });
    reasons.delete(target);
  };
  return {
    began(target, limitBytes) {
      lastSuccess.set({ target }, 0);
      if (limitBytes !== null) limit.set({ target }, limitBytes);
    },
    kept(target, sizeBytes, at) {
      isNotFailing(target);
      lastSuccess.set({ target }, at / 1000);
      size.set({ target }, sizeBytes);
    },
    failed(target, reason, sizeBytes) {
      isNotFailing(target);
      reasons.set(target, reason);
      failing.set({ target, reason }, 1);
      failures.inc({ target, reason });
      if (sizeBytes !== null) size.set({ target }, sizeBytes);
    },
  };
}
