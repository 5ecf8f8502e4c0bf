/**
 * Creates and deletes replica-3 volumes of 10 GiB through pods/exec on three simulated machines, and the same over SSH
 * on three more: 1, 10 and 40 volumes at once, in turn, so that both meet the same moods of the machine that this runs
 * on. Shown are the medians, and what pods/exec takes for each second over SSH.
 *
 *   npm run build && npx tsx bench/kube.ts [volumes at once, 1,10,40] [rounds, 3] [factor, 1]
 *
 * The API server is the stand-in of the tests, in a process of its own; programs take the times of the simulator's
 * `realistic` profile, multiplied by the factor (see bench/ssh.ts). Neither way has a network in it, and neither an
 * execution's own cost in a real kubelet (60 to 200 ms were seen on a busy machine) nor a handshake of SSH's.
 *
 * Needs root, Linux and openssh-server.
 */
import path from 'node:path';
import { SimCluster, whyNoSimcluster } from '../test/support/simcluster.js';
import { ManagedServer, OWN_COMMAND } from './at-once/managed-server.js';
import { DEVICES, floorSeconds, NODES, setProfile } from './at-once/profile.js';

const AT_ONCE = (process.argv[2] ?? '1,10,40').split(',').map(Number);
const ROUNDS = Number(process.argv[3] ?? 3);
const FACTOR = Number(process.argv[4] ?? 1);
const OVER_PODS = [
  path.resolve('node_modules/.bin/tsx'),
  path.resolve('test/support/kubernetes-server/serve-simulated-pods.ts'),
  '{config}',
  OWN_COMMAND,
].join(' ');

const WAYS = ['ssh', 'pods/exec'] as const;
type Way = (typeof WAYS)[number];

/** A way to three machines of its own. */
interface Installation {
  readonly cluster: SimCluster;
  readonly server: ManagedServer;
}

async function install(way: Way): Promise<Installation> {
  const cluster = await SimCluster.up({ nodes: NODES, devices: DEVICES });
  const sshexec = { keyfile: cluster.keyFile, user: cluster.user, port: String(cluster.port), fstab: '/etc/fstab' };
  const command = way === 'ssh' ? OWN_COMMAND : OVER_PODS;
  const server = await ManagedServer.start(command, { executor: 'ssh', sshexec });
  await server.loadTopology(cluster.topologyFile);
  await setProfile(cluster, FACTOR);
  return { cluster, server };
}

/** Seconds of a create and a delete of so many volumes. */
async function measure({ server }: Installation, volumes: number): Promise<readonly [number, number]> {
  const begun = performance.now();
  const ids = await server.createVolumes(volumes);
  const created = performance.now();
  await server.deleteVolumes(ids);
  return [(created - begun) / 1000, (performance.now() - created) / 1000];
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] =
    sorted.length % 2 ? [sorted[middle], sorted[middle]] : sorted.slice(middle - 1, middle + 1);
  return (low + high) / 2;
}

function report(volumes: number, kind: 'create' | 'delete', seconds: Readonly<Record<Way, readonly number[]>>): void {
  const [ssh, pods] = [median(seconds.ssh), median(seconds['pods/exec'])];
  const shown = (number: number) => number.toFixed(2).padStart(6);
  const floor = floorSeconds(kind, volumes, 'volume') * FACTOR;
  console.log(
    `${String(volumes).padStart(3)} ${kind}: ssh ${shown(ssh)} s   pods/exec ${shown(pods)} s   ` +
      `ratio ${(pods / ssh).toFixed(2)}   floor ${shown(floor)} s`,
  );
}

const whyNot = whyNoSimcluster();
if (whyNot !== null) throw new Error(`no simulated machines here: ${whyNot}`);
const installations = new Map<Way, Installation>();
try {
  for (const way of WAYS) installations.set(way, await install(way));
  console.log(`medians of ${ROUNDS} rounds, times of the profile x ${FACTOR}`);
  for (const volumes of AT_ONCE) {
    const created = { ssh: [] as number[], 'pods/exec': [] as number[] };
    const deleted = { ssh: [] as number[], 'pods/exec': [] as number[] };
    for (let round = 0; round < ROUNDS; round++) {
      for (const [way, installation] of installations) {
        const [create, remove] = await measure(installation, volumes);
        created[way].push(create);
        deleted[way].push(remove);
      }
    }
    report(volumes, 'create', created);
    report(volumes, 'delete', deleted);
  }
} finally {
  for (const { cluster, server } of installations.values()) {
    await server.stop();
    await cluster.down();
  }
}
