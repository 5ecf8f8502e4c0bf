import { ANY, FAILED, type FailureTable, is, OWN_FAILURE } from './row.js';
import { inText, isNoSuchFile } from './said.js';

/** What programs say of a host's files, disks, mounts, modules and units. */
export const HOST_FAILURES = {
  /** `cat`, `sed`, `stat` or `grep` of a file that does not exist. */
  'file absent': [{ exit: OWN_FAILURE, says: ({ stderr }, { path }) => isNoSuchFile(stderr, path) }],
  /** A path that is no mount point, or does not exist. */
  'not mounted': [
    {
      by: ['umount'],
      exit: OWN_FAILURE,
      says: ({ stderr }, { path }) =>
        ['not mounted', 'no mount point specified', 'mountpoint not found'].some((text) =>
          stderr.includes(`${path}: ${text}`),
        ),
    },
  ],
  /** There may be none of this name, or something else. */
  'not a block device': [{ by: ['lsblk'], exit: ANY, says: ({ stderr }) => stderr.includes('not a block device') }],
  /** The disk or the file system on it answers with errors. */
  'disk error': [
    {
      by: ['stat', 'dd'],
      exit: FAILED,
      says: ({ stderr }) =>
        /: (?:Input\/output error|Structure needs cleaning|No such device or address|Remote I\/O error)/.test(stderr),
    },
  ],
  /** Three generations of mkfs.xfs: the log, an allocation group, or the whole would be smaller than it makes them. */
  'file system too small': [
    {
      by: ['mkfs.xfs'],
      exit: FAILED,
      says: inText(/must be larger than \d+ ?MB|log size \d+ blocks too small|agsize \(\d+ blocks\) too small/),
    },
  ],
  'kernel module absent': [
    {
      by: ['modprobe'],
      exit: FAILED,
      says: ({ stderr }, { module }) =>
        stderr.replaceAll('-', '_').includes(`FATAL: Module ${module.replaceAll('-', '_')} not found`),
    },
  ],
  /** Not of a unit that is not there (it has another name) or masked (run by somebody else, or not at all). */
  'service stopped': [
    {
      by: ['systemctl'],
      exit: is(3),
      says: ({ stdout, stderr }) =>
        !/^[ \t]*Loaded: (?:not-found|masked|error)/m.test(stdout) && !stderr.includes('could not be found'),
    },
  ],
} satisfies Partial<FailureTable>;
