// What the store says against what the hosts have: every brick, and nothing that nobody knows.
import { deepStrictEqual } from 'node:assert';

const sorted = (list) => [...list].sort();

/** Throws with the difference. `nodes`: in the order of the hosts; `downNodes`: numbers of those that can't be asked. */
export async function compare(server, rig, nodes, downNodes = []) {
  const dump = await server.dump();
  for (const [n, node] of nodes.entries()) {
    if (downNodes.includes(n + 1)) continue;
    const bricks = Object.values(dump.brickentries).filter((brick) => brick.Info.node === node.id);
    const lvOf = (brick) => brick.LvmLv || `brick_${brick.Info.id}`;
    const poolOf = (brick) => brick.LvmThinPool || `tp_${brick.Info.id}`;
    const expectedLvs = bricks.flatMap((brick) =>
      [lvOf(brick), poolOf(brick)].map((lv) => `vg_${brick.Info.device}/${lv}`),
    );
    const real = await rig.ssh(
      n + 1,
      'lvs --noheadings --separator / -o vg_name,lv_name; echo ---; findmnt -rn -o SOURCE,TARGET; echo ---; cat /etc/fstab',
    );
    const [lvs, mounts, fstab] = real.split('---\n');
    deepStrictEqual(
      sorted(
        lvs
          .split('\n')
          .map((line) => line.trim())
          .filter(Boolean),
      ),
      sorted(new Set(expectedLvs)),
      `logical volumes of node ${n + 1}`,
    );
    const mountOf = (brick) => {
      const target = brick.Info.path.replace(/\/brick$/, '').replace(/^\/var\/run\//, '/run/');
      return `/dev/mapper/vg_${brick.Info.device}-${lvOf(brick)} ${target}`;
    };
    const isBrickMount = (line) => /\/var\/lib\/heketi\/mounts\/|\/run\/gluster\/snaps\//.test(line);
    deepStrictEqual(
      sorted(mounts.split('\n').filter(isBrickMount)),
      sorted(bricks.map(mountOf)),
      `mounts of node ${n + 1}`,
    );
    const lines = fstab
      .split('\n')
      .filter(isBrickMount)
      .map((line) => line.split(/\s+/).slice(0, 2).join(' '));
    deepStrictEqual(
      sorted(lines),
      sorted(bricks.filter((brick) => !brick.Info.path.includes('/run/gluster/')).map(mountOf)),
      `fstab of node ${n + 1}`,
    );
  }
  const first = nodes.findIndex((_, i) => !downNodes.includes(i + 1)) + 1;
  const volumes = (await rig.ssh(first, 'gluster volume list 2>/dev/null || true')).split('\n').filter(Boolean);
  deepStrictEqual(
    sorted(volumes),
    sorted(Object.values(dump.volumeentries).map((volume) => volume.Info.name)),
    'gluster volumes',
  );
  for (const volume of Object.values(dump.volumeentries)) {
    const info = await rig.ssh(first, `gluster volume info ${volume.Info.name}`);
    const served = [...info.matchAll(/^Brick\d+: (\S+)/gm)].map((match) => match[1]);
    const storageOf = (id) => dump.nodeentries[id].Info.hostnames.storage[0];
    const known = volume.Bricks.map((id) => dump.brickentries[id].Info).map(
      (brick) => `${storageOf(brick.node)}:${brick.path}`,
    );
    deepStrictEqual(sorted(served), sorted(known), `bricks of ${volume.Info.name}`);
  }
  for (const device of Object.values(dump.deviceentries)) {
    const { total, free, used } = device.Info.storage;
    const pools = new Map(
      device.Bricks.map((id) => dump.brickentries[id]).map((brick) => [
        brick.LvmThinPool || brick.Info.id,
        brick.TpSize + brick.PoolMetadataSize,
      ]),
    );
    deepStrictEqual(
      [used, free + used],
      [[...pools.values()].reduce((sum, kib) => sum + kib, 0), total],
      `space of device ${device.Info.id}`,
    );
  }
}
