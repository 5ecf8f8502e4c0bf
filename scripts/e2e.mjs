#!/usr/bin/env node
// `npm run e2e`: the life of volumes on real hosts with real LVM and GlusterFS (test/rig/rig), in virtual machines that
// need no more than root and /dev/net/tun. Arguments name parts of it: growth, kinds, repair, hands, faults, on three
// hosts; maintenance, on four of its own, or one of its stages (emptied, lost, reinstated); adopt, and csi (volumes by the
// CSI driver), on three of their own.
// `--short` is repair alone; without any, all of them. Where a machine can't run it, the reason is said and the exit code
// is 3.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { adopt } from '../test/e2e-rig/adopt.mjs';
import { csi } from '../test/e2e-rig/csi.mjs';
import { STAGES as MAINTENANCE_STAGES, maintenance } from '../test/e2e-rig/maintenance.mjs';
import { endAbandonedRigs, Rig, whyNoRig } from '../test/e2e-rig/rig.mjs';
import { Server } from '../test/e2e-rig/server.mjs';
import { story } from '../test/e2e-rig/story.mjs';

const LIFE = ['growth', 'kinds', 'repair', 'hands', 'faults'];
const PARTS = [...LIFE, 'maintenance', ...MAINTENANCE_STAGES, 'adopt', 'csi'];
const isShort = process.argv.includes('--short');
const named = PARTS.filter((part) => process.argv.includes(part));
const wanted = isShort ? ['repair'] : named;
const parts = wanted.length > 0 ? wanted : PARTS;
const LIMIT_MINUTES = isShort ? 20 : 180;
/** Each on hosts of its own. */
const stories = [
  { hosts: 3, tell: story, parts: LIFE },
  { hosts: 4, tell: maintenance, parts: ['maintenance', ...MAINTENANCE_STAGES] },
  { hosts: 3, tell: adopt, parts: ['adopt'] },
  { hosts: 3, tell: csi, parts: ['csi'] },
].filter((one) => one.parts.some((part) => parts.includes(part)));

await endAbandonedRigs((text) => console.log(text));
const reason = whyNoRig();
if (reason !== null) skip(reason);

let folder = '';
let rig;
let server;
const counts = { passed: 0, failed: 0 };
const seconds = (since) => ((Date.now() - since) / 1000).toFixed(0);
const begun = Date.now();
let current = 'the start';
let isCut = false;

async function step(title, work) {
  const since = Date.now();
  current = title;
  try {
    await work();
    counts.passed++;
    console.log(`ok    ${title} (${seconds(since)} s)`);
  } catch (error) {
    if (isCut) throw error;
    counts.failed++;
    console.log(`FAIL  ${title} (${seconds(since)} s)\n${error.stack ?? error}`);
    throw new Error('the story ends here', { cause: error });
  }
}

function skip(why) {
  console.log(`SKIPPED: the end-to-end test on real LVM and GlusterFS is not run on this machine: ${why}`);
  process.exit(3);
}

function tellServerLog() {
  if (!server.child) return;
  const log = readFileSync(path.join(folder, 'server.log'), 'utf8').split('\n');
  const telling = log.filter((line) => /"level":"(warn|error)"|"exitCode":[1-9]/.test(line)).slice(-25);
  console.log(telling.map((line) => line.slice(0, 1200)).join('\n'));
}

function setUp(hosts) {
  folder = mkdtempSync(path.join(tmpdir(), 'mortar-e2e-'));
  rig = new Rig(hosts);
  server = new Server(folder, rig);
}

/** Nothing stays on the machine: virtual hosts are processes of their own, which no signal to this one reaches. */
async function takeDown() {
  if (!rig) return;
  await server.stop(isCut ? 'SIGKILL' : 'SIGTERM');
  if (process.argv.includes('--keep') && !isCut) return;
  await rig.end().catch((error) => console.log(error.message));
  rmSync(folder, { recursive: true, force: true });
}

/** Ends the process from wherever the story is. */
async function cut(why, exitCode) {
  if (isCut) return;
  isCut = true;
  counts.failed++;
  console.log(`FAIL  ${why}, during: ${current}`);
  if (exitCode === 1) tellServerLog();
  await takeDown();
  report();
  process.exit(exitCode);
}

function report() {
  if (process.env.CLOSING_LINE_FILE)
    writeFileSync(process.env.CLOSING_LINE_FILE, JSON.stringify({ ...counts, skipped: 0 }));
  console.log(`${counts.passed} steps passed, ${counts.failed} failed in ${seconds(begun)} s`);
}

for (const [signal, number] of Object.entries({ SIGINT: 2, SIGTERM: 15, SIGHUP: 1 }))
  process.on(signal, () => void cut(`ended by ${signal}`, 128 + number));
setTimeout(() => void cut(`not done within ${LIMIT_MINUTES} minutes`, 1), LIMIT_MINUTES * 60_000).unref();
// Whoever started this may be killed without a word to us.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && void cut('the process that started this is gone', 1), 1000).unref();

async function act({ hosts, tell }) {
  setUp(hosts);
  // Hosts that do not come up tell nothing about the server.
  try {
    current = 'the start of the hosts';
    await rig.run('build');
    await rig.run('up');
  } catch (error) {
    if (!isCut) {
      await takeDown();
      skip(`its hosts can't be built or started: ${error.message}`);
    }
  }
  try {
    await step('the server is up', () => server.start());
    await tell({ rig, server, folder, step, parts });
  } catch (error) {
    if (!isCut && counts.failed === 0) throw error;
    if (!isCut) tellServerLog();
  } finally {
    if (!isCut) await takeDown();
  }
}

for (const one of stories) if (!isCut && counts.failed === 0) await act(one);
if (!isCut) {
  report();
  process.exit(counts.failed === 0 ? 0 : 1);
}
