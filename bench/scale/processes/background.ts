/**
 * Does one of the jobs of background-jobs.ts on a database, and answers `/hello` meanwhile. For runInBackground, which
 * says when to begin.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HostsThread } from '../hosts-thread.js';
import { mostMib } from '../process-use.js';
import { type BackgroundJob, JOBS, type Outcome } from './background-jobs.js';

const NS_PER_MS = 1e6;

/** Of this thread alone: the hosts have one of their own. */
function threadCpuMs(): number {
  const path = `/proc/self/task/${process.pid}/schedstat`;
  return Number(readFileSync(path, 'utf8').split(' ')[0]) / NS_PER_MS;
}

const [, , file = '', name = ''] = process.argv;
const hosts = await HostsThread.start(file);
const work = await JOBS[name as BackgroundJob](file, hosts);
const server = createServer((_request, answer) => answer.end('HelloWorld'));
// A turn may be long.
server.keepAliveTimeout = 0;
await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()));
process.send?.({ port: (server.address() as AddressInfo).port });
process.once('message', async () => {
  const before = threadCpuMs();
  const note = await work();
  const outcome: Outcome = { cpuMs: threadCpuMs() - before, mib: mostMib(process.pid), note };
  process.send?.(outcome);
});
