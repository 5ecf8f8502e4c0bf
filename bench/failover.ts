/**
 * Two servers on one PostgreSQL: how long a change that the one accepts waits when the other, which works on hosts, is killed or
 * told to end, and when it lives. Each time is to the change's end, so that it is more than what the change has waited.
 *
 *   npm run build && npx tsx bench/failover.ts --database=postgres://USER@HOST/EMPTY_DATABASE [--times=100]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startHosts } from '../test/crash/processes/support/hosts-process.js';
import { HttpClient } from '../test/crash/processes/support/http-client.js';
import { type ServerProcess, startServer } from '../test/crash/processes/support/server-process.js';
import { loadTopology } from '../test/crash/support/scenario.js';

const POLL_MS = 50;
/** Of changes while both live; each is short. */
const ACCEPTED_PER_TIME = 3;
const { values } = parseArgs({ options: { database: { type: 'string' }, times: { type: 'string', default: '100' } } });
if (values.database === undefined) throw new Error('--database=postgres://USER@HOST/EMPTY_DATABASE is needed');
const env = { MORTAR_DATABASE_URL: values.database };
const folder = mkdtempSync(path.join(tmpdir(), 'mortar-failover-'));
const hosts = await startHosts(folder, 3, 2, 2000);
let made = 0;

/** The one that works on hosts, and the one that only answers. */
let worker: ServerProcess = await start();
try {
  await loadTopology(new HttpClient(worker.base));
  const accepted: number[] = [];
  const killed: number[] = [];
  const ended: number[] = [];
  for (let times = 0; times < Number(values.times); times++) {
    for (const [measured, end] of [
      [killed, () => worker.kill()],
      [ended, () => worker.stop()],
    ] as const) {
      const other = await start();
      await new HttpClient(other.base).send('GET', '/clusters');
      for (let n = 0; n < ACCEPTED_PER_TIME; n++) accepted.push(await change(other));
      const begun = performance.now();
      const ending = end();
      await change(other);
      measured.push(performance.now() - begun);
      await ending;
      worker = other;
    }
  }
  console.log(
    `load of the machine ${loadavg()[0]?.toFixed(1)}; to the end of a change that a server accepts, while the other one`,
  );
  console.log(`works: ${summary(accepted)}\nis killed: ${summary(killed)}\nis told to end: ${summary(ended)}`);
} finally {
  await worker.kill();
  await hosts.stop();
  rmSync(folder, { recursive: true, force: true });
}

function start(): Promise<ServerProcess> {
  const own = mkdtempSync(path.join(folder, 'server-'));
  return startServer({ folder: own, socket: hosts.socket, env });
}

/** Milliseconds to the end of a small volume's creation; asked again while it is refused. */
async function change({ base }: ServerProcess): Promise<number> {
  const client = new HttpClient(base);
  const begun = performance.now();
  const body = { size: 1, name: `v${made++}`, durability: { type: 'none' } };
  for (;;) {
    const answer = await client.send('POST', '/volumes', body);
    if (answer.status === 202) {
      await client.done({ queueId: (answer.location ?? '').slice('/queue/'.length) });
      return performance.now() - begun;
    }
    if (answer.status !== 503) throw new Error(`${answer.status} ${answer.text}`);
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
}

function summary(ms: readonly number[]): string {
  const sorted = ms.toSorted((a, b) => a - b);
  const at = (part: number) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(0);
  return `${sorted.length} times, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`;
}
