#!/usr/bin/env node
// Bundles heketi-csi into one file, dist/heketi-csi.mjs, beside which the messages of its protocol lie (csi.proto).
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BANNER } from './bundle-banner.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));

const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ['src/csi/main.ts'],
  outfile: 'dist/heketi-csi.mjs',
  write: false,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  // Loaded only for a kubeconfig, from the packages of the server.
  external: ['@kubernetes/client-node'],
  banner: { js: BANNER },
  // Names and lines stay, so that the stack of a defect can be read.
  legalComments: 'none',
  define: { 'globalThis.MORTAR_VERSION': JSON.stringify(version) },
  logLevel: 'warning',
});

/** Replaced in one step: somebody may be starting the old one. */
async function put(name, contents) {
  const draft = path.join(root, 'dist', `${name}.${process.pid}`);
  await writeFile(draft, contents);
  await rename(draft, path.join(root, 'dist', name));
}

await mkdir(path.join(root, 'dist'), { recursive: true });
await put('csi.proto', await readFile(path.join(root, 'src/csi/rpc/csi.proto')));
await put('heketi-csi.mjs', outputFiles[0].contents);
