/**
 * Does one of the jobs of background-jobs.ts on a database, and answers `/hello` meanwhile. For runInBackground, which
 * says when to begin.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HostsThread } from '../hosts-thread.js';
import { type BackgroundJob, JOBS, type Outcome } from './background-jobs.js';
import { TurnMeter } from './turn-meter.js';

const [, , file = '', name = ''] = process.argv;
const hosts = await HostsThread.start(file);
const work = await JOBS[name as BackgroundJob](file, hosts);
const server = createServer((_request, answer) => answer.end('HelloWorld'));
// A turn may be long.
server.keepAliveTimeout = 0;
await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()));
process.send?.({ port: (server.address() as AddressInfo).port });
process.once('message', async () => {
  const meter = new TurnMeter();
  const note = await work();
  const outcome: Outcome = { ...meter.read(), note };
  process.send?.(outcome);
});
