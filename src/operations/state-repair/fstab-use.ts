import type { FstabLine, Mount } from '../../executors/commands/node/host-survey.js';
import { deviceNames, type LogicalVolume, mountPointOfBrickOn } from './unclaimed-name.js';

const UUID = 'UUID=';
/** Names that lead to a file system, wherever it lies. */
const OF_FILE_SYSTEMS = /^(?:UUID|LABEL)=|^\/dev\/disk\/by-(?:uuid|label)\//;
/** Names of a device of LVM's that say nothing of its own name. */
const OF_ANY_VOLUME = /^\/dev\/dm-\d|^\/dev\/disk\/by-id\/dm-uuid-|^ID=/;

/** Device names as they are compared: without quotes, and UUIDs in small letters. */
function plain(name: string): string {
  const bare = name.replaceAll('"', '');
  return bare.startsWith(UUID) ? `${UUID}${bare.slice(UUID.length).toLowerCase()}` : bare;
}

/** Whether blkid has to be asked before a logical volume is known to be in no line. */
export function callsByFileSystem(fstab: readonly FstabLine[]): boolean {
  return fstab.some(({ device }) => OF_FILE_SYSTEMS.test(plain(device)));
}

/**
 * Why a logical volume must stay for what the fstab of its host has. `names`: of the file system on it; null: they are not
 * known.
 */
export function whyInFstab(
  volume: LogicalVolume,
  host: string,
  { fstab, mounts }: { readonly fstab: readonly FstabLine[]; readonly mounts: readonly Mount[] },
  names: readonly string[] | null,
): string | null {
  const own = mountPointOfBrickOn(volume);
  const ofIt = new Set([...deviceNames(volume), ...(names ?? [])].map(plain));
  const mounted = new Set(mounts.map(({ target }) => target));
  for (const { device, mountPoint, type } of fstab) {
    if (ofIt.has(plain(device))) {
      if (mountPoint !== own) return `the fstab of ${host} has it for ${mountPoint}`;
      continue;
    }
    // Where something is mounted, that is what the line is for.
    const isOpen = type !== 'swap' && !mounted.has(mountPoint);
    if (isOpen && mayBeIt(plain(device), own !== null && names === null))
      return `the fstab of ${host} has ${device} for ${mountPoint}, which is not mounted, and whether that is this one is not known: compare with blkid -p ${deviceNames(volume)[0]}`;
    if (mountPoint === own) return `the fstab of ${host} has ${device} for its mount point`;
  }
  return null;
}

function mayBeIt(device: string, mayHaveAnyName: boolean): boolean {
  return OF_ANY_VOLUME.test(device) || (mayHaveAnyName && OF_FILE_SYSTEMS.test(device));
}
