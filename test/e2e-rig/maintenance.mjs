// Disks and nodes go and come on real LVM and real GlusterFS, while files are written through a mount: a device is
// emptied, a node never comes back, another one comes back under its name with empty disks. The server is killed once in the
// midst of each. `parts` may name some of the stages alone.
import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { compare } from './compare.mjs';
import { pause, until } from './rig.mjs';

const HOSTS = 4;
const DEVICES = 2;
/** Of the hosts, the one whose mounts are written to; it stays whole. */
const CLIENT = 1;
const ARBITRATED = ['--size=2', '--gluster-volume-options=user.heketi.arbiter true,user.heketi.average-file-size 3'];
const VOLUMES = {
  rep: ['--size=2'],
  arb: ARBITRATED,
  disp: ['--size=2', '--durability=disperse', '--disperse-data=2', '--redundancy=1'],
};
/** What the database says of a brick. */
const ARBITER = 2;
/** Of work that waits for heals; other work on the machine makes all of it several times slower. */
const HEAL_LIMIT_MS = 2_400_000;

const STAGE = { emptied: emptyDevice, lost: loseNode, reinstated: reinstateNode };
export const STAGES = Object.keys(STAGE);

export async function maintenance({ rig, server, folder, step, parts }) {
  const { nodes, volumes } = await prepare({ rig, server, folder, step });
  const writers = Object.keys(volumes).map((name) => new Writer(rig, name));
  const site = { rig, server, step, nodes, volumes, writers };

  await step('files are written through mounts of a replicated, an arbitrated and a dispersed volume', async () => {
    for (const writer of writers) await writer.start();
  });
  const named = STAGES.filter((stage) => parts.includes(stage));
  for (const stage of parts.includes('maintenance') ? STAGES : named) await STAGE[stage](site);
  await step('all files are as they were written, and everything is deleted without a trace', async () => {
    for (const writer of writers) await writer.end();
    for (const id of Object.values(volumes)) await server.cli('volume', 'delete', id);
    await compare(server, rig, nodes, lostNodes(nodes));
  });
}

async function prepare({ rig, server, folder, step }) {
  const topology = await rig.topology();
  let nodes = [];
  const volumes = {};
  await step('the topology is loaded: four nodes', async () => {
    for (const node of topology.clusters[0].nodes) node.devices = node.devices.slice(0, DEVICES);
    const file = path.join(folder, 'topology.json');
    writeFileSync(file, JSON.stringify(topology));
    await server.cli('topology', 'load', `--json=${file}`);
    const infos = Object.values((await server.dump()).nodeentries).map(({ Info }) => Info);
    const names = topology.clusters[0].nodes.map(({ node }) => node.hostnames.manage[0]);
    nodes = names.map((name) => infos.find((node) => node.hostnames.manage[0] === name));
    strictEqual(nodes.length, HOSTS);
  });
  await step('volumes are created', async () => {
    for (const [name, words] of Object.entries(VOLUMES))
      volumes[name] = (await server.json('volume', 'create', `--name=${name}`, ...words)).id;
    await compare(server, rig, nodes);
  });
  return { nodes, volumes };
}

/** A node that was lost is `null` among the nodes. */
function lostNodes(nodes) {
  return nodes.flatMap((node, i) => (node === null ? [i + 1] : []));
}

async function emptyDevice({ rig, server, step, nodes, writers }) {
  const [device] = await devicesWithBricks(server, nodes[1].id);
  await step('a device is emptied, the server killed in the midst', async () => {
    await server.cli('device', 'disable', device);
    await killedInTheMidst(server, 'POST', `/devices/${device}/state`, { state: 'failed' });
    const info = await server.json('device', 'info', device);
    deepStrictEqual([info.state, info.bricks], ['failed', []]);
  });
  await step('hosts and store agree, and nothing that was written is lost', async () => {
    await compare(server, rig, nodes);
    for (const writer of writers) await writer.check();
  });
  await step('the device is taken out, and put in again', async () => {
    const { name } = await server.json('device', 'info', device);
    await server.cli('device', 'delete', device);
    await server.cli('device', 'add', `--name=${name}`, `--node=${nodes[1].id}`);
  });
}

/** Disks zeroed, the system installed anew, the same name and addresses. */
async function reinstateNode(site) {
  const { rig, server, step, nodes, volumes, writers } = site;
  const node = nodes[2];
  const host = 3;
  let bricks = [];
  await step('the third node has the arbiter of one volume, and files of another one that is arbitrated', async () => {
    for (const [name, tag] of Object.entries({ arbiter: 'required', files: 'disabled' })) {
      if (await hasArbitrated(server, node, tag === 'required')) continue;
      await createArbitrated(site, name, node, tag);
    }
  });
  await step('a node dies with all its disks; files are written on', async () => {
    bricks = await bricksOf(server, node.id);
    ok(bricks.length > 0);
    await rig.reinstall(host);
    for (const writer of writers) await writer.check();
  });
  await step('it is reinstated under its name, the server killed in the midst', async () => {
    await killedInTheMidst(server, 'POST', `/nodes/${node.id}/reinstate`);
    deepStrictEqual(await bricksOf(server, node.id), bricks);
  });
  await step('its bricks hold what they held, and hosts and store agree', async () => {
    await compare(server, rig, nodes, lostNodes(nodes));
    await expectHealed(rig, Object.keys(volumes));
    for (const writer of writers) await writer.check();
  });
}

/** Whether a volume with arbiters has its arbiter on the node, or one of its other bricks. */
async function hasArbitrated(server, node, isArbiter) {
  const { volumeentries, brickentries } = await server.dump();
  const arbitrated = Object.values(volumeentries).filter(({ GlusterVolumeOptions: options }) =>
    options?.includes('user.heketi.arbiter true'),
  );
  const own = arbitrated.flatMap(({ Bricks }) => Bricks.map((id) => brickentries[id])).filter(isOn(node));
  return own.some(({ SubType }) => (SubType === ARBITER) === isArbiter);
}

/** `tag`: whether the node takes arbiters only (and the others none), or none. */
async function createArbitrated({ rig, server, nodes, volumes, writers }, name, node, tag) {
  const others = nodes.filter((one) => one !== null && one !== node);
  await server.cli('node', 'settags', node.id, `arbiter:${tag}`);
  if (tag === 'required') for (const other of others) await server.cli('node', 'settags', other.id, 'arbiter:disabled');
  volumes[name] = (await server.json('volume', 'create', `--name=${name}`, ...ARBITRATED)).id;
  for (const one of [node, ...others]) await server.cli('node', 'rmtags', one.id, 'arbiter');
  const writer = new Writer(rig, name);
  await writer.start();
  writers.push(writer);
}

/** It never comes back: nothing can be asked or removed there. */
async function loseNode({ rig, server, step, nodes, volumes, writers }) {
  const node = nodes[3];
  const host = 4;
  await step('each volume has a brick on the fourth node', async () => {
    for (const id of Object.values(volumes)) {
      const { bricks } = await server.json('volume', 'info', id);
      if (bricks.some((brick) => brick.node === node.id)) continue;
      const movable = bricks.find((brick) => brick.node === nodes[1].id) ?? bricks[0];
      await server.cli('brick', 'evict', movable.id);
      await server.settled();
    }
  });
  await step(
    'the fourth node is lost, and its bricks are rebuilt elsewhere, the server killed in the midst',
    async () => {
      await rig.run('stop', String(host));
      await until('each of the others has seen that the node is gone', async () => {
        const others = [1, 2, 3].map(async (other) => rig.ssh(other, 'gluster peer status'));
        return (await Promise.all(others)).every((peers) => (peers.match(/\(Disconnected\)/g) ?? []).length === 1);
      });
      await killedInTheMidst(server, 'POST', `/nodes/${node.id}/lost`);
      nodes[host - 1] = null;
      const { nodeentries, brickentries } = await server.dump();
      strictEqual(nodeentries[node.id], undefined);
      deepStrictEqual(Object.values(brickentries).filter(isOn(node)), []);
    },
  );
  await step(
    'gluster knows the node no more, hosts and store agree, and nothing that was written is lost',
    async () => {
      const peers = await rig.ssh(1, 'gluster peer status');
      strictEqual((peers.match(/^Hostname:/gm) ?? []).length, HOSTS - 2, peers);
      await compare(server, rig, nodes, lostNodes(nodes));
      await expectHealed(rig, Object.keys(volumes));
      for (const writer of writers) await writer.check();
    },
  );
}

/** Begins work of many parts, kills the server while one of its bricks is on the move, and waits for its end. */
async function killedInTheMidst(server, method, route, body) {
  const queue = await server.begin(method, route, body);
  await until(
    'a brick is on the move',
    async () => Object.keys((await server.dump()).pendingoperations).length > 1,
    120_000,
  );
  await pause(4000);
  await server.stop('SIGKILL');
  await server.start();
  const answer = await server.end(queue, HEAL_LIMIT_MS);
  ok(!('error' in answer), answer.error);
  await server.settled();
}

const isOn =
  ({ id }) =>
  ({ Info }) =>
    Info.node === id;

async function devicesWithBricks(server, nodeId) {
  const { deviceentries } = await server.dump();
  return Object.values(deviceentries)
    .filter(({ NodeId, Bricks }) => NodeId === nodeId && Bricks.length > 0)
    .map(({ Info }) => Info.id);
}

async function bricksOf(server, nodeId) {
  const { brickentries } = await server.dump();
  return Object.values(brickentries)
    .filter(isOn({ id: nodeId }))
    .map(({ Info }) => Info.path)
    .sort();
}

/** As gluster tells it: no entry on any brick, and each brick answers. */
async function expectHealed(rig, volumes) {
  for (const volume of volumes)
    await until(`${volume} is healed`, async () => {
      const info = await rig.ssh(1, `gluster volume heal ${volume} info summary`);
      const counts = [...info.matchAll(/^Total Number of entries: (\S+)/gm)].map(([, count]) => count);
      return counts.length > 0 && counts.every((count) => count === '0');
    });
}

/** Writes one file after the other through a mount, and remembers their checksums, until it is ended. */
class Writer {
  #rig;
  #volume;
  #mount;
  #notes;

  constructor(rig, volume) {
    this.#rig = rig;
    this.#volume = volume;
    this.#mount = `/mnt/${volume}`;
    this.#notes = `/root/written-${volume}`;
  }

  async start() {
    await this.#ssh(`mkdir -p ${this.#mount} && mount -t glusterfs 10.77.0.${CLIENT}:/${this.#volume} ${this.#mount}`);
    await this.#ssh(`cat > ${this.#notes}.sh <<'END'
cd ${this.#mount}
for n in $(seq 100000); do
  [ -e ${this.#notes}.stop ] && exit
  head -c $RANDOM /dev/urandom > /root/next-${this.#volume}
  if dd if=/root/next-${this.#volume} of=f$n conv=fsync status=none; then
    sha256sum < /root/next-${this.#volume} | sed "s/-$/f$n/" >> ${this.#notes}.sums
  else
    echo "f$n" >> ${this.#notes}.failed
  fi
  sleep 1
done
END
: > ${this.#notes}.failed; setsid bash ${this.#notes}.sh > ${this.#notes}.log 2>&1 < /dev/null &`);
  }

  /** Files are still written, none was refused, and those that were are as they were. */
  async check() {
    const before = await this.#count();
    await until(`more files are written to ${this.#volume}`, async () => (await this.#count()) > before + 2);
    const failed = await this.#ssh(`cat ${this.#notes}.failed; tail -3 ${this.#notes}.log`);
    strictEqual(failed.trim(), '', `files that could not be written to ${this.#volume}`);
    await this.#expectSums(this.#mount);
  }

  /** Looks through a mount that has cached nothing. */
  async end() {
    await this.#ssh(
      `touch ${this.#notes}.stop; while pgrep -f "^bash ${this.#notes}.sh" > /dev/null; do sleep 0.2; done`,
    );
    const fresh = `${this.#mount}-fresh`;
    await this.#ssh(
      `umount ${this.#mount} && mkdir -p ${fresh} && mount -t glusterfs 10.77.0.2:/${this.#volume} ${fresh}`,
    );
    await this.#expectSums(fresh);
    await this.#ssh(`umount ${fresh}`);
  }

  async #count() {
    return Number((await this.#ssh(`wc -l < ${this.#notes}.sums || echo 0`)).trim());
  }

  async #expectSums(mount) {
    await this.#ssh(
      `cp ${this.#notes}.sums /root/sums-${this.#volume} && echo 3 > /proc/sys/vm/drop_caches && cd ${mount} && sha256sum --quiet -c /root/sums-${this.#volume}`,
    );
  }

  #ssh(commandLine) {
    return this.#rig.ssh(CLIENT, commandLine);
  }
}
