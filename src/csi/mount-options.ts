import { CsiError } from './rpc/csi-error.js';

/** One option of mount(8): a name, and perhaps a value without anything that separates options or steers a terminal. */
const FORM = /^[a-zA-Z_][a-zA-Z0-9_.-]*(=[^\s,"\\\u0000-\u001f\u007f]*)?$/;
const MOST_BYTES = 4096;

/** A label of SELinux, which the kubelet puts in quotes since categories are separated by commas. */
const SELINUX = /^(context|fscontext|defcontext|rootcontext)=("[a-zA-Z0-9_.:,-]+"|[a-zA-Z0-9_.:-]+)$/;

/** Set by the driver itself, or able to name files of the host that a pod's author must not choose. */
const OURS = new Set([
  'log-file',
  'log_file',
  'dump-fuse',
  'dump_fuse',
  'volume-id',
  'volume_id',
  'process-name',
  'subdir-mount',
  'remount',
  'bind',
]);

/**
 * The options of a StorageClass or a PersistentVolume, checked: each flag may hold several, separated by commas. Throws
 * INVALID_ARGUMENT.
 */
export function readMountOptions(flags: readonly string[]): readonly string[] {
  if (flags.reduce((sum, flag) => sum + Buffer.byteLength(flag), 0) > MOST_BYTES) {
    throw new CsiError('INVALID_ARGUMENT', `mount_flags has more than ${MOST_BYTES} bytes`);
  }
  const options = flags
    .flatMap((flag) => (SELINUX.test(flag) ? [flag] : flag.split(',')))
    .filter((option) => option !== '');
  for (const option of options) {
    if (SELINUX.test(option)) continue;
    if (!FORM.test(option)) {
      throw new CsiError('INVALID_ARGUMENT', 'mount_flags holds an option that is not NAME or NAME=VALUE');
    }
    const [name = ''] = option.split('=', 1);
    if (OURS.has(name)) {
      throw new CsiError('INVALID_ARGUMENT', `mount_flags must not hold ${name}: the driver decides on it`);
    }
  }
  return options;
}
