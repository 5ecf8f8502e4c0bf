#!/usr/bin/env node
// Copies what the tests need from ../shared into test/, so that a bare clone can test itself.
//   node scripts/refresh-shared.mjs            brings the copies up to date
//   node scripts/refresh-shared.mjs --check    names the files that differ; exit code 1 if there are any
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const shared = path.join(root, '..', 'shared');

const COPIES = [
  ['golden/README.md', 'test/golden/README.md'],
  ['golden/replay.mjs', 'test/golden/replay.mjs'],
  ['golden/replay-cli.mjs', 'test/golden/replay-cli.mjs'],
  ['golden/check-dbimport.mjs', 'test/golden/check-dbimport.mjs'],
  ['golden/http', 'test/golden/http'],
  ['golden/cli', 'test/golden/cli'],
  ['golden/db', 'test/golden/db'],
  ['golden/commands', 'test/golden/commands'],
  ['kubernetes', 'test/golden/kubernetes'],
  ['rig/rig', 'test/rig/rig'],
  ['rig/samples', 'test/rig/samples'],
  ['simcluster', 'test/simcluster'],
];

/** Databases from elsewhere, which are not ours to hand on, with what was exported from them. */
const isLeftOut = (file) => path.basename(file).includes('-upstream');

const check = process.argv.includes('--check');
if (!existsSync(shared)) {
  console.log('../shared is not here: the copies in test/ are taken as they are');
  process.exit(0);
}

const differing = COPIES.flatMap(([from, to]) => compare(path.join(shared, from), path.join(root, to)));
for (const { from, to, what } of differing) {
  const shown = path.relative(root, to);
  if (check) console.log(`${shown}: ${what}`);
  else if (from === null) rmSync(to);
  else {
    mkdirSync(path.dirname(to), { recursive: true });
    copyFileSync(from, to);
  }
}
if (!check) console.log(`${differing.length} files brought up to date`);
else if (differing.length > 0) {
  console.log(`${differing.length} copies differ from ../shared; bring them up to date with: npm run refresh-shared`);
  process.exit(1);
} else console.log('the copies are those of ../shared');

function compare(from, to) {
  const wanted = new Map(filesIn(from).map((file) => [file, path.join(from, file)]));
  const present = new Set(filesIn(to));
  const changes = [];
  for (const [file, source] of wanted) {
    const copy = path.join(to, file);
    if (!present.has(file)) changes.push({ from: source, to: copy, what: 'missing' });
    else if (!readFileSync(source).equals(readFileSync(copy)))
      changes.push({ from: source, to: copy, what: 'differs' });
  }
  for (const file of present) {
    if (!wanted.has(file)) changes.push({ from: null, to: path.join(to, file), what: 'not in ../shared' });
  }
  return changes;
}

/** Relative paths; '' for a path that is itself a file. */
function filesIn(place) {
  if (!existsSync(place)) return [];
  if (statSync(place).isFile()) return [''];
  return readdirSync(place, { recursive: true })
    .filter((file) => !isLeftOut(file) && statSync(path.join(place, file)).isFile())
    .sort();
}
