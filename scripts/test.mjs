#!/usr/bin/env node
// `npm test`: installs what is missing, builds, runs every check and every test.
// The last line is `N passed, N failed, N skipped`, checks counted with the tests.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureInstalled, ensureTestPrograms, requireSupportedNode, root, run } from './prerequisites.mjs';

requireSupportedNode();
const hasJustBuilt = await ensureInstalled();
await ensureTestPrograms();

const counts = { passed: 0, failed: 0, skipped: 0 };
if (!hasJustBuilt && (await run('npm', ['run', '--silent', 'build'])) !== 0) {
  console.error('the build failed');
  counts.failed++;
}

const { runChecks } = await import('./checks.mjs');
add(await runChecks());
add(await runTests());
// Named files and filters are for vitest alone.
if (process.argv.length === 2) add(await runEndToEnd());

console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed === 0 ? 0 : 1);

async function runTests() {
  const folder = mkdtempSync(path.join(tmpdir(), 'mortar-test-'));
  const file = path.join(folder, 'counts.json');
  try {
    const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const code = await run(process.execPath, [vitest, 'run', ...process.argv.slice(2)], { CLOSING_LINE_FILE: file });
    const found = readCounts(file);
    // A run that ends badly without a failed test has failed all the same.
    return code !== 0 && !(found.failed > 0) ? { ...found, failed: 1 } : found;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The short form of `npm run e2e`, where the machine can run virtual hosts; MORTAR_E2E=off leaves it out. */
async function runEndToEnd() {
  if (process.env.MORTAR_E2E === 'off') {
    console.log('SKIPPED: the end-to-end test on real LVM and GlusterFS, since MORTAR_E2E is off');
    return { passed: 0, failed: 0, skipped: 1 };
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'mortar-test-'));
  const file = path.join(folder, 'counts.json');
  try {
    const code = await run(process.execPath, [path.join(root, 'scripts', 'e2e.mjs'), '--short'], {
      CLOSING_LINE_FILE: file,
    });
    return code === 3 ? { passed: 0, failed: 0, skipped: 1 } : readCounts(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A run that ended before it could write its counts has failed. */
function readCounts(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

function add({ passed, failed, skipped = 0 }) {
  counts.passed += passed;
  counts.failed += failed;
  counts.skipped += skipped;
}
