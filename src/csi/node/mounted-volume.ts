import { CONTEXT } from '../controller/csi-volume.js';
import { CsiError } from '../rpc/csi-error.js';
import type { TextMap } from '../rpc/messages.js';

/** What a node has to know of a volume to mount it. */
export interface MountedVolume {
  /** gluster's name of it. */
  readonly name: string;
  /** Hosts that tell where it is, at least one. */
  readonly hosts: readonly string[];
}

/** Reads a volume's context, which ends up in the words of a command. Throws INVALID_ARGUMENT. */
export function readVolumeContext(context: TextMap): MountedVolume {
  const name = Object.hasOwn(context, CONTEXT.volume) ? (context[CONTEXT.volume] ?? '') : '';
  const hosts = (Object.hasOwn(context, CONTEXT.hosts) ? (context[CONTEXT.hosts] ?? '') : '').split(',');
  if (!/^[a-zA-Z0-9_][a-zA-Z0-9_-]*$/.test(name)) {
    throw new CsiError('INVALID_ARGUMENT', "volume_context needs gluster's name of the volume, as volume");
  }
  if (!hosts.every((host) => /^[a-zA-Z0-9_][a-zA-Z0-9_.:-]*$/.test(host))) {
    throw new CsiError(
      'INVALID_ARGUMENT',
      'volume_context needs the addresses of hosts, as hosts, separated by commas',
    );
  }
  return { name, hosts };
}
