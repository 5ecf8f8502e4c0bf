import { deviceNamed, isSaid, linesOf, withoutPrefix } from './lvm-lines.js';
import { type FailureTable, is, isOneOf } from './row.js';

/** How every failure of lvm(8) ends. A shell, sudo or a wrapper that did not even start lvm ends otherwise. */
const LVM_FAILED = is(5);
const LVM = { by: ['lvm'], exit: LVM_FAILED };

/**
 * lvm shows no group of this name: it was removed, or its disk is away, hidden by a filter, or another system's. Its
 * volumes may be there again a moment later.
 */
const GROUP_UNSEEN: FailureTable['volume group unseen'] = [
  {
    ...LVM,
    says: (said, { vg }) => isSaid(said, `Volume group "${vg}" not found`, `Cannot process volume group ${vg}`),
  },
];

/** What lvm(8) says. */
export const LVM_FAILURES = {
  /**
   * lvm shows the group, and this volume is not in it. Only this proves that a volume is gone: "not found" also stands
   * in what lvm says of missing disks of other groups, of kernel modules and of programs.
   */
  'logical volume absent': [
    {
      ...LVM,
      says: (said, { vg, lv }) =>
        isSaid(said, `Failed to find logical volume "${vg}/${lv}"`) && !isOneOf(said, GROUP_UNSEEN, { vg }),
    },
  ],
  'volume group unseen': GROUP_UNSEEN,
  /**
   * lvm finds no label of its own on the device that it was asked for under this name. A device that a filter hides is
   * answered in the same words.
   */
  'physical volume label absent': [
    {
      ...LVM,
      says: (said, { device }) =>
        deviceNamed(
          said,
          device,
          'Failed to find physical volume "',
          'No PV found on device ',
          'No physical volume label read from ',
        ),
    },
  ],
  /** There is no such device on the host, or lvm may not look at it. */
  'device unseen': [
    {
      ...LVM,
      says: (said, { device }) => isSaid(said, `Cannot use ${device}: device not found`, `Device ${device} not found`),
    },
    {
      ...LVM,
      says: (said, { device }) =>
        deviceNamed(
          said,
          device,
          'No device found for ',
          'Failed to find device "',
          'Failed to find device for physical volume "',
        ),
    },
  ],
  /**
   * lvcreate was killed while the parts of this pool were active by themselves: lvm then removes no volume in the pool,
   * but does remove the pool with all that is in it.
   */
  'thin pool half active': [
    {
      ...LVM,
      says: (said, { vg, pool }) => {
        const start = `Activation of logical volume ${vg}/${pool} is prohibited while logical volume ${vg}/${pool}_`;
        return linesOf(said).some((line) => withoutPrefix(line, start) !== null);
      },
    },
  ],
} satisfies Partial<FailureTable>;
