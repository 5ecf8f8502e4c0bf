import { requireCapability } from '../capabilities.js';
import { CsiError, requireField } from '../rpc/csi-error.js';
import type { AccessMode, NodePublishVolumeRequest, NodeUnpublishVolumeRequest } from '../rpc/messages.js';
import { makeMountPoint, readMountPoint } from './mount-point.js';
import { isGluster, isReadOnly, type Mount, mountsAt, readMounts, volumeOf } from './mount-table.js';
import { type MountedVolume, readVolumeContext } from './mounted-volume.js';
import type { Node } from './node.js';
import { ensureStaged, isForReaders } from './stage-volume.js';
import { clear } from './unmount.js';

/**
 * Modes in which a volume has one path on a node. SINGLE_NODE_WRITER is none of them, though the specification once said so:
 * kubelets without the feature gate ReadWriteOncePod (off by default before 1.27) say it for ReadWriteOnce, which is one node
 * with any number of pods.
 */
const ONCE: ReadonlySet<AccessMode> = new Set(['SINGLE_NODE_READER_ONLY', 'SINGLE_NODE_SINGLE_WRITER']);

/** Binds the staged volume to a pod's path. What is bound already stays; a dead bind is made anew. */
export async function publishVolume(request: NodePublishVolumeRequest, node: Node): Promise<object> {
  requireField(request.volumeId, 'volume_id');
  const target = await readMountPoint(request.targetPath, 'target_path', node);
  const capability = requireCapability(request.volumeCapability, 'FAILED_PRECONDITION');
  const volume = readVolumeContext(request.volumeContext);
  if (request.stagingTargetPath === '') {
    throw new CsiError(
      'FAILED_PRECONDITION',
      'staging_target_path is required: volumes are staged before they are published',
    );
  }
  const staging = await readMountPoint(request.stagingTargetPath, 'staging_target_path', node);
  if (!(await isStaged(staging, volume, node))) {
    throw new CsiError('FAILED_PRECONDITION', `volume ${volume.name} is not staged at ${staging}`);
  }
  await ensureStaged(staging, volume, capability, node);
  const mounts = await readMounts(node.host);
  const staged = mountsAt(mounts, staging).at(-1);
  if (!staged) throw new CsiError('ABORTED', `${staging} was unmounted meanwhile`);
  const isReader = request.readonly || isForReaders(capability);
  const isBound = await isBoundAlready(mountsAt(mounts, target).at(-1), staged, isReader, node);
  if (!isBound) {
    if (ONCE.has(capability.accessMode?.mode ?? 'UNKNOWN')) refuseSecond(mounts, staged, target);
    await makeMountPoint(target, node);
    if (isReader && !isReadOnly(staged)) await node.client.bindReadOnly(staging, target);
    else await node.client.bind(staging, target);
    await requireShared(target, node);
  }
  return {};
}

/** Takes the bind down, and then its folder: only when nothing is mounted there, and only when it is empty. */
export async function unpublishVolume(request: NodeUnpublishVolumeRequest, node: Node): Promise<object> {
  requireField(request.volumeId, 'volume_id');
  const target = await readMountPoint(request.targetPath, 'target_path', node);
  await clear(target, node);
  const left = mountsAt(await readMounts(node.host), target);
  if (left.length > 0) throw new CsiError('INTERNAL', `${target} is mounted still`);
  try {
    await node.host.removeDirectory(target);
  } catch (cause) {
    throw new CsiError('INTERNAL', `the folder ${target} stays: ${(cause as Error).message}`, { cause });
  }
  return {};
}

/**
 * Where nothing is mounted the folder tells: orchestrators remove it when they have unstaged. A mount that has died, was taken
 * down, and could not be made anew, is made by a later publish, since orchestrators do not stage twice.
 */
async function isStaged(staging: string, volume: MountedVolume, { host }: Node): Promise<boolean> {
  const mounted = mountsAt(await readMounts(host), staging).at(-1);
  return mounted ? isGluster(mounted) && volumeOf(mounted) === volume.name : host.isDirectory(staging);
}

async function isBoundAlready(
  bound: Mount | undefined,
  staged: Mount,
  isReader: boolean,
  node: Node,
): Promise<boolean> {
  if (!bound) return false;
  const { mountPoint } = bound;
  if (!isGluster(bound) || volumeOf(bound) !== volumeOf(staged)) {
    throw new CsiError('ALREADY_EXISTS', `${bound.source} is mounted at ${mountPoint}, not volume ${volumeOf(staged)}`);
  }
  // The staged mount was made anew: what is bound here is the one that died.
  if (bound.device !== staged.device || (await node.client.fare(mountPoint)).is === 'dead') {
    await clear(mountPoint, node);
    return false;
  }
  const isWanted = isReader || isReadOnly(staged);
  if (isReadOnly(bound) !== isWanted) {
    const [has, wanted] = isWanted ? ['writable', 'read-only'] : ['read-only', 'writable'];
    throw new CsiError('ALREADY_EXISTS', `${mountPoint} is ${has}, and is asked for as ${wanted}`);
  }
  return true;
}

/** A pod that does not see the mount writes into the folder below it, on the disk of its node. */
async function requireShared(target: string, node: Node): Promise<void> {
  if (mountsAt(await readMounts(node.host), target).at(-1)?.isShared) return;
  if (node.client.where === 'container') {
    node.log.warn(
      { path: target },
      'a mount is not shared with other namespaces: pods see it only if this is no container',
    );
    return;
  }
  await clear(target, node);
  throw new CsiError(
    'FAILED_PRECONDITION',
    `${target} would not be seen by pods: its folder has to be shared with the host (mountPropagation: Bidirectional)`,
  );
}

function refuseSecond(mounts: readonly Mount[], staged: Mount, target: string): void {
  const other = mounts.find(
    ({ device, mountPoint }) => device === staged.device && mountPoint !== staged.mountPoint && mountPoint !== target,
  );
  if (!other) return;
  throw new CsiError(
    'FAILED_PRECONDITION',
    `the volume may be published at one path of a node, and is at ${other.mountPoint} already: SINGLE_NODE_WRITER, SINGLE_NODE_MULTI_WRITER and the modes for several nodes allow more`,
  );
}
