#!/usr/bin/env node
// Bundles heketi-cli into one file, dist/heketi-cli.mjs, so that it starts fast and needs no node_modules.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));

const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ['src/cli/main.ts'],
  outfile: 'dist/heketi-cli.mjs',
  write: false,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  // Names stay, so that the stack of a defect can be read.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  define: { 'globalThis.MORTAR_VERSION': JSON.stringify(version) },
  logLevel: 'warning',
});

// Replaced in one step: somebody may be running the old one.
const target = path.join(root, 'dist/heketi-cli.mjs');
const draft = `${target}.${process.pid}`;
await mkdir(path.dirname(target), { recursive: true });
await writeFile(draft, outputFiles[0].contents);
await rename(draft, target);
