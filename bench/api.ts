/**
 * Creates, reads and deletes volumes over HTTP on simulated hosts: 240 devices (30 nodes, 3 zones), 8 requests in
 * flight for changes, 16 for reads. Prints throughput, latencies, CPU of the server per request, the time of a whole
 * topology and of a start, and memory; then latencies of single reads while volumes are created, on this disk and on one
 * whose syncs take 20 ms longer. On a machine that others use as well, compare CPU: `busy` says how much of the time of
 * one core the server got.
 *
 *   npm run build && npx tsx bench/api.ts [volumes, default 500] [command of another server, with {config}]
 *
 * With MORTAR_DATABASE_URL, of an empty database, on that PostgreSQL; then without the slow disk, which is its server's.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { preloadedLibrary } from '../test/support/preloaded-library.js';

const VOLUMES = Number(process.argv[2] ?? 500);
const COMMAND = process.argv[3] ?? `${path.resolve('bin/heketi')} --config={config} --disable-auth`;
const PORT = 18_970;
const NODES = 30;
const DEVICES = 8;
const ZONES = 3;
const CHANGES_IN_FLIGHT = 8;
const READS_IN_FLIGHT = 16;
const READS = 4000;
const SLOW_SYNC_MS = 20;
const CLOCK_TICKS_PER_SECOND = 100;
const IS_ON_FILE = !process.env['MORTAR_DATABASE_URL'];

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

interface Answer {
  readonly status: number;
  readonly location: string;
  readonly isPending: boolean;
  readonly body: string;
}

function send(method: string, url: string, body?: object): Promise<Answer> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const headers = payload === undefined ? {} : { 'Content-Length': Buffer.byteLength(payload) };
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ agent, port: PORT, method, path: url, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          location: String(answer.headers.location ?? ''),
          isPending: answer.headers['x-pending'] === 'true',
          body: text,
        }),
      );
    });
    sent.on('error', reject);
    sent.end(payload);
  });
}

/** Sends a change and polls until its final answer; answers the path of the result. */
async function change(method: string, url: string, body?: object): Promise<string> {
  const accepted = await send(method, url, body);
  if (accepted.status === 201) return `${url}/${(JSON.parse(accepted.body) as { id: string }).id}`;
  if (accepted.status !== 202) throw new Error(`${method} ${url}: ${accepted.status} ${accepted.body}`);
  for (;;) {
    const polled = await send('GET', accepted.location);
    if (polled.isPending) continue;
    if (polled.status >= 400) throw new Error(`${method} ${url}: ${polled.body}`);
    return polled.location;
  }
}

async function measure(
  name: string,
  count: number,
  inFlight: number,
  pid: number,
  work: (i: number) => Promise<unknown>,
) {
  const times: number[] = [];
  const cpuBefore = cpuSeconds(pid);
  const startedAt = performance.now();
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < count; i = next++) {
      const at = performance.now();
      await work(i);
      times[i] = performance.now() - at;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  const seconds = (performance.now() - startedAt) / 1000;
  const cpuMs = ((cpuSeconds(pid) - cpuBefore) * 1000) / count;
  console.log(
    `${name.padEnd(36)} ${(count / seconds).toFixed(0).padStart(7)}/s  ${percentiles(times)}  CPU ${cpuMs.toFixed(3)} ms each, busy ${((cpuMs * count) / seconds / 10).toFixed(0)} %`,
  );
  return times;
}

function percentiles(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(2);
  return `p50 ${at(0.5)} ms  p99 ${at(0.99)} ms`;
}

/** User and system time of the server so far. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND;
}

function residentMib(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

async function waitForHello(): Promise<void> {
  for (;;) {
    const answer = await send('GET', '/hello').catch(() => null);
    if (answer?.status === 200) return;
    await new Promise((done) => setTimeout(done, 20));
  }
}

function start(folder: string, more: Record<string, string> = {}): ChildProcess {
  const config = path.join(folder, 'heketi.json');
  const glusterfs = {
    executor: 'mock',
    db: path.join(folder, 'heketi.db'),
    loglevel: 'warning',
    max_inflight_operations: 64,
    max_volumes_per_cluster: 100_000,
  };
  writeFileSync(config, JSON.stringify({ port: String(PORT), glusterfs }));
  const [program = '', ...args] = COMMAND.replaceAll('{config}', config).split(' ');
  const env = { ...process.env, HEKETI_MOCK_DEVICE_SIZE_GB: '100000', ...more };
  return spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'], env });
}

const average = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;

/** Answers the ids of the cluster and the paths of the nodes. */
async function loadTopology(): Promise<{ readonly cluster: string; readonly nodes: readonly string[] }> {
  const cluster = (await change('POST', '/clusters', { block: true, file: true })).split('/')[2] ?? '';
  const nodes: string[] = [];
  for (let n = 0; n < NODES; n++) {
    const hostnames = { manage: [`n${n}`], storage: [`10.0.0.${n}`] };
    const node = await change('POST', '/nodes', { cluster, zone: (n % ZONES) + 1, hostnames });
    nodes.push(node);
    for (let d = 0; d < DEVICES; d++)
      await change('POST', '/devices', { node: node.split('/')[2], name: `/dev/sd${d}` });
  }
  return { cluster, nodes };
}

/** Creates volumes, and sends one read of each kind after the other meanwhile. */
async function readsDuringCreates(name: string, pid: number): Promise<void> {
  const volumes = [await change('POST', '/volumes', VOLUME)];
  let isOver = false;
  const timesOf = async (url: () => string): Promise<readonly number[]> => {
    const times: number[] = [];
    while (!isOver) {
      const at = performance.now();
      await send('GET', url());
      times.push(performance.now() - at);
    }
    return times;
  };
  const reads = [timesOf(() => '/hello'), timesOf(() => volumes.at(-1) ?? '')];
  await measure(`volume create, ${name}`, VOLUMES, CHANGES_IN_FLIGHT, pid, async () => {
    volumes.push(await change('POST', '/volumes', VOLUME));
  });
  isOver = true;
  const [hello = [], info = []] = await Promise.all(reads);
  console.log(`  meanwhile GET /hello         ${percentiles(hello)}`);
  console.log(`  meanwhile GET /volumes/{id}  ${percentiles(info)}`);
}

async function stop(server: ChildProcess): Promise<void> {
  const stopped = once(server, 'exit');
  server.kill('SIGTERM');
  await stopped;
}

/** A new server on a new file, whose syncs take longer. */
async function onSlowDisk(): Promise<void> {
  rmSync(path.join(folder, 'heketi.db'));
  const library = preloadedLibrary(path.resolve('test/support/slow-disk.c'));
  server = start(folder, { LD_PRELOAD: library, SLOW_DISK_MS: String(SLOW_SYNC_MS) });
  pid = server.pid ?? 0;
  await waitForHello();
  await loadTopology();
  await readsDuringCreates(`syncs ${SLOW_SYNC_MS} ms slower`, pid);
}

const VOLUME = { size: 100, durability: { type: 'replicate', replicate: { replica: 3 } } };
const folder = mkdtempSync(path.join(tmpdir(), 'bench-api-'));
let server = start(folder);
let pid = server.pid ?? 0;
try {
  await waitForHello();
  const { cluster, nodes } = await loadTopology();
  const volumes: string[] = [];
  const times = await measure('volume create', VOLUMES, CHANGES_IN_FLIGHT, pid, async () => {
    volumes.push(await change('POST', '/volumes', VOLUME));
  });
  const [first, last] = [average(times.slice(0, 50)), average(times.slice(-50))];
  console.log(`  first 50: ${first.toFixed(1)} ms, last 50: ${last.toFixed(1)} ms, ratio ${(last / first).toFixed(2)}`);
  const any = (from: readonly string[], i: number) => from[i % from.length] ?? '';
  await measure('GET /volumes/{id}', READS, READS_IN_FLIGHT, pid, (i) => send('GET', any(volumes, i)));
  await measure('GET /nodes/{id}', 1000, READS_IN_FLIGHT, pid, (i) => send('GET', any(nodes, i)));
  await measure('GET /volumes', 1000, READS_IN_FLIGHT, pid, () => send('GET', '/volumes'));
  await measure('GET /clusters/{id}', 1000, READS_IN_FLIGHT, pid, () => send('GET', `/clusters/${cluster}`));
  await measure('GET /hello', READS, READS_IN_FLIGHT, pid, () => send('GET', '/hello'));
  await measure('topology info', 1, 1, pid, async () => {
    await send('GET', '/clusters');
    await send('GET', `/clusters/${cluster}`);
    for (const path of [...nodes, ...volumes]) await send('GET', path);
  });
  await measure('GET /db/dump', 3, 1, pid, () => send('GET', '/db/dump'));
  await stop(server);
  const at = performance.now();
  server = start(folder);
  pid = server.pid ?? 0;
  await waitForHello();
  console.log(`start with ${volumes.length} volumes: ${(performance.now() - at).toFixed(0)} ms`);
  await measure('volume delete', VOLUMES, CHANGES_IN_FLIGHT, pid, (i) => change('DELETE', any(volumes, i)));
  console.log(`memory afterwards: ${residentMib(pid).toFixed(0)} MiB`);
  await readsDuringCreates('with reads', pid);
  await stop(server);

  if (IS_ON_FILE) await onSlowDisk();
} finally {
  server.kill('SIGTERM');
  agent.destroy();
  rmSync(folder, { recursive: true, force: true });
}
