import { requireCapability } from '../capabilities.js';
import { readMountOptions } from '../mount-options.js';
import { CsiError } from '../rpc/csi-error.js';
import type {
  AccessMode,
  NodeStageVolumeRequest,
  NodeUnstageVolumeRequest,
  VolumeCapability,
} from '../rpc/messages.js';
import { makeMountPoint, readMountPoint } from './mount-point.js';
import { isGluster, isReadOnly, type Mount, mountsAt, readMounts, volumeOf } from './mount-table.js';
import { type MountedVolume, readVolumeContext } from './mounted-volume.js';
import type { Node } from './node.js';
import { clear } from './unmount.js';

const READERS: readonly AccessMode[] = ['SINGLE_NODE_READER_ONLY', 'MULTI_NODE_READER_ONLY'];
const ACCESS = ['ro', 'rw'];

/** Mounts the volume where pods' paths are bound to. One that is there, and answers, stays; a dead one is made anew. */
export async function stageVolume(request: NodeStageVolumeRequest, node: Node): Promise<object> {
  const target = await readMountPoint(request.stagingTargetPath, 'staging_target_path', node);
  const capability = requireCapability(request.volumeCapability, 'FAILED_PRECONDITION');
  await ensureStaged(target, readVolumeContext(request.volumeContext), capability, node);
  return {};
}

/** The folder is the orchestrator's, and stays. */
export async function unstageVolume(request: NodeUnstageVolumeRequest, node: Node): Promise<object> {
  await clear(await readMountPoint(request.stagingTargetPath, 'staging_target_path', node), node);
  return {};
}

export async function ensureStaged(
  target: string,
  volume: MountedVolume,
  capability: VolumeCapability,
  node: Node,
): Promise<void> {
  const options = optionsOf(capability);
  const [mounted] = mountsAt(await readMounts(node.host), target).toReversed();
  if (mounted && (await isUsable(mounted, volume, options, node))) return;
  await makeMountPoint(target, node);
  await node.client.mount(volume, target, options);
}

async function isUsable(
  mounted: Mount,
  volume: MountedVolume,
  options: readonly string[],
  node: Node,
): Promise<boolean> {
  const { mountPoint } = mounted;
  if (!isGluster(mounted) || volumeOf(mounted) !== volume.name) {
    throw new CsiError('ALREADY_EXISTS', `${mounted.source} is mounted at ${mountPoint}, not volume ${volume.name}`);
  }
  const fare = await node.client.fare(mountPoint);
  if (fare.is === 'silent') {
    throw new CsiError(
      'UNAVAILABLE',
      `the mount of ${volume.name} at ${mountPoint} does not answer, and is left alone: ${fare.reason}`,
    );
  }
  if (fare.is !== 'well') {
    node.log.warn({ path: mountPoint, volume: volume.name }, 'a dead mount is made anew');
    await clear(mountPoint, node);
    return false;
  }
  // The other way round does no harm: pods of readers get binds that are read-only.
  if (isReadOnly(mounted) && !options.includes('ro')) {
    throw new CsiError('ALREADY_EXISTS', `volume ${volume.name} is mounted at ${mountPoint}, but read-only`);
  }
  return true;
}

/** Whether nobody may write to a volume that is used so. */
export function isForReaders(capability: VolumeCapability): boolean {
  return optionsOf(capability).includes('ro');
}

function optionsOf({ mount, accessMode }: VolumeCapability): readonly string[] {
  const given = readMountOptions(mount?.mountFlags ?? []);
  const isReader = READERS.includes(accessMode?.mode ?? 'UNKNOWN');
  // The last one holds.
  const access = isReader ? 'ro' : given.findLast((option) => ACCESS.includes(option));
  return [...given.filter((option) => !ACCESS.includes(option)), ...(access === undefined ? [] : [access])];
}
