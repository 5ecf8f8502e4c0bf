import { Agent, get } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

const EVERY_MS = 5;

const agent = new Agent({ keepAlive: true });

function hello() {
  return new Promise((done, failed) => {
    get(`${workerData}/hello`, { agent }, (answer) => {
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
let longest = 0;
while (!isStopped) {
  longest = Math.max(longest, await ask());
  await new Promise((done) => setTimeout(done, EVERY_MS));
}
agent.destroy();
parentPort.postMessage(longest);
