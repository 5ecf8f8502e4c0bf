// Three real storage hosts as User-Mode Linux kernels (test/rig/rig), and why this machine may not run them.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const PROGRAM = path.join(import.meta.dirname, '..', 'rig', 'rig');

/** Null when the machine can run the rig. */
export function whyNoRig() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'it needs Linux on x86-64';
  if (process.getuid?.() !== 0) return 'it needs root';
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK);
  } catch {
    return 'it needs /dev/net/tun';
  }
  if (!existsSync('/usr/bin/apt-get')) return 'it needs Debian and its package archive';
  const namespaces = spawnSync('unshare', ['--net', '--mount', 'true']);
  return namespaces.status === 0 ? null : 'it may not make network namespaces';
}

/** A rig of its own: others on this machine have other names, addresses and ports. */
export class Rig {
  constructor() {
    const own = process.pid % 100;
    this.port = 2300 + own;
    this.cache = process.env.RIG_CACHE ?? path.join(tmpdir(), 'gluster-rig-cache');
    this.env = {
      ...process.env,
      RIG_CACHE: this.cache,
      RIG_NAME: `e2e${own}`,
      RIG_LOOP: `127.${100 + own}.0`,
      RIG_PORT: String(this.port),
      RIG_WAIT: '300',
    };
  }

  get keyFile() {
    return path.join(this.cache, 'id_ed25519');
  }

  async run(...args) {
    const { code, stdout, stderr } = await collect(PROGRAM, args, this.env);
    if (code !== 0) throw new Error(`rig ${args.join(' ')} ended with ${code}: ${stderr.trim() || stdout.trim()}`);
    return stdout;
  }

  /** A command line on node `n`; throws when it fails. */
  ssh(n, commandLine) {
    return this.run('ssh', String(n), commandLine);
  }

  async topology() {
    return JSON.parse(await this.run('topology'));
  }
}

export function collect(program, args, env = process.env) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Asks until the answer is true; the state of real machines changes in its own time. */
export async function until(what, ask, limitMs = 240_000) {
  const end = Date.now() + limitMs;
  for (let last = null; ; ) {
    try {
      if (await ask()) return;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end)
      throw new Error(`not so within ${limitMs / 1000} s: ${what}${last ? ` (${last.message})` : ''}`);
    await pause(1000);
  }
}
