import { type Brick, brickThinPoolName } from '../../domain/brick.js';
import { volumeGroupName } from '../../domain/device.js';
import type { BrickUse, FileSystemUse, PoolUse } from '../../domain/usage.js';
import { brickMount } from '../../executors/commands/brick/brick-mount.js';
import type { HostUsage } from '../../executors/commands/node/host-usage.js';

/** A figure, or why there is none. */
type Found<T> = { readonly use: T; readonly reason: null } | { readonly use: T | null; readonly reason: string };

/** What a host's answer, given at `at`, says of one of its bricks. */
export function brickUseFrom(brick: Brick, host: string, at: number, answer: HostUsage): BrickUse {
  const fileSystem = fileSystemOf(brick, host, answer);
  const pool = poolOf(brick, host, answer);
  return {
    at,
    fileSystem: fileSystem.use,
    pool: pool.use,
    unknown: [...new Set([fileSystem.reason, pool.reason])].filter((reason) => reason !== null),
  };
}

export function unknownUse(reason: string): BrickUse {
  return { at: null, fileSystem: null, pool: null, unknown: [reason] };
}

function fileSystemOf(brick: Brick, host: string, { fileSystems, failures }: HostUsage): Found<FileSystemUse> {
  if (fileSystems === null) return { use: null, reason: failures.fileSystems ?? '' };
  const { mountPoint, device, isSnapshot } = brickMount(brick);
  const found = fileSystems.get(mountPoint);
  if (!found)
    return { use: null, reason: `df on ${host} shows nothing mounted at ${mountPoint}, or sizes that can't be` };
  const { source, ...use } = found;
  // gluster names the devices of clones itself, and a kernel may call a device /dev/dm-3.
  const isAnother = !isSnapshot && source.startsWith('/dev/mapper/') && source !== device;
  return isAnother
    ? { use: null, reason: `${source} is mounted at ${mountPoint} on ${host}, and not ${device}` }
    : { use, reason: null };
}

function poolOf(brick: Brick, host: string, { pools, failures }: HostUsage): Found<PoolUse> {
  if (pools === null) return { use: null, reason: failures.pools ?? '' };
  const path = `${volumeGroupName(brick.deviceId)}/${brickThinPoolName(brick)}`;
  const use = pools.get(path);
  if (!use) return { use: null, reason: `lvm on ${host} shows no thin pool ${path}` };
  const isWhole = use.sizeKib !== null && use.dataPercent !== null && use.metadataPercent !== null;
  return isWhole
    ? { use, reason: null }
    : { use, reason: `lvm on ${host} does not tell how full thin pool ${path} is` };
}
