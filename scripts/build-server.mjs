#!/usr/bin/env node
// Bundles the server: dist/heketi.mjs, the thread that looks at copies of its database (heketi-inspect.mjs), and the parts
// that are loaded when a command needs them. It starts in a third of the time; what is compiled for the machine (SQLite,
// ciphers of SSH) stays in node_modules.
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BANNER } from './bundle-banner.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const folder = path.join(root, 'dist');

const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: { heketi: 'src/main.ts', 'heketi-inspect': 'src/store/sqlite/inspect-worker.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  entryNames: '[name]',
  chunkNames: 'heketi-part-[hash]',
  write: false,
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  external: ['better-sqlite3', 'ssh2'],
  banner: { js: BANNER },
  // Names and lines stay, so that the stack of a defect can be read.
  legalComments: 'none',
  logLevel: 'warning',
});

await mkdir(folder, { recursive: true });
// The entry comes last, and each file in one step: somebody may be starting the old one.
const isEntry = (file) => path.basename(file) === 'heketi.mjs';
for (const { path: target, contents } of outputFiles.toSorted((a, b) => isEntry(a.path) - isEntry(b.path))) {
  const draft = `${target}.${process.pid}`;
  await writeFile(draft, contents);
  await rename(draft, target);
}
const current = new Set(outputFiles.map((file) => path.basename(file.path)));
for (const name of await readdir(folder)) {
  if (/^heketi-part-\w+\.mjs$/.test(name) && !current.has(name)) await rm(path.join(folder, name), { force: true });
}
