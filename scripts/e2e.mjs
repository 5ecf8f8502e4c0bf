#!/usr/bin/env node
// `npm run e2e`: the life of volumes on three real hosts with real LVM and GlusterFS (test/rig/rig), in virtual machines
// that need no more than root and /dev/net/tun. Arguments name parts of it (growth, kinds, repair, faults); `--short` is
// repair alone; without any, all of them. Where a machine can't run it, the reason is said and the exit code is 3.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Rig, whyNoRig } from '../test/e2e-rig/rig.mjs';
import { Server } from '../test/e2e-rig/server.mjs';
import { story } from '../test/e2e-rig/story.mjs';

const PARTS = ['growth', 'kinds', 'repair', 'faults'];
const named = PARTS.filter((part) => process.argv.includes(part));
const wanted = process.argv.includes('--short') ? ['repair'] : named;
const parts = wanted.length > 0 ? wanted : PARTS;
const reason = whyNoRig();
if (reason !== null) {
  console.log(`SKIPPED: the end-to-end test on real LVM and GlusterFS is not run on this machine: ${reason}`);
  process.exit(3);
}

const folder = mkdtempSync(path.join(tmpdir(), 'mortar-e2e-'));
const rig = new Rig();
const server = new Server(folder, rig);
const counts = { passed: 0, failed: 0 };
const seconds = (since) => ((Date.now() - since) / 1000).toFixed(0);
const begun = Date.now();

async function step(title, work) {
  const since = Date.now();
  try {
    await work();
    counts.passed++;
    console.log(`ok    ${title} (${seconds(since)} s)`);
  } catch (error) {
    counts.failed++;
    console.log(`FAIL  ${title} (${seconds(since)} s)\n${error.stack ?? error}`);
    throw new Error('the story ends here', { cause: error });
  }
}

try {
  await step('three hosts are up', () => rig.run('up'));
  await step('the server is up', () => server.start());
  await story({ rig, server, folder, step, parts });
} catch (error) {
  if (counts.failed === 0) throw error;
  if (server.child) {
    const log = readFileSync(path.join(folder, 'server.log'), 'utf8').split('\n');
    const telling = log.filter((line) => /"level":"(warn|error)"|"exitCode":[1-9]/.test(line)).slice(-25);
    console.log(telling.map((line) => line.slice(0, 1200)).join('\n'));
  }
} finally {
  await server.stop();
  if (!process.argv.includes('--keep')) {
    await rig.run('down').catch((error) => console.log(error.message));
    rmSync(folder, { recursive: true, force: true });
  }
}
if (process.env.CLOSING_LINE_FILE)
  writeFileSync(process.env.CLOSING_LINE_FILE, JSON.stringify({ ...counts, skipped: 0 }));
console.log(`${counts.passed} steps passed, ${counts.failed} failed in ${seconds(begun)} s`);
process.exitCode = counts.failed === 0 ? 0 : 1;
