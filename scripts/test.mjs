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
