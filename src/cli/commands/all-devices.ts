import { boolFlag, type FlagSet } from '../flags.js';

export const allDevicesFlag = boolFlag(
  'all-devices',
  'With --dry-run: tell of every device why it takes no brick, not only of those that come nearest.',
);

/** The path of a question that tells of devices. */
export function asking(path: string, flags: FlagSet): string {
  return flags.bool('all-devices') ? `${path}?all=true` : path;
}
