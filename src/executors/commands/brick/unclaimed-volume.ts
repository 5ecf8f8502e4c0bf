import { counted } from '../../../domain/counted.js';
import { type Answer, CommandError, runAll, runOne } from '../../executor.js';
import { failsWith } from '../../failures/failures.js';
import { autobackup, lvm, program, SHORT_TIMEOUT_MS } from '../host/command-lines.js';
import { deleteFstabLine } from '../host/fstab-lines.js';
import type { Hosts } from '../host/hosts.js';
import { parseThinCount } from '../lvm/lvm-report.js';
import { refuseClaimed } from './brick-claims.js';

/** Names of a volume group and of a logical volume in it. */
export interface LogicalVolumePlace {
  readonly vg: string;
  readonly lv: string;
}

/**
 * Removes a thin volume that the caller has just seen to be nobody's, in one batch: not if glusterd's files have its mount
 * point, and not if anything has it open, in whichever container, which lvm refuses. One that is gone already is fine. Its
 * pool stays.
 */
export async function removeThinVolume(
  hosts: Hosts,
  host: string,
  place: LogicalVolumePlace,
  mountPoint: string,
): Promise<void> {
  const { settings, executor } = hosts;
  const removal = removalOf(hosts, place);
  const answers = await runAll(executor, host, [refuseClaimed(mountPoint), { ...removal, mayFail: true }]);
  const removed = answers.at(-1);
  if (removed && removed.exitCode !== 0 && !isAbsent(removed, place)) throw new CommandError(host, removal, removed);
  await runAll(executor, host, [
    deleteFstabLine(settings.fstab, mountPoint),
    program(['rmdir', mountPoint], SHORT_TIMEOUT_MS, { mayFail: true }),
  ]);
}

/**
 * Removes a thin pool that holds nothing; one that is gone already is fine. lvm itself looks once more, while it holds the
 * lock of the volume group: what somebody makes in the pool after the count is not removed with it.
 */
export async function removeThinPool(hosts: Hosts, host: string, place: LogicalVolumePlace): Promise<void> {
  const { settings, executor } = hosts;
  const { vg, lv } = place;
  const options = ['--reportformat=json', '--options=vg_name,lv_name,thin_count', `${vg}/${lv}`];
  const count = lvm(settings, ['lvs', ...options], SHORT_TIMEOUT_MS, { mayFail: true });
  const removal = removalOf(hosts, place, ['--select=thin_count=0']);
  const refuseUsed = (answer: Answer): void => {
    const stderr = `${vg}/${lv} holds ${counted(parseThinCount(answer.stdout, vg, lv), 'logical volume')}, and was left alone`;
    throw new CommandError(host, removal, { exitCode: 1, stdout: '', stderr });
  };
  const before = await runOne(executor, host, count);
  if (before.exitCode !== 0) {
    if (isAbsent(before, place)) return;
    throw new CommandError(host, count, before);
  }
  if (parseThinCount(before.stdout, vg, lv) > 0) refuseUsed(before);
  const [removed, after] = (await runAll(executor, host, [{ ...removal, mayFail: true }, count])) as [Answer, Answer];
  if (removed.exitCode !== 0 && !isAbsent(removed, place)) throw new CommandError(host, removal, removed);
  // One that does not fit the condition is passed over without a word.
  if (after.exitCode === 0) refuseUsed(after);
  else if (!isAbsent(after, place)) throw new CommandError(host, count, after);
}

function removalOf({ settings }: Hosts, { vg, lv }: LogicalVolumePlace, conditions: readonly string[] = []) {
  return lvm(settings, ['lvremove', autobackup(settings), '-f', ...conditions, `${vg}/${lv}`], SHORT_TIMEOUT_MS);
}

function isAbsent(answer: Answer, { vg, lv }: LogicalVolumePlace): boolean {
  return failsWith(answer, 'logical volume absent', { vg, lv });
}
