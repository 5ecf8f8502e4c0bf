import { expect } from 'vitest';
import type { Brick } from '../../src/domain/brick.js';
import { type Id, newId } from '../../src/domain/ids.js';
import { manageName, storageName } from '../../src/domain/node.js';
import { devicePath } from '../../src/executors/commands/brick/brick.js';
import type { Executor } from '../../src/executors/executor.js';
import type { Store } from '../../src/store/store.js';

export interface MovedBrick {
  readonly old: Brick;
  readonly host: string;
  readonly deviceId: Id;
  /** The new brick's directory, and the names that an administrator gave its logical volumes. */
  readonly path: string;
  readonly lv: string;
  readonly pool: string;
  readonly name: string;
}

/** What the administrator chose other than what this server would have. */
interface ByHand {
  readonly mountPoint?: string;
  /** Below the mount point. */
  readonly directory?: string;
  readonly isPlain?: boolean;
}

/** What an administrator does when a disk goes bad: a brick of the volume moves to its node's other device. */
export async function moveBrickByHand(
  store: Store,
  executor: Executor,
  volumeName: string,
  { mountPoint: at, directory = '/brick', isPlain = false }: ByHand = {},
): Promise<MovedBrick> {
  const { old, node, device } = await store.read(async (tx) => {
    const volume = (await tx.volumes.list()).find(({ name }) => name === volumeName);
    const [brick] = await tx.bricks.listByVolume(volume?.id ?? '');
    if (!brick) throw new Error(`no brick of ${volumeName}`);
    const devices = await tx.devices.listByNode(brick.nodeId);
    return {
      old: brick,
      node: await tx.nodes.find(brick.nodeId),
      device: devices.find(({ id }) => id !== brick.deviceId),
    };
  });
  if (!node || !device) throw new Error('the brick has nowhere to go');
  const [host, vg, id] = [manageName(node), `vg_${device.id}`, newId()];
  const mountPoint = at ?? `/var/lib/heketi/mounts/${vg}/by_hand_${id}`;
  const path = `${mountPoint}${directory}`;
  const moved = { old, host, deviceId: device.id, path, lv: `by-hand_${id}`, pool: `pool_${id}` };
  const run = async (...argv: readonly string[]) => {
    const [result] = await executor.run(host, [{ argv, timeoutMs: 10_000 }]);
    expect(result?.exitCode, `${argv.join(' ')}: ${result?.stderr}`).toBe(0);
  };
  const source = devicePath(vg, moved.lv);
  await run('mkdir', '-p', mountPoint);
  if (isPlain) await run('lvm', 'lvcreate', '--size', `${old.thinPoolKib}K`, '--name', moved.lv, vg);
  else
    await run(
      ...['lvm', 'lvcreate', '--poolmetadatasize', '53248K', '--chunksize', '256K', '--size', `${old.thinPoolKib}K`],
      ...['--thin', `${vg}/${moved.pool}`, '--virtualsize', `${old.sizeKib}K`, '--name', moved.lv],
    );
  await run('mkfs.xfs', '-i', 'size=512', '-n', 'size=8192', source);
  await run('mount', '-o', 'rw,inode64,noatime,nouuid', source, mountPoint);
  await run('mkdir', moved.path);
  const [from, to] = [`${storageName(node)}:${old.path}`, `${storageName(node)}:${moved.path}`];
  await run('gluster', '--mode=script', 'volume', 'replace-brick', volumeName, from, to, 'commit', 'force');
  return { ...moved, name: to };
}
