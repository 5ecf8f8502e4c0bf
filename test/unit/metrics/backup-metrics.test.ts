import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { backupMetrics } from '../../../src/metrics/backup-metrics.js';

async function samples(registry: Registry): Promise<string[]> {
  return (await registry.metrics()).split('\n').filter((line) => line.startsWith('mortar_'));
}

it('a target without a backup yet has 0 as the time of the last one, so that an alert can tell', async () => {
  const registry = new Registry();
  const metrics = backupMetrics(registry);
  metrics.began('secret', 1_048_576);
  metrics.began('directory', null);
  expect(await samples(registry)).toEqual([
    'mortar_backup_last_success_timestamp_seconds{target="secret"} 0',
    'mortar_backup_last_success_timestamp_seconds{target="directory"} 0',
    'mortar_backup_size_limit_bytes{target="secret"} 1048576',
  ]);
});

it('a failure is told with its last reason until a backup succeeds, and does not change when that was', async () => {
  const registry = new Registry();
  const metrics = backupMetrics(registry);
  metrics.kept('secret', 500, 1_800_000_000_500);
  metrics.failed('secret', 'unreachable', null);
  metrics.failed('secret', 'denied', 600);
  const failing = [
    'mortar_backup_failures_total{target="secret",reason="unreachable"} 1',
    'mortar_backup_failures_total{target="secret",reason="denied"} 1',
  ];
  expect(await samples(registry)).toEqual([
    'mortar_backup_last_success_timestamp_seconds{target="secret"} 1800000000.5',
    'mortar_backup_size_bytes{target="secret"} 600',
    'mortar_backup_failing{target="secret",reason="denied"} 1',
    ...failing,
  ]);
  metrics.kept('secret', 700, 1_800_000_001_000);
  expect(await samples(registry)).toEqual([
    'mortar_backup_last_success_timestamp_seconds{target="secret"} 1800000001',
    'mortar_backup_size_bytes{target="secret"} 700',
    ...failing,
  ]);
});

it('a server without backups tells nothing of them', async () => {
  const registry = new Registry();
  backupMetrics(registry);
  expect(await samples(registry)).toEqual([]);
});
