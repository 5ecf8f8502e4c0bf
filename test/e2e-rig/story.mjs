// The life of volumes on real LVM and real GlusterFS, step by step. `parts`: `growth` (expansion, clone), `kinds` (other
// durabilities, snapshots), `repair` (a node's restart), `hands` (changes by hand, a disk pulled, a late gluster),
// `faults` (plugs pulled, the server killed).
import { ok, rejects, strictEqual } from 'node:assert';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { compare } from './compare.mjs';
import { hands } from './hands.mjs';
import { pause, until } from './rig.mjs';

const MOUNT = '/mnt/e2e';

export async function story({ rig, server, folder, step, parts }) {
  const topology = await rig.topology();
  const names = topology.clusters[0].nodes.map(({ node }) => node.hostnames.manage[0]);
  let nodes = [];
  const devicesPerNode = parts.includes('kinds') ? 4 : parts.includes('growth') || parts.includes('faults') ? 2 : 1;
  const same = (downNodes) => compare(server, rig, nodes, downNodes);
  const checksum = async (n, file) => (await rig.ssh(n, `sha256sum ${file}`)).split(' ')[0];

  await step('the topology is loaded: peers, volume groups', async () => {
    for (const node of topology.clusters[0].nodes) node.devices = node.devices.slice(0, devicesPerNode);
    const file = path.join(folder, 'topology.json');
    writeFileSync(file, JSON.stringify(topology));
    await server.cli('topology', 'load', `--json=${file}`);
    const dump = await server.dump();
    nodes = names.map(
      (name) => Object.values(dump.nodeentries).find((node) => node.Info.hostnames.manage[0] === name).Info,
    );
    strictEqual(Object.keys(dump.deviceentries).length, 3 * devicesPerNode);
    await same();
  });

  await step('the doctor knows our own device, a file system, and a missing device', async () => {
    const doctor = (device) => server.cli('device', 'doctor', nodes[0].id, device);
    await rejects(doctor('/dev/ubdb'), /is device [0-9a-f]{32} of this server already/);
    await rejects(doctor('/dev/nope'), /\/dev\/nope does not exist/);
    await rejects(doctor('/dev/ubda'), /\/dev\/ubda is mounted on \//);
    if (devicesPerNode > 2) return;
    await rig.ssh(1, 'mkfs.ext4 -q -F /dev/ubdd');
    await rejects(doctor('/dev/ubdd'), /already contains data \(ext4\)/);
    await rig.ssh(1, 'wipefs -qa /dev/ubdd');
    ok((await doctor('/dev/ubdd')).includes('the device can be added'));
  });

  const volume = async (...args) => (await server.json('volume', 'create', ...args)).id;
  let replicated = '';
  await step('a replicated volume is created', async () => {
    replicated = await volume('--size=2', '--name=rep', '--snapshot-factor=2', '--gid=2000');
    await same();
  });

  let sum = '';
  await step('data is written through a FUSE mount', async () => {
    await rig.ssh(2, `mkdir -p ${MOUNT} && mount -t glusterfs 10.77.0.1:/rep ${MOUNT}`);
    await rig.ssh(2, `dd if=/dev/urandom of=${MOUNT}/big bs=1M count=16 conv=fsync 2>&1`);
    sum = await checksum(2, `${MOUNT}/big`);
  });

  let clone = '';
  if (parts.includes('growth')) {
    await step('the data survives an expansion to a second brick set', async () => {
      const before = Number((await rig.ssh(2, `df -P -k ${MOUNT} | awk 'NR==2{print $2}'`)).trim());
      await server.cli('volume', 'expand', `--volume=${replicated}`, '--expand-size=1');
      strictEqual(await checksum(2, `${MOUNT}/big`), sum);
      await until(
        'the mount has grown',
        async () => Number((await rig.ssh(2, `df -P -k ${MOUNT} | awk 'NR==2{print $2}'`)).trim()) > before,
      );
      await same();
    });

    await step('a clone holds the data; its logical volumes are called as the store says', async () => {
      clone = (await server.json('volume', 'clone', replicated, '--name=twin')).id;
      // compare() asks for every logical volume by name, two bricks on each host.
      await same();
      await rig.ssh(3, 'mkdir -p /mnt/twin && mount -t glusterfs 10.77.0.1:/twin /mnt/twin');
      strictEqual(await checksum(3, '/mnt/twin/big'), sum);
      await rig.ssh(3, 'umount /mnt/twin');
    });
  }

  if (parts.includes('kinds')) {
    await step('volumes of the other kinds are created', async () => {
      // mkfs.xfs makes no file systems under 300 MiB: the refusal says what to do.
      const arbiter = '--gluster-volume-options=user.heketi.arbiter true';
      await rejects(volume('--size=1', '--name=tiny', arbiter), /set a smaller one, or create a larger volume/);
      await volume('--size=1', '--name=arb', `${arbiter},user.heketi.average-file-size 3`);
      await volume('--size=2', '--name=disp', '--durability=disperse', '--disperse-data=2', '--redundancy=1');
      await volume('--size=1', '--name=plain', '--durability=none');
      await same();
    });

    await step('a volume with a snapshot is not deleted, and stays up', async () => {
      await rig.ssh(1, 'gluster --mode=script snapshot create snap rep no-timestamp');
      await rejects(server.cli('volume', 'delete', replicated), /snapshots/);
      strictEqual(await checksum(2, `${MOUNT}/big`), sum);
      await rig.ssh(1, 'gluster --mode=script snapshot delete snap');
      await same();
    });
  }

  if (clone !== '') {
    await step('a clone is deleted with its logical volumes', async () => {
      await server.cli('volume', 'delete', clone);
      await same();
    });
  }

  if (parts.includes('repair')) {
    await step(
      'a node comes back from a power cut without a mount; the repair restores it, and self-heal goes on',
      async () => {
        const dump = await server.dump();
        const [brick] = Object.values(dump.brickentries).filter(
          (entry) => entry.Info.node === nodes[2].id && entry.Info.volume === replicated,
        );
        const mountPoint = brick.Info.path.replace(/\/brick$/, '');
        await rig.ssh(3, `sed -i '\\@${mountPoint}@d' /etc/fstab; sync`);
        await rig.run('stop', '3');
        await rig.ssh(2, `echo meanwhile > ${MOUNT}/meanwhile`);
        await rig.run('start', '3');
        await until(
          'node 3 is a connected peer',
          async () => !(await rig.ssh(1, 'gluster peer status')).includes('Disconnected'),
        );
        const dry = await server.json('node', 'repair', nodes[2].id, '--dry-run');
        const kinds = (report) => report.findings.map((finding) => `${finding.kind}: ${finding.outcome}`);
        ok(kinds(dry).includes('not mounted: repairable'), JSON.stringify(dry));
        await rejects(rig.ssh(3, `mountpoint -q ${mountPoint}`));
        const report = await server.json('node', 'repair', nodes[2].id);
        for (const kind of ['fstab line missing', 'not mounted', 'brick process down'])
          ok(kinds(report).includes(`${kind}: repaired`), JSON.stringify(report));
        strictEqual((await server.json('node', 'repair', nodes[2].id)).findings.length, 0);
        await same();
        await rig.ssh(1, 'gluster volume heal rep');
        await until('what was written meanwhile is on the restored node', async () => {
          const found = await rig.ssh(3, 'cat /var/lib/heketi/mounts/*/*/brick/meanwhile');
          return found.trim() === 'meanwhile';
        });
      },
    );

    await step('a brick process that was killed is started again', async () => {
      await rig.ssh(2, 'pkill -9 -f "glusterfsd.*--volfile-id rep[.]"');
      await until(
        'glusterd has seen that the process is gone',
        async () => (await server.json('node', 'repair', nodes[1].id, '--dry-run')).findings.length > 0,
        60_000,
      );
      const report = await server.json('node', 'repair', nodes[1].id);
      ok(
        report.findings.length > 0 && report.findings.every((finding) => finding.outcome === 'repaired'),
        JSON.stringify(report),
      );
      await rig.ssh(2, 'pgrep -f "glusterfsd.*--volfile-id rep[.]"');
    });
  }

  if (parts.includes('hands')) {
    const check = async () => strictEqual(await checksum(2, `${MOUNT}/big`), sum);
    await hands({ rig, server, step, nodes, volume, same, mounted: { id: replicated, check } });
  }

  if (parts.includes('faults')) {
    // The moments at which lvm has its spare metadata under a name of its own, and the pool as a plain volume.
    for (const [what, named] of Object.entries({ 'spare metadata': 'lvol', pool: 'tp_' })) {
      await step(`lvcreate is killed while it makes the ${what}; nothing is left of it`, async () => {
        const count = `dmsetup ls | grep -c -- "-${named}"`;
        const killed = rig.ssh(
          3,
          `before=$(${count}); for i in $(seq 6000); do test $(${count}) -gt $before && exec pkill -9 -x lvm; done; exit 1`,
        );
        await pause(3000);
        const name = `killed-${named.replace('_', '')}`;
        const queue = await server.begin('POST', '/volumes', {
          size: 1,
          name,
          durability: { type: 'replicate', replicate: { replica: 3 } },
        });
        await killed;
        const answer = await server.end(queue);
        await server.settled();
        await same();
        const made = Object.values((await server.dump()).volumeentries).find((entry) => entry.Info.name === name);
        strictEqual(made !== undefined, 'location' in answer, JSON.stringify(answer));
        // The next one is to meet a volume group without pools again.
        if (made) await server.cli('volume', 'delete', made.Info.id);
      });
    }

    await step("a node's plug is pulled during a create; nothing is left once it is back", async () => {
      const queue = await server.begin('POST', '/volumes', {
        size: 1,
        name: 'unlucky',
        durability: { type: 'replicate', replicate: { replica: 3 } },
      });
      await pause(1500);
      await rig.run('stop', '2');
      const answer = await server.end(queue);
      await rig.run('start', '2');
      await until(
        'node 2 is a connected peer',
        async () => !(await rig.ssh(1, 'gluster peer status')).includes('Disconnected'),
      );
      await server.settled();
      await server.json('node', 'repair', nodes[1].id).catch(() => undefined);
      await same();
      const exists = Object.values((await server.dump()).volumeentries).some((entry) => entry.Info.name === 'unlucky');
      strictEqual(exists, 'location' in answer, JSON.stringify(answer));
      await rig.ssh(
        2,
        `umount -l ${MOUNT} 2>/dev/null; mkdir -p ${MOUNT} && mount -t glusterfs 10.77.0.1:/rep ${MOUNT}`,
      );
    });

    for (const ms of [1500, 6000]) {
      await step(`the server is killed ${ms} ms into a create, and settles after its restart`, async () => {
        const name = `killed${ms}`;
        await server.begin('POST', '/volumes', {
          size: 1,
          name,
          durability: { type: 'replicate', replicate: { replica: 3 } },
        });
        await pause(ms);
        await server.stop('SIGKILL');
        await server.start();
        await server.settled();
        await same();
      });
    }

    await step('the server is killed during a delete, which is finished after its restart', async () => {
      const id = await volume('--size=1', '--name=doomed');
      await server.begin('DELETE', `/volumes/${id}`);
      await pause(1500);
      await server.stop('SIGKILL');
      await server.start();
      await server.settled();
      await same();
    });
  }

  await step('the data is still there, and everything is deleted without a trace', async () => {
    strictEqual(await checksum(2, `${MOUNT}/big`), sum);
    await rig.ssh(2, `umount ${MOUNT}`);
    for (const { Info } of Object.values((await server.dump()).volumeentries))
      await server.cli('volume', 'delete', Info.id);
    await same();
    strictEqual(Object.keys((await server.dump()).brickentries).length, 0);
    const left = await rig.ssh(1, 'lvs --noheadings; grep -c heketi /etc/fstab || true');
    strictEqual(left.trim(), '0');
  });
}
