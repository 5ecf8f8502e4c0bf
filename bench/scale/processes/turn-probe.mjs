import { openSync, readSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

const EVERY_MS = 5;

const NS_PER_MS = 1e6;

const { base, pid } = workerData;
const schedstat = openSync(`/proc/${pid}/task/${pid}/schedstat`, 'r');
const buffer = Buffer.alloc(64);

function cpuMs() {
  const length = readSync(schedstat, buffer, 0, buffer.length, 0);
  return Number(buffer.toString('latin1', 0, length).split(' ')[0]) / NS_PER_MS;
}

const agent = new Agent({ keepAlive: true });

function hello() {
  return new Promise((done, failed) => {
    get(`${base}/hello`, { agent }, (answer) => {
      answer.resume();
      answer.on('end', done);
    }).on('error', failed);
  });
}

/** Milliseconds until the whole answer was there. A server that was busy may have closed the connection meanwhile. */
async function ask() {
  const askedAt = performance.now();
  await hello().catch(hello);
  return performance.now() - askedAt;
}

let isStopped = false;
parentPort.on('message', () => {
  isStopped = true;
});

// The first one connects.
await ask();
parentPort.postMessage('ready');
let [turnMs, turnCpuMs] = [0, 0];
while (!isStopped) {
  const before = cpuMs();
  turnMs = Math.max(turnMs, await ask());
  turnCpuMs = Math.max(turnCpuMs, cpuMs() - before);
  await new Promise((done) => setTimeout(done, EVERY_MS));
}
agent.destroy();
parentPort.postMessage({ turnMs, turnCpuMs });
