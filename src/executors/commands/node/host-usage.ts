import type { PoolUse } from '../../../domain/usage.js';
import { CommandError, runAll, TransportError } from '../../executor.js';
import { type MountedFileSystem, readFileSystems } from '../brick/brick-usage.js';
import { lvm } from '../host/command-lines.js';
import type { Hosts } from '../host/hosts.js';
import { LvmReportError } from '../lvm/lvm-report.js';
import { POOL_FIELDS, readPools } from '../lvm/pool-report.js';

/** Nobody waits for it; a host that takes longer only to look has other troubles. */
const LOOK_TIMEOUT_MS = 30_000;

/** How full a host's pools and file systems are. A part that could not be had is null, with the reason. */
export interface HostUsage {
  /** By `group/pool`. */
  readonly pools: ReadonlyMap<string, PoolUse> | null;
  /** By mount point, of those asked for; one that is not there is not mounted, or does not answer. */
  readonly fileSystems: ReadonlyMap<string, MountedFileSystem> | null;
  readonly failures: { readonly pools: string | null; readonly fileSystems: string | null };
}

/** Two questions, one after the other: where one gets no answer, the other may. Changes nothing. */
export async function readHostUsage(
  hosts: Hosts,
  host: string,
  mountPoints: readonly string[],
  signal?: AbortSignal,
): Promise<HostUsage> {
  const args = ['lvs', '-o', POOL_FIELDS, '--units=k', '--reportformat=json'];
  const ofPools = lvm(hosts.settings, args, LOOK_TIMEOUT_MS, { isReading: true });
  const pools = await attempt('lvm does not tell of thin pools', async () => {
    const [answer] = await runAll(hosts.executor, host, [ofPools], signal);
    return readPools(answer?.stdout ?? '');
  });
  const fileSystems = await attempt('df does not tell of file systems', () =>
    readFileSystems(hosts.executor, host, mountPoints, LOOK_TIMEOUT_MS, signal),
  );
  return {
    pools: pools.answer,
    fileSystems: fileSystems.answer,
    failures: { pools: pools.failure, fileSystems: fileSystems.failure },
  };
}

async function attempt<T>(
  what: string,
  ask: () => Promise<T>,
): Promise<{ readonly answer: T | null; readonly failure: string | null }> {
  try {
    return { answer: await ask(), failure: null };
  } catch (error) {
    if (!(error instanceof CommandError || error instanceof TransportError || error instanceof LvmReportError))
      throw error;
    return { answer: null, failure: `${what}: ${error.message}` };
  }
}
