import { brickLvName, brickThinPoolName } from '../../src/domain/brick.js';
import { manageName, storageName } from '../../src/domain/node.js';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import type { Store } from '../../src/store/store.js';

/** Whatever a store and its hosts disagree about, brick for brick; and books that do not add up. */
export async function differences(store: Store, hosts: SimulatedHosts): Promise<string[]> {
  const found: string[] = [];
  const state = hosts.state();
  await store.read(async (tx) => {
    const nodes = new Map((await tx.nodes.list()).map((node) => [node.id, node]));
    const devices = await tx.devices.list();
    const bricks = await tx.bricks.list();
    const volumes = await tx.volumes.list();
    const expected = {
      groups: devices.map((device) => `vg_${device.id}`),
      lvs: [
        ...new Set(
          bricks.flatMap((brick) => [
            `vg_${brick.deviceId}/${brickLvName(brick)}`,
            `vg_${brick.deviceId}/${brickThinPoolName(brick)}`,
          ]),
        ),
      ],
      mounts: bricks.map((brick) => brick.path.replace(/\/brick$/, '')),
      fstab: bricks
        .filter((brick) => !brick.path.startsWith('/run/'))
        .map((brick) => brick.path.replace(/\/brick$/, '')),
      volumes: volumes.map((volume) => volume.name),
      served: bricks.map((brick) => `${storageName(nodes.get(brick.nodeId) as never)}:${brick.path}`),
    };
    const actual = {
      groups: state.hosts.flatMap((host) => host.groups.map((group) => group.name)),
      lvs: state.hosts.flatMap((host) =>
        host.groups.flatMap((group) => group.volumes.map((lv) => `${group.name}/${lv.name}`)),
      ),
      mounts: state.hosts.flatMap((host) => host.mounts.map((mount) => mount.target)),
      fstab: state.hosts.flatMap((host) =>
        host.fstab.filter((line) => line.includes('/var/lib/heketi/')).map((line) => line.split(' ')[1] ?? ''),
      ),
      volumes: state.pools.flatMap((pool) => pool.volumes.map((volume) => volume.name)),
      served: state.pools.flatMap((pool) =>
        pool.volumes.flatMap((volume) => volume.bricks.map((brick) => brick.replace(' (arbiter)', ''))),
      ),
    };
    for (const key of Object.keys(expected) as (keyof typeof expected)[]) {
      for (const name of expected[key])
        if (!actual[key].includes(name)) found.push(`${key}: ${name} is in the store but not on the hosts`);
      for (const name of actual[key])
        if (!expected[key].includes(name)) found.push(`${key}: ${name} is on the hosts but not in the store`);
    }
    for (const volume of state.pools.flatMap((pool) => pool.volumes))
      if (volume.status !== 1) found.push(`volume ${volume.name} is not started`);
    for (const snapshot of state.pools.flatMap((pool) => pool.snapshots))
      found.push(`snapshot ${snapshot} is left behind`);
    for (const object of [...bricks, ...volumes]) if (object.pendingId) found.push(`${object.id} is still pending`);

    const peers =
      state.pools.find((pool) => pool.hosts.includes(manageName([...nodes.values()][0] as never)))?.hosts ?? [];
    const known = [...nodes.values()].map(manageName).sort();
    if (JSON.stringify(peers) !== JSON.stringify(known)) found.push(`peers ${peers.join()} but nodes ${known.join()}`);

    for (const device of devices) {
      if (device.totalKib !== device.freeKib + device.usedKib)
        found.push(`device ${device.id}: total is not free + used`);
      // Bricks of clones share a pool; it is counted once.
      const pools = new Map(
        bricks.filter((brick) => brick.deviceId === device.id).map((brick) => [brickThinPoolName(brick), brick]),
      );
      const used = [...pools.values()].reduce((sum, brick) => sum + brick.thinPoolKib + brick.poolMetadataKib, 0);
      if (used !== device.usedKib)
        found.push(`device ${device.id}: ${device.usedKib} KiB used, its bricks take ${used}`);
    }
    for (const disk of state.hosts.flatMap((host) => host.devices)) {
      if (disk.contents === 'PV of no group') found.push(`${disk.path} is a physical volume without a group`);
    }
  });
  return found;
}
