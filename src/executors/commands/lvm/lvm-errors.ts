import type { CommandResult } from '../../executor.js';

/** How every failure of lvm(8) ends. A shell, sudo or a wrapper that did not even start lvm ends otherwise. */
const LVM_FAILED = 5;

/** What lvm says of other things than what it was asked for, before, below or instead of its answer. */
const ABOUT_SOMETHING_ELSE = /^(?:WARNING:|Consider pruning |File descriptor \d|Configuration (?:setting|section) )/;

/**
 * lvm shows the group, and this volume is not in it. Only this proves that a volume is gone: "not found" also stands
 * in what lvm says of missing disks of other groups, of kernel modules and of programs.
 */
export function isVolumeAbsent(result: CommandResult, vg: string, lv: string): boolean {
  return says(result, `Failed to find logical volume "${vg}/${lv}"`) && !isGroupUnseen(result, vg);
}

/**
 * lvm shows no group of this name: it was removed, or its disk is away, hidden by a filter, or another system's. Its
 * volumes may be there again a moment later.
 */
export function isGroupUnseen(result: CommandResult, vg: string): boolean {
  return says(result, `Volume group "${vg}" not found`, `Cannot process volume group ${vg}`);
}

/**
 * lvm finds no label of its own on the device that it was asked for under this name. A device that a filter hides is
 * answered in the same words.
 */
export function isLabelAbsent(result: CommandResult, name: string): boolean {
  return saysOf(
    result,
    name,
    'Failed to find physical volume "',
    'No PV found on device ',
    'No physical volume label read from ',
  );
}

/** There is no such device on the host, or lvm may not look at it. */
export function isDeviceUnseen(result: CommandResult, name: string): boolean {
  if (says(result, `Cannot use ${name}: device not found`, `Device ${name} not found`)) return true;
  return saysOf(
    result,
    name,
    'No device found for ',
    'Failed to find device "',
    'Failed to find device for physical volume "',
  );
}

/**
 * lvcreate was killed while the parts of this pool were active by themselves: lvm then removes no volume in the pool,
 * but does remove the pool with all that is in it.
 */
export function isPoolHalfActive(result: CommandResult, vg: string, pool: string): boolean {
  const start = `Activation of logical volume ${vg}/${pool} is prohibited while logical volume ${vg}/${pool}_`;
  return result.exitCode === LVM_FAILED && linesOf(result).some((line) => withoutPrefix(line, start) !== null);
}

/**
 * The line from `text` on, when nothing stands before it but what lvm.conf may put before each line: the program's
 * name (log/command_names) and some signs (log/prefix). Null otherwise.
 */
export function withoutPrefix(line: string, text: string): string | null {
  const at = line.indexOf(text);
  return at >= 0 && at <= LONGEST_PREFIX && /^\W*(?:\w+\W+)?$/.test(line.slice(0, at)) ? line.slice(at) : null;
}

const LONGEST_PREFIX = 40;

/** Whether lvm itself failed with one of these sentences, with or without a full stop. */
function says(result: CommandResult, ...sentences: readonly string[]): boolean {
  if (result.exitCode !== LVM_FAILED) return false;
  return linesOf(result).some((line) =>
    sentences.some((sentence) => {
      const said = withoutPrefix(line, sentence);
      return said === sentence || said === `${sentence}.`;
    }),
  );
}

/** The same for a sentence that ends with the device. lvm answers a link with the name that it prefers. */
function saysOf(result: CommandResult, name: string, ...starts: readonly string[]): boolean {
  if (result.exitCode !== LVM_FAILED) return false;
  const isLink = name.startsWith('/dev/disk/');
  return linesOf(result).some((line) =>
    starts.some((start) => {
      const named = withoutPrefix(line, start)
        ?.slice(start.length)
        .replace(/"?\.?$/, '');
      return named === name || (isLink && named?.startsWith('/dev/'));
    }),
  );
}

/** Both streams: a wrapper may have made them one. */
function linesOf({ stdout, stderr }: CommandResult): readonly string[] {
  return `${stderr}\n${stdout}`
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => !ABOUT_SOMETHING_ELSE.test(line));
}
