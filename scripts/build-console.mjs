#!/usr/bin/env node
// Bundles the console into dist/console: a page, its script, its style and its icon, with packed copies beside them. Names
// change with what is in the files, so that browsers may keep them for ever.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const folder = path.join(root, 'dist', 'console');
const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));

/** What a visitor loads before the first look, packed. */
const LARGEST_PACKED_BYTES = 120 * 1024;

const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: { console: 'console/src/main.tsx' },
  outdir: 'dist/console',
  entryNames: '[name]-[hash]',
  write: false,
  bundle: true,
  minify: true,
  platform: 'browser',
  target: ['chrome111', 'firefox113', 'safari16.4'],
  format: 'esm',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  tsconfig: 'console/tsconfig.json',
  legalComments: 'none',
  banner: {
    js: '/* Mortar, Apache-2.0. With Preact (MIT, Copyright (c) 2015-present Jason Miller) and @noble/hashes (MIT, Copyright (c) 2022 Paul Miller). */',
  },
  define: { MORTAR_VERSION: JSON.stringify(version) },
  logLevel: 'warning',
});

const files = new Map(outputFiles.map((file) => [path.basename(file.path), Buffer.from(file.contents)]));
const icon = await readFile(path.join(root, 'console', 'icon.svg'));
files.set(`icon-${createHash('sha256').update(icon).digest('hex').slice(0, 8)}.svg`, icon);

const named = (end) => [...files.keys()].find((name) => name.endsWith(end));
const template = await readFile(path.join(root, 'console', 'index.html'), 'utf8');
const page = template
  .replace('{{icon}}', named('.svg'))
  .replace('{{style}}', named('.css'))
  .replace('{{script}}', named('.js'));

let packedBytes = Buffer.byteLength(page);
for (const [name, contents] of [...files]) {
  const packed = gzipSync(contents, { level: 9 });
  packedBytes += packed.length;
  files.set(`${name}.gz`, packed);
}
if (packedBytes > LARGEST_PACKED_BYTES) {
  console.error(`the console has ${packedBytes} bytes packed; more than ${LARGEST_PACKED_BYTES} take too long to load`);
  process.exit(1);
}

await mkdir(folder, { recursive: true });
// The page comes last, and each file in one step: a server may be starting.
for (const [name, contents] of [...files, ['index.html', page]]) {
  const draft = path.join(folder, `.${name}.${process.pid}`);
  await writeFile(draft, contents);
  await rename(draft, path.join(folder, name));
}
for (const name of await readdir(folder)) {
  if (name !== 'index.html' && !files.has(name)) await rm(path.join(folder, name), { force: true });
}
