import type { CommandResult } from '../executor.js';

type Failure = Pick<CommandResult, 'stderr'>;

/**
 * The volume group, logical volume or physical volume is not there. Every lvm(8) failure exits 5; only the text
 * tells them apart.
 */
export function isLvmObjectAbsent({ stderr }: Failure): boolean {
  return /not found|failed to find/i.test(stderr);
}

/**
 * lvcreate was killed while the parts of its pool were active by themselves: lvm then removes no volume in the pool,
 * but does remove the pool with all that is in it.
 */
export function isPoolHalfActive({ stderr }: Failure): boolean {
  return /Activation of logical volume \S+ is prohibited while logical volume \S+ is active/i.test(stderr);
}

/** `pvremove` and `pvs` of a device that is no physical volume, or no device. */
export function isPhysicalVolumeAbsent(failure: Failure): boolean {
  return isLvmObjectAbsent(failure) || /No PV found on device|No device found for/i.test(failure.stderr);
}

/** `umount` of a path that is no mount point, or does not exist. */
export function isNotMounted({ stderr }: Failure): boolean {
  return /: not mounted|no mount point specified/i.test(stderr);
}

/** `sed` or `grep` of a file that does not exist. */
export function isFileAbsent({ stderr }: Failure): boolean {
  return /No such file or directory/i.test(stderr);
}
