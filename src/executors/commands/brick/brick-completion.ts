import { DomainError } from '../../../domain/errors.js';
import { type Answer, runAll } from '../../executor.js';
import { parseSignatures } from '../host/block-devices.js';
import { LONG_TIMEOUT_MS, lvm, program, SHORT_TIMEOUT_MS } from '../host/command-lines.js';
import { appendFstabLine } from '../host/fstab-lines.js';
import type { Hosts } from '../host/hosts.js';
import { removeUnnamedMetadata } from '../lvm/unnamed-metadata.js';
import { type BrickSpec, createBrick, destroyBrick, makeFileSystem, probeBrick } from './brick.js';
import { directoryContents } from './brick-contents.js';
import { type BrickMount, isMountedCheck } from './brick-mount.js';

/**
 * Brings a brick to where it can be served, however much of it is there: makes what is missing of its logical volume,
 * file system, fstab line, mount and directory, and changes nothing of what is there. Safe to repeat.
 * `volume`: the volume that has the brick.
 */
export async function completeBrick(
  hosts: Hosts,
  host: string,
  spec: BrickSpec,
  mount: BrickMount,
  volume: string,
): Promise<void> {
  const found = await probeBrick(hosts, host, spec);
  if (found.lvExists) {
    await mountExisting(hosts, host, spec, mount);
    return completeDirectory(hosts, host, spec, mount);
  }
  if (found.isMounted)
    throw new DomainError(
      'failed',
      `${mount.mountPoint} on ${host} is the mount point of a brick whose logical volume ${mount.vgName}/${mount.lvName} is not there, and something else is mounted on it; see: findmnt ${mount.mountPoint}`,
    );
  if (found.poolExists) {
    // Of an lvcreate that was cut off: without the volume in it nothing is lost with the pool.
    const { poolRemoved } = await destroyBrick(hosts, host, spec, { doomed: volume });
    if (!poolRemoved)
      throw new DomainError(
        'failed',
        `thin pool ${mount.vgName}/${spec.thinPool} on ${host} holds other volumes, but not ${mount.lvName}; see: lvs ${mount.vgName}`,
      );
  }
  await removeUnnamedMetadata(hosts, host, mount.vgName, spec.poolMetadataKib);
  await createBrick(hosts, host, spec);
}

/** Its file system is only made where the volume carries none. */
async function mountExisting(hosts: Hosts, host: string, spec: BrickSpec, mount: BrickMount): Promise<void> {
  const { settings, executor } = hosts;
  const { vgName, lvName, device, mountPoint } = mount;
  const [, mounted, blkid] = (await runAll(executor, host, [
    lvm(settings, ['lvchange', '-ay', `${vgName}/${lvName}`], LONG_TIMEOUT_MS),
    isMountedCheck(mount, true),
    program(['blkid', '-p', device], SHORT_TIMEOUT_MS, { mayFail: true }),
  ])) as [Answer, Answer, Answer];
  const isBlank = blkid.exitCode === 2 && parseSignatures(blkid.stdout).length === 0;
  const isMounted = mounted.exitCode === 0;
  await runAll(executor, host, [
    // Without force it refuses a volume that carries anything after all.
    ...(isBlank && !isMounted ? [makeFileSystem(settings, spec)] : []),
    appendFstabLine(settings.fstab, `${device} ${mountPoint} xfs ${settings.mountOptions} 1 2`),
    program(['mkdir', '-p', mountPoint], SHORT_TIMEOUT_MS),
    ...(isMounted ? [] : [program(['mount', '-o', settings.mountOptions, device, mountPoint], LONG_TIMEOUT_MS)]),
  ]);
}

/** Makes the directory for gluster, and gives it its group while nothing is in it. Below the mount point nothing is made. */
export async function completeDirectory(
  hosts: Hosts,
  host: string,
  { path, gid }: Pick<BrickSpec, 'path' | 'gid'>,
  mount: BrickMount,
): Promise<void> {
  await runAll(hosts.executor, host, [isMountedCheck(mount, false), program(['mkdir', '-p', path], SHORT_TIMEOUT_MS)]);
  const [names = []] = await directoryContents(hosts, host, [path]);
  if (names.length > 0 || gid === 0) return;
  await runAll(hosts.executor, host, [
    program(['chown', `:${gid}`, path], SHORT_TIMEOUT_MS),
    program(['chmod', '2775', path], SHORT_TIMEOUT_MS),
  ]);
}
