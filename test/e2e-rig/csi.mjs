// The life of a volume by the CSI driver, with its node service on a host with real GlusterFS, its real FUSE client and
// systemd: made, staged, published twice, written to, read on while the plugin is killed and a storage host is lost, grown
// while it is mounted, and taken down.
import { deepStrictEqual, match, ok, rejects, strictEqual } from 'node:assert';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { compare } from './compare.mjs';
import { Controller, NodePlugin } from './csi-driver.mjs';
import { until } from './rig.mjs';

const GIB = 1024 ** 3;
/** The node with the pods; it has bricks as well. */
const CLIENT = 1;
const LOST = 3;
const STAGING = '/var/lib/kubelet/plugins/kubernetes.io/csi/glusterfs.csi.mortar/volume/globalmount';
const PODS = ['a', 'b', 'reader'].map((pod) => `/var/lib/kubelet/pods/${pod}/volumes/kubernetes.io~csi/v/mount`);
const [FIRST, SECOND, READER] = PODS;
const CAPABILITY = { mount: { fsType: '', mountFlags: [] }, accessMode: { mode: 'MULTI_NODE_MULTI_WRITER' } };
/** gRPC's. */
const NOT_FOUND = 5;
const UNAVAILABLE = 14;

export async function csi({ rig, server, folder, step }) {
  const site = { rig, server, folder, step, volume: null, nodes: [] };
  site.controller = new Controller(folder, server);
  site.plugin = new NodePlugin(folder, rig, CLIENT);
  site.ssh = (command) => rig.ssh(CLIENT, command);
  site.same = (downNodes) => compare(server, rig, site.nodes, downNodes);
  try {
    await prepare(site);
    await publish(site);
    await outlive(site);
    await grow(site);
    await loseHost(site);
    await mend(site);
    await takeDown(site);
    await beRefused(site);
  } catch (error) {
    console.log(await site.plugin.log().catch(({ message }) => message));
    throw error;
  } finally {
    site.plugin.end();
    site.controller.end();
  }
}

async function prepare(site) {
  const { rig, server, folder, step, controller, plugin } = site;
  await step('three nodes are loaded; the controller and a node service start', async () => {
    const topology = await rig.topology();
    for (const node of topology.clusters[0].nodes) node.devices = node.devices.slice(0, 1);
    const file = path.join(folder, 'topology.json');
    writeFileSync(file, JSON.stringify(topology));
    await server.cli('topology', 'load', `--json=${file}`);
    const infos = Object.values((await server.dump()).nodeentries).map(({ Info }) => Info);
    site.nodes = topology.clusters[0].nodes.map(({ node }) =>
      infos.find(({ hostnames }) => hostnames.manage[0] === node.hostnames.manage[0]),
    );
    await controller.start();
    await plugin.install();
    await plugin.start();
    const { nodeId } = await plugin.call('NodeGetInfo');
    strictEqual(nodeId, `node${CLIENT}`);
  });

  await step('a volume is made, and asked for again', async () => {
    const request = {
      name: 'pvc-1',
      capacityRange: { requiredBytes: String(2 * GIB) },
      volumeCapabilities: [CAPABILITY],
      parameters: { volumetype: 'replicate:3' },
    };
    const { volume } = await controller.call('CreateVolume', request);
    deepStrictEqual((await controller.call('CreateVolume', request)).volume, volume);
    site.volume = volume;
    await site.same();
  });
}

const stageRequest = ({ volume }) => ({
  volumeId: volume.volumeId,
  stagingTargetPath: STAGING,
  volumeCapability: CAPABILITY,
  volumeContext: volume.volumeContext,
});

const publishRequest = (site, targetPath, more = {}) => ({ ...stageRequest(site), targetPath, ...more });

/** What is mounted at a path, a line each. */
async function mountsAt(site, target) {
  const listed = await site.ssh(`findmnt -rn -o TARGET,FSTYPE,SOURCE || true`);
  return listed.split('\n').filter((line) => line.startsWith(`${target} `));
}

async function publish(site) {
  const { step, plugin, ssh } = site;
  await step('it is staged and published to two pods, each of it twice: one mount each', async () => {
    // As the kubelet makes them.
    await ssh(`mkdir -p ${STAGING} ${PODS.map((target) => path.dirname(target)).join(' ')}`);
    for (const _again of [1, 2]) {
      await plugin.call('NodeStageVolume', stageRequest(site));
      for (const target of [FIRST, SECOND]) await plugin.call('NodePublishVolume', publishRequest(site, target));
    }
    for (const target of [STAGING, FIRST, SECOND]) {
      const mounts = await mountsAt(site, target);
      strictEqual(mounts.length, 1, mounts.join('\n'));
      match(mounts[0], / fuse\.glusterfs /);
    }
  });

  await step('what one pod writes, the other reads; a reader can not write', async () => {
    await ssh(`dd if=/dev/urandom of=${FIRST}/big bs=1M count=16 conv=fsync status=none`);
    site.sum = await sumOf(site, FIRST);
    strictEqual(await sumOf(site, SECOND), site.sum);
    await plugin.call('NodePublishVolume', publishRequest(site, READER, { readonly: true }));
    strictEqual(await sumOf(site, READER), site.sum);
    await rejects(ssh(`touch ${READER}/no`), /Read-only file system/);
    await plugin.call('NodeUnpublishVolume', { volumeId: site.volume.volumeId, targetPath: READER });
    await rejects(ssh(`stat ${READER}`), /No such file/);
  });
}

async function sumOf({ ssh }, target) {
  return (await ssh(`sha256sum ${target}/big`)).split(' ')[0];
}

/** A program of a pod, which writes a number each second, and ends at the first that fails. */
const WRITER = `n=0; while echo $n >>${FIRST}/log; do n=$((n + 1)); sleep 1; done`;

async function startWriter({ ssh }) {
  await ssh(`echo '${WRITER}' >/root/writer; systemd-run --quiet --collect --unit=pod-writer sh /root/writer`);
}

async function linesOf({ ssh }) {
  return Number(await ssh(`wc -l <${SECOND}/log`));
}

async function writesOn(site) {
  const before = await linesOf(site);
  await until('the pod writes on', async () => (await linesOf(site)) > before + 2);
  await site.ssh('systemctl is-active -q pod-writer');
}

async function outlive(site) {
  const { step, plugin, ssh } = site;
  await step('the plugin is killed with all that is in its unit: pods read and write on', async () => {
    await startWriter(site);
    await until('the pod writes', async () => (await linesOf(site)) > 0);
    await plugin.kill();
    await writesOn(site);
    strictEqual(await sumOf(site, FIRST), site.sum);
  });

  await step('a new plugin finds the mounts, and mounts nothing a second time', async () => {
    const processes = () => ssh('pgrep -x glusterfs | sort');
    const before = await processes();
    await plugin.start();
    await plugin.call('NodeStageVolume', stageRequest(site));
    await plugin.call('NodePublishVolume', publishRequest(site, FIRST));
    strictEqual(await processes(), before);
    strictEqual((await mountsAt(site, FIRST)).length, 1);
    await writesOn(site);
  });
}

/** Bytes, as `df` prints them. */
async function dfOf({ ssh }) {
  const [total, used, available] = (await ssh(`df --block-size=1 --output=size,used,avail ${FIRST} | tail -n 1`))
    .trim()
    .split(/\s+/);
  return { total, used, available };
}

async function statsOf({ plugin, volume }) {
  const { usage, volumeCondition } = await plugin.call('NodeGetVolumeStats', {
    volumeId: volume.volumeId,
    volumePath: FIRST,
  });
  const { total, used, available } = usage.find(({ unit }) => unit === 'BYTES') ?? {};
  return { figures: { total, used, available }, condition: volumeCondition };
}

async function grow(site) {
  const { step, controller } = site;
  await step('it grows while it is mounted and written to', async () => {
    const before = Number((await dfOf(site)).total);
    const request = { volumeId: site.volume.volumeId, capacityRange: { requiredBytes: String(3 * GIB) } };
    const { capacityBytes, nodeExpansionRequired } = await controller.call('ControllerExpandVolume', request);
    deepStrictEqual(
      { capacityBytes, nodeExpansionRequired },
      { capacityBytes: String(3 * GIB), nodeExpansionRequired: false },
    );
    await until('the mount has grown', async () => Number((await dfOf(site)).total) > before);
    strictEqual(await sumOf(site, FIRST), site.sum);
    await writesOn(site);
    await site.same();
  });

  await step('its figures are those of df', async () => {
    // The pod writes meanwhile: there is a moment in which both say the same.
    await until('the figures are the same', async () => {
      const [df, { figures, condition }] = [await dfOf(site), await statsOf(site)];
      deepStrictEqual(figures, df);
      return condition?.abnormal !== true;
    });
  });
}

async function loseHost(site) {
  const { rig, step, plugin } = site;
  await step('a storage host is lost while it is mounted: pods read and write on', async () => {
    await rig.run('stop', String(LOST));
    // After gluster's ping timeout, of 42 s.
    await writesOn(site);
    strictEqual(await sumOf(site, SECOND), site.sum);
    await plugin.call('NodePublishVolume', publishRequest(site, SECOND));
    ok((await statsOf(site)).condition?.abnormal !== true);
  });

  await step('the host comes back', async () => {
    await rig.run('start', String(LOST));
    await until(
      'it is a connected peer',
      async () => !(await site.ssh('gluster peer status')).includes('Disconnected'),
    );
    const [brick] = Object.values((await site.server.dump()).brickentries).filter(
      ({ Info }) => Info.node === site.nodes[LOST - 1].id,
    );
    ok(brick);
    await site.server.json('node', 'repair', site.nodes[LOST - 1].id);
    await writesOn(site);
  });
}

async function mend(site) {
  const { step, plugin, ssh } = site;
  await step('a mount whose process was killed is told as dead, and made anew by the next publish', async () => {
    await ssh('systemctl stop pod-writer');
    await ssh(`pkill -9 -f "^[^ ]*glusterfs .*${STAGING}"`);
    await rejects(ssh(`stat ${FIRST}/big`), /Transport endpoint is not connected/);
    const { volumeCondition } = await plugin.call('NodeGetVolumeStats', {
      volumeId: site.volume.volumeId,
      volumePath: FIRST,
    });
    strictEqual(volumeCondition.abnormal, true);
    for (const target of [FIRST, SECOND]) await plugin.call('NodePublishVolume', publishRequest(site, target));
    for (const target of [FIRST, SECOND]) {
      strictEqual(await sumOf(site, target), site.sum);
      strictEqual((await mountsAt(site, target)).length, 1);
    }
  });
}

async function takeDown(site) {
  const { step, plugin, controller, ssh, server } = site;
  await step(
    'it is unpublished and unstaged, each of it twice: no mount, no process and no folder is left',
    async () => {
      const { volumeId } = site.volume;
      for (const targetPath of [FIRST, SECOND, FIRST])
        await plugin.call('NodeUnpublishVolume', { volumeId, targetPath });
      for (const _again of [1, 2]) await plugin.call('NodeUnstageVolume', { volumeId, stagingTargetPath: STAGING });
      strictEqual((await ssh('findmnt -rn -t fuse.glusterfs -o TARGET || true')).trim(), '');
      await until(
        'the process of the mount has ended',
        async () => !(await ssh('pgrep -af glusterfs || true')).includes(STAGING),
      );
      await rejects(ssh(`stat ${FIRST}`), /No such file/);
    },
  );

  await step('it is deleted, and deleted again', async () => {
    for (const _again of [1, 2]) await controller.call('DeleteVolume', { volumeId: site.volume.volumeId });
    strictEqual(Object.keys((await server.dump()).volumeentries).length, 0);
    await site.same();
  });
}

async function beRefused(site) {
  const { step, plugin, ssh } = site;
  const staged = (volumeContext) => plugin.call('NodeStageVolume', { ...stageRequest(site), volumeContext });
  const hasCode = (code) => (error) => error.code === code || assertCode(error, code);

  await step('a volume that the hosts do not have is told from hosts that do not answer', async () => {
    await rejects(staged(site.volume.volumeContext), hasCode(NOT_FOUND));
    await rejects(staged({ ...site.volume.volumeContext, hosts: '10.77.0.99' }), hasCode(UNAVAILABLE));
    strictEqual((await ssh('findmnt -rn -t fuse.glusterfs -o TARGET || true')).trim(), '');
  });
}

/** The message is what has to be known: the client's own sentence, which the driver did not take for what it means. */
function assertCode(error, code) {
  throw new Error(`the code is ${error.code}, not ${code}: ${error.message}`);
}
