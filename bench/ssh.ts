/**
 * Creates and deletes replica-3 volumes of 10 GiB over SSH on three simulated machines with four devices each, whose
 * programs take the times of the simulator's `realistic` profile: 1, 10 and 40 volumes at once. Beside each time stands
 * the floor, which the profile's times and the locks allow at best: one lvm change at a time per volume group, one
 * gluster change at a time per volume (or per pool).
 *
 *   npm run build && npx tsx bench/ssh.ts [volume|pool|serial, gluster's lock] [volumes at once, 1,10,40] [factor, 1] [command, with {config}]
 *
 * The factor multiplies the profile's times: on a machine that is busy with other things, 4 shows what the order of the
 * work costs, where 1 would show how long processes wait for the processor.
 *
 * Needs root, Linux and openssh-server. `starts` are scripts begun on hosts, `connections` those that sshd let in.
 */
import { SimCluster, whyNoSimcluster } from '../test/support/simcluster.js';
import { ManagedServer, OWN_COMMAND } from './at-once/managed-server.js';
import { DEVICES, floorSeconds, type GlusterLock, NODES, setProfile } from './at-once/profile.js';

const LOCK = (process.argv[2] ?? 'volume') as GlusterLock;
const AT_ONCE = (process.argv[3] ?? '1,10,40').split(',').map(Number);
const FACTOR = Number(process.argv[4] ?? 1);
const COMMAND = process.argv[5] ?? OWN_COMMAND;

async function measure(cluster: SimCluster, kind: 'create' | 'delete', volumes: number, work: () => Promise<unknown>) {
  const scriptsBefore = (await cluster.log()).length;
  const begun = performance.now();
  await work();
  const seconds = (performance.now() - begun) / 1000;
  const starts = (await cluster.log()).length - scriptsBefore;
  const floor = floorSeconds(kind, volumes, LOCK) * FACTOR;
  console.log(
    `${String(volumes).padStart(3)} ${kind}: ${seconds.toFixed(2).padStart(6)} s   floor ${floor.toFixed(2).padStart(5)} s   ` +
      `ratio ${(seconds / floor).toFixed(2)}   starts ${starts} (${(starts / volumes).toFixed(1)} per volume)`,
  );
}

const whyNot = whyNoSimcluster();
if (whyNot !== null) throw new Error(`no simulated machines here: ${whyNot}`);
const cluster = await SimCluster.up({ nodes: NODES, devices: DEVICES, 'gluster-lock': LOCK });
const sshexec = { keyfile: cluster.keyFile, user: cluster.user, port: String(cluster.port), fstab: '/etc/fstab' };
const server = await ManagedServer.start(COMMAND, { executor: 'ssh', sshexec });
try {
  await server.loadTopology(cluster.topologyFile);
  await setProfile(cluster, FACTOR);
  console.log(`gluster lock: ${LOCK}, times of the profile x ${FACTOR}`);
  for (const volumes of AT_ONCE) {
    let ids: readonly string[] = [];
    await measure(cluster, 'create', volumes, async () => {
      ids = await server.createVolumes(volumes);
    });
    await measure(cluster, 'delete', volumes, () => server.deleteVolumes(ids));
  }
  const connections = cluster.hosts.map((host) => cluster.connections(host));
  console.log(`connections: ${connections.join(' + ')} on ${NODES} hosts, from the topology on`);
} finally {
  await server.stop();
  await cluster.down();
}
