// A database is lost, and made again from what real LVM and real GlusterFS tell (`heketi db adopt`): it is what it was, and
// the server goes on with it. And a volume that somebody made by hand is taken into a database.
import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { compare } from './compare.mjs';

const DEVICES = 2;
const CLIENT = 1;
/** `grown` is expanded once; `twin` is its clone. */
const VOLUMES = {
  rep: ['--size=2', '--gid=2000', '--gluster-volume-options=performance.cache-size 64MB'],
  grown: ['--size=2', '--snapshot-factor=1.5'],
  arb: ['--size=2', '--gluster-volume-options=user.heketi.arbiter true,user.heketi.average-file-size 3'],
  disp: ['--size=3', '--durability=disperse', '--disperse-data=2', '--redundancy=1'],
  plain: ['--size=1', '--durability=none'],
};
/** GiB: a brick has at least 1, and a disperse set of `disp` has two with data. */
const GROWTH = 2;
const BY_HAND = 'byhand';

export async function adopt({ rig, server, folder, step }) {
  const topology = await rig.topology();
  for (const node of topology.clusters[0].nodes) node.devices = node.devices.slice(0, DEVICES);
  const site = { rig, server, folder, step, topology, topologyFile: path.join(folder, 'topology.json') };
  writeFileSync(site.topologyFile, JSON.stringify(topology));

  const sums = await prepare(site);
  const check = () => expectSums(rig, sums);
  await loseAndAdopt(site, check);
  await adoptByHand(site);
  await goOn(site, check);
}

async function prepare({ rig, server, step, topology, topologyFile }) {
  await step('the topology is loaded: three nodes', () => server.cli('topology', 'load', `--json=${topologyFile}`));
  await step('volumes of every kind are created, one is expanded and cloned', async () => {
    for (const [name, words] of Object.entries(VOLUMES))
      await server.json('volume', 'create', `--name=${name}`, ...words);
    await server.json('volume', 'create', '--size=1');
    const { grown } = await idsByName(server);
    await server.cli('volume', 'expand', `--volume=${grown}`, '--expand-size=1');
    await server.json('volume', 'clone', grown, '--name=twin');
    await compare(server, rig, nodesOf(topology, await server.dump()));
  });
  const sums = new Map();
  await step('files are written to all of them', async () => {
    for (const name of Object.keys(await idsByName(server))) {
      const mount = `/mnt/${name}`;
      await rig.ssh(CLIENT, `mkdir -p ${mount} && mount -t glusterfs 10.77.0.1:/${name} ${mount}`);
      await rig.ssh(CLIENT, `dd if=/dev/urandom of=${mount}/file bs=1M count=4 conv=fsync status=none`);
      sums.set(name, await sumOf(rig, name));
    }
  });
  return sums;
}

async function loseAndAdopt(site, check) {
  const { rig, server, folder, step, topology } = site;
  let lost;
  await step('the database is thrown away', async () => {
    lost = await server.dump();
    await server.stop();
    for (const name of readdirSync(folder)) if (name.startsWith('heketi.db')) rmSync(path.join(folder, name));
  });
  await step('heketi db adopt tells what it finds, and writes nothing', async () => {
    const report = await adopted(site);
    for (const { Info } of Object.values(lost.volumeentries))
      ok(report.includes(`volume ${Info.name} (${Info.id}): ${Info.size} GiB`) || Info.name === 'twin', report);
    ok(!/^(open|not read):/m.test(report), report);
    ok(/Nothing was written/.test(report), report);
    strictEqual(existsSync(server.databaseFile), false);
  });
  await step('while a host does not answer nothing is adopted', async () => {
    await rig.run('stop', '3');
    await rejects(adopted(site, '--apply'), /nothing was written, since 1 host could not be read/);
    strictEqual(existsSync(server.databaseFile), false);
    await rig.run('start', '3');
  });
  await step('the database that was adopted is the one that was lost', async () => {
    await adopted(site, '--apply');
    await server.start();
    const now = await server.dump();
    deepStrictEqual(knowable(now, topology), knowable(lost, topology));
    await compare(server, rig, nodesOf(topology, now));
    await check();
  });
}

/** As somebody imitates what is around: in the volume group of a device, under names of his own. */
async function adoptByHand(site) {
  const { rig, server, step, topology } = site;
  await step('a volume that somebody made by hand is taken into the database, and a second time refused', async () => {
    const dump = await server.dump();
    const nodes = nodesOf(topology, dump);
    for (const [i, node] of nodes.entries()) {
      const device = Object.values(dump.deviceentries).find(({ NodeId }) => NodeId === node.id).Info;
      await rig.ssh(i + 1, makeBrick(`vg_${device.id}`));
    }
    const bricks = nodes.map(({ hostnames }) => `${hostnames.storage[0]}:/var/lib/heketi/mounts/${BY_HAND}/brick`);
    await rig.ssh(1, `gluster --mode=script volume create ${BY_HAND} replica 3 ${bricks.join(' ')}`);
    await rig.ssh(1, `gluster --mode=script volume start ${BY_HAND}`);
    await server.stop();
    ok((await adoptedVolume(site, BY_HAND)).includes('Nothing was written'));
    await adoptedVolume(site, BY_HAND, '--apply');
    await rejects(adoptedVolume(site, BY_HAND, '--apply'), /the database has it already/);
    await server.start();
    const { [BY_HAND]: id } = await idsByName(server);
    strictEqual((await server.json('volume', 'info', id)).size, 1);
    for (const device of Object.keys((await server.dump()).deviceentries)) await server.cli('device', 'resync', device);
    await compare(server, rig, nodes);
  });
}

function makeBrick(vg) {
  const folder = `/var/lib/heketi/mounts/${BY_HAND}`;
  const device = `/dev/mapper/${vg}-${BY_HAND}`;
  return [
    `lvcreate -qq -T ${vg}/pool_${BY_HAND} -L 1G -V 1G -n ${BY_HAND}`,
    `mkfs.xfs -q -i size=512 ${device}`,
    `mkdir -p ${folder}`,
    `echo "${device} ${folder} xfs rw,inode64,noatime,nouuid 1 2" >> /etc/fstab`,
    `mount ${folder}`,
    `mkdir ${folder}/brick`,
  ].join(' && ');
}

async function goOn({ rig, server, step, topology }, check) {
  const same = async () => compare(server, rig, nodesOf(topology, await server.dump()));
  await step('every volume is expanded, and a new one is created', async () => {
    for (const id of Object.values(await idsByName(server)))
      await server.cli('volume', 'expand', `--volume=${id}`, `--expand-size=${GROWTH}`);
    await server.json('volume', 'create', '--size=1', '--name=new');
    await same();
    await check();
  });
  await step('all of them are deleted without a trace', async () => {
    for (const [name, id] of Object.entries(await idsByName(server))) {
      await rig.ssh(CLIENT, `umount /mnt/${name} 2>/dev/null || true`);
      await server.cli('volume', 'delete', id);
    }
    await same();
    deepStrictEqual(Object.keys((await server.dump()).brickentries), []);
    for (const { Info } of Object.values((await server.dump()).deviceentries)) strictEqual(Info.storage.used, 0);
  });
}

const adopted = ({ server, topologyFile }, ...words) =>
  server.heketi('db', 'adopt', '--topology', topologyFile, ...words);
const adoptedVolume = ({ server }, name, ...words) => server.heketi('db', 'adopt', '--volume', name, ...words);

async function idsByName(server) {
  const { volumeentries } = await server.dump();
  return Object.fromEntries(Object.values(volumeentries).map(({ Info }) => [Info.name, Info.id]));
}

/** In the order of the hosts. */
function nodesOf({ clusters }, { nodeentries }) {
  const infos = Object.values(nodeentries).map(({ Info }) => Info);
  return clusters[0].nodes.map(({ node }) => infos.find((one) => one.hostnames.manage[0] === node.hostnames.manage[0]));
}

async function sumOf(rig, name) {
  return (await rig.ssh(CLIENT, `sha256sum < /mnt/${name}/file`)).trim();
}

async function expectSums(rig, sums) {
  for (const [name, sum] of sums) strictEqual(await sumOf(rig, name), sum, `the file in ${name}`);
}

/**
 * A dump without what no host knows: ids of the cluster and of nodes become names, the id of a clone and those of its
 * bricks are new, and neither the order of hosts (the first is the one to mount from) nor that of options is anywhere. Of a durability only what is of its
 * type is: clients send the numbers of the others along, and they are kept as they were sent.
 */
function knowable(dump, topology) {
  const { dbattributeentries: _, ...records } = structuredClone(dump);
  for (const { Info } of Object.values(records.volumeentries)) {
    const { type, [type]: own = null } = Info.durability;
    Info.durability = { type, own };
    Info.mount = Info.mount.glusterfs.hosts;
  }
  const names = new Map([[Object.keys(dump.clusterentries)[0], 'the cluster']]);
  for (const node of nodesOf(topology, dump)) names.set(node.id, node.hostnames.manage[0]);
  const clone = Object.values(dump.volumeentries).find(({ Info }) => Info.name === 'twin');
  names.set(clone.Info.id, 'the clone');
  for (const id of clone.Bricks) names.set(id, `brick ${dump.brickentries[id].Info.path}`);
  let text = JSON.stringify(records);
  for (const [id, name] of names) text = text.replaceAll(id, name);
  return sorted(JSON.parse(text));
}

function sorted(value) {
  if (Array.isArray(value)) {
    const items = value.filter((item) => item !== '').map(sorted);
    return items.every((item) => typeof item === 'string') ? items.sort() : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key])]));
}
