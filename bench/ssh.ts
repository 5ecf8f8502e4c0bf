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
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SimCluster, whyNoSimcluster } from '../test/support/simcluster.js';

const LOCK = process.argv[2] ?? 'volume';
const AT_ONCE = (process.argv[3] ?? '1,10,40').split(',').map(Number);
const FACTOR = Number(process.argv[4] ?? 1);
const COMMAND = process.argv[5] ?? `${path.resolve('bin/heketi')} --config={config} --disable-auth`;
const NODES = 3;
const DEVICES = 4;
const POLL_MS = 20;

/** Times of the profile, and what every start of a script costs there. */
const MS = {
  lvcreate: 400,
  lvremove: 300,
  mkfs: 150,
  mount: 50,
  umount: 60,
  create: 400,
  start: 900,
  stop: 800,
  delete: 400,
};
const OTHER_MS = 10;
const PLAIN_MS = 10;
const PROFILE = {
  lvcreate: MS.lvcreate,
  lvremove: MS.lvremove,
  'mkfs.xfs': MS.mkfs,
  mount: MS.mount,
  umount: MS.umount,
  'gluster volume create': MS.create,
  'gluster volume start': MS.start,
  'gluster volume stop': MS.stop,
  'gluster volume delete': MS.delete,
  other: OTHER_MS,
  plain: PLAIN_MS,
};

/** Seconds of `count` equal jobs on the volume groups, one volume's worth of bricks per three of them. */
function floorSeconds(kind: 'create' | 'delete', volumes: number): number {
  const perGroup = Math.ceil((volumes * 3) / (NODES * DEVICES));
  const isPool = LOCK !== 'volume';
  const glusterMs = kind === 'create' ? MS.create + OTHER_MS + MS.start : MS.stop + MS.delete;
  const allGlusterMs = PLAIN_MS + (isPool ? volumes * glusterMs : glusterMs);
  if (kind === 'create') {
    const brickMs = (count: number) => PLAIN_MS + count * MS.lvcreate + MS.mkfs + MS.mount;
    // Changes of a pool-wide lock begin with the first volume's bricks, all others overlap.
    return (
      (isPool
        ? Math.max(brickMs(1) + allGlusterMs, brickMs(perGroup) + PLAIN_MS + glusterMs)
        : brickMs(perGroup) + allGlusterMs) / 1000
    );
  }
  const brickMs = (count: number) => PLAIN_MS + MS.umount + OTHER_MS + count * 2 * MS.lvremove + OTHER_MS;
  return (
    (isPool
      ? Math.max(allGlusterMs + brickMs(1), PLAIN_MS + glusterMs + brickMs(perGroup))
      : allGlusterMs + brickMs(perGroup)) / 1000
  );
}

interface Server {
  readonly base: string;
  readonly child: ChildProcess;
  readonly folder: string;
}

async function startServer(cluster: SimCluster): Promise<Server> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mortar-bench-ssh-'));
  const port = await freePort();
  const config = path.join(folder, 'heketi.json');
  const sshexec = { keyfile: cluster.keyFile, user: cluster.user, port: String(cluster.port), fstab: '/etc/fstab' };
  const glusterfs = {
    executor: 'ssh',
    sshexec,
    db: path.join(folder, 'heketi.db'),
    loglevel: 'warning',
    max_inflight_operations: 64,
  };
  writeFileSync(config, JSON.stringify({ port: String(port), use_auth: false, jwt: {}, glusterfs }));
  const child = spawn('/bin/sh', ['-c', `exec ${COMMAND.replace('{config}', config)}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const base = `http://127.0.0.1:${port}`;
  for (;;) {
    if (child.exitCode !== null) throw new Error('the server did not start');
    const hello = await fetch(`${base}/hello`).catch(() => null);
    if (hello?.ok) return { base, child, folder };
    await pause();
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function pause(): Promise<void> {
  return new Promise((done) => setTimeout(done, POLL_MS));
}

/** Sends a request and waits for its job's end; answers the resulting object, or null. */
async function send(
  server: Server,
  method: string,
  url: string,
  body?: object,
): Promise<{ readonly id?: string } | null> {
  const init = { method, ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }) };
  const asked = await fetch(server.base + url, { ...init, redirect: 'manual' });
  if (asked.status !== 202) return read(method, url, asked);
  const at = new URL(asked.headers.get('location') ?? '', server.base);
  for (;;) {
    const answer = await fetch(at, { redirect: 'manual' });
    if (answer.headers.get('x-pending') === 'true') {
      await answer.text();
      await pause();
    } else if (answer.status === 303) {
      return read(method, url, await fetch(new URL(answer.headers.get('location') ?? '', server.base)));
    } else return read(method, url, answer);
  }
}

async function read(method: string, url: string, answer: Response): Promise<{ readonly id?: string } | null> {
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  return text === '' ? null : (JSON.parse(text) as { readonly id?: string });
}

async function loadTopology(server: Server, file: string): Promise<void> {
  const topology = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly clusters: readonly {
      readonly nodes: readonly { readonly node: object; readonly devices: readonly string[] }[];
    }[];
  };
  const cluster = await send(server, 'POST', '/clusters', { file: true, block: true });
  for (const { node, devices } of topology.clusters[0]?.nodes ?? []) {
    const made = await send(server, 'POST', '/nodes', { ...node, cluster: cluster?.id });
    await Promise.all(devices.map((name) => send(server, 'POST', '/devices', { node: made?.id, name })));
  }
}

async function measure(cluster: SimCluster, kind: 'create' | 'delete', volumes: number, work: () => Promise<unknown>) {
  const scriptsBefore = (await cluster.log()).length;
  const begun = performance.now();
  await work();
  const seconds = (performance.now() - begun) / 1000;
  const starts = (await cluster.log()).length - scriptsBefore;
  const floor = floorSeconds(kind, volumes) * FACTOR;
  console.log(
    `${String(volumes).padStart(3)} ${kind}: ${seconds.toFixed(2).padStart(6)} s   floor ${floor.toFixed(2).padStart(5)} s   ` +
      `ratio ${(seconds / floor).toFixed(2)}   starts ${starts} (${(starts / volumes).toFixed(1)} per volume)`,
  );
}

const whyNot = whyNoSimcluster();
if (whyNot !== null) throw new Error(`no simulated machines here: ${whyNot}`);
const cluster = await SimCluster.up({ nodes: NODES, devices: DEVICES, 'gluster-lock': LOCK });
const server = await startServer(cluster);
try {
  await loadTopology(server, cluster.topologyFile);
  await cluster.setLatencies(Object.fromEntries(Object.entries(PROFILE).map(([name, ms]) => [name, ms * FACTOR])));
  console.log(`gluster lock: ${LOCK}, times of the profile x ${FACTOR}`);
  for (const volumes of AT_ONCE) {
    const ids: string[] = [];
    const request = { size: 10, durability: { type: 'replicate', replicate: { replica: 3 } } };
    await measure(cluster, 'create', volumes, async () => {
      const made = await Promise.all(Array.from({ length: volumes }, () => send(server, 'POST', '/volumes', request)));
      ids.push(...made.map((volume) => volume?.id ?? ''));
    });
    await measure(cluster, 'delete', volumes, () =>
      Promise.all(ids.map((id) => send(server, 'DELETE', `/volumes/${id}`))),
    );
  }
  const connections = cluster.hosts.map((host) => cluster.connections(host));
  console.log(`connections: ${connections.join(' + ')} on ${NODES} hosts, from the topology on`);
} finally {
  server.child.kill('SIGTERM');
  await new Promise((done) => server.child.once('exit', done));
  rmSync(server.folder, { recursive: true, force: true });
  await cluster.down();
}
