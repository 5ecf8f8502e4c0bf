import { readMountOptions } from './mount-options.js';
import { type CsiCode, CsiError } from './rpc/csi-error.js';
import type { AccessMode, VolumeCapability } from './rpc/messages.js';

/** A newer orchestrator may send others, as numbers. */
const ACCESS_MODES: ReadonlySet<AccessMode> = new Set([
  'SINGLE_NODE_WRITER',
  'SINGLE_NODE_READER_ONLY',
  'MULTI_NODE_READER_ONLY',
  'MULTI_NODE_SINGLE_WRITER',
  'MULTI_NODE_MULTI_WRITER',
  'SINGLE_NODE_SINGLE_WRITER',
  'SINGLE_NODE_MULTI_WRITER',
]);
const FILE_SYSTEMS = ['', 'glusterfs', 'fuse.glusterfs'];

/** Why volumes can't be used so; null: they can. Throws INVALID_ARGUMENT for a capability that is none. */
export function whyUnsupported(capability: VolumeCapability): string | null {
  const { block, mount, accessMode } = capability;
  if (!block && !mount)
    throw new CsiError('INVALID_ARGUMENT', 'a volume capability needs an access type: block or mount');
  if (!accessMode || accessMode.mode === 'UNKNOWN') {
    throw new CsiError('INVALID_ARGUMENT', 'a volume capability needs an access mode');
  }
  if (!ACCESS_MODES.has(accessMode.mode)) {
    return `the access mode ${accessMode.mode} is not known: this driver speaks version 1.9 of the interface`;
  }
  if (!mount) return 'volumes are mounted as file systems: they are no block devices (volumeMode: Block)';
  if (!FILE_SYSTEMS.includes(mount.fsType)) {
    return `volumes have the file system glusterfs, which is not made on them: fsType must not be ${JSON.stringify(mount.fsType)}`;
  }
  readMountOptions(mount.mountFlags);
  return null;
}

/** Throws INVALID_ARGUMENT unless there is at least one, and volumes can be used in all of these ways. */
export function requireCapabilities(capabilities: readonly VolumeCapability[]): void {
  if (capabilities.length === 0) throw new CsiError('INVALID_ARGUMENT', 'volume_capabilities is required');
  for (const capability of capabilities) requireCapability(capability);
}

/** The same of one; `unsupported`: the code for what volumes can't be, which the specification has differently for nodes. */
export function requireCapability(
  capability: VolumeCapability | null,
  unsupported: CsiCode = 'INVALID_ARGUMENT',
): VolumeCapability {
  if (!capability) throw new CsiError('INVALID_ARGUMENT', 'volume_capability is required');
  const reason = whyUnsupported(capability);
  if (reason !== null) throw new CsiError(unsupported, reason);
  return capability;
}
