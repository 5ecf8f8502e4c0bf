#!/usr/bin/env node
// Every check that is not a test: format and lint, types, layers, unused code, generated and copied files.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { root, run } from './prerequisites.mjs';

const bin = (name) => path.join(root, 'node_modules', '.bin', name);

const CHECKS = [
  { name: 'format and lint', command: [bin('biome'), 'ci', '.'] },
  { name: 'types', command: [bin('tsc'), '-p', 'tsconfig.json'] },
  { name: 'types of the console', command: [bin('tsc'), '-p', 'console/tsconfig.json'] },
  { name: "types of the console's tests", command: [bin('tsc'), '-p', 'test/console/tsconfig.json'] },
  { name: 'layers', command: [bin('depcruise'), 'src'] },
  {
    name: 'layers of the console',
    command: [bin('depcruise'), '--config', 'console/.dependency-cruiser.cjs', 'console/src'],
  },
  { name: 'unused code', command: [bin('knip')] },
  { name: 'generated contract', command: [process.execPath, 'scripts/generate-contract.mjs', '--check'] },
  { name: 'reference of heketi-cli', command: [process.execPath, 'scripts/generate-cli-docs.mjs', '--check'] },
  { name: 'Helm chart', command: [process.execPath, 'scripts/generate-chart.mjs', '--check'] },
  { name: 'linear expressions', command: [process.execPath, 'scripts/check-expressions.mjs'] },
  { name: 'copies of ../shared', command: [process.execPath, 'scripts/refresh-shared.mjs', '--check'] },
];

/** Runs every check, also after a failure. */
export async function runChecks() {
  let passed = 0;
  const failed = [];
  for (const { name, command } of CHECKS) {
    console.log(`check: ${name}`);
    const [program, ...args] = command;
    if ((await run(program, args)) === 0) passed++;
    else failed.push(name);
  }
  if (failed.length > 0) console.error(`failed checks: ${failed.join(', ')}`);
  return { passed, failed: failed.length };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { failed } = await runChecks();
  process.exit(failed === 0 ? 0 : 1);
}
