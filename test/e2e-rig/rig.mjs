// Three real storage hosts as User-Mode Linux kernels (test/rig/rig), and why this machine may not run them.
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const PROGRAM = path.join(import.meta.dirname, '..', 'rig', 'rig');
const OWNERS = '/run';
const OWNER_FILE = /^gluster-e2e(\d+)\.owner$/;
const PACKAGES = ['user-mode-linux', 'mmdebstrap', 'socat', 'iproute2', 'e2fsprogs', 'openssh-client', 'util-linux'];
/** Three or four hosts of 640 MiB, and the blocks they write. */
const NEEDED_MIB = 3072;
/** A command on a node that takes longer hangs. */
const LIMIT_MS = 1_200_000;
const SSH_ATTEMPTS = 10;
/** What ssh says of a connection over which no command was sent yet. */
const NOT_BEGUN = /ended with 255: .*(?:during banner exchange|kex_exchange_identification|ssh: connect to host)/;

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
  const missing = PACKAGES.filter((name) => !isInstalled(name));
  // Only a container gets packages by itself; a machine that somebody keeps does not.
  if (missing.length > 0 && existsSync('/run/systemd/system'))
    return `packages are missing; as root: apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  const available = /^MemAvailable:\s+(\d+)/m.exec(readFileSync('/proc/meminfo', 'utf8'));
  const availableMib = Math.floor(Number(available?.[1] ?? 0) / 1024);
  if (availableMib < NEEDED_MIB) return `it needs ${NEEDED_MIB} MiB of memory; ${availableMib} are available`;
  const namespaces = spawnSync('unshare', ['--net', '--mount', 'true']);
  return namespaces.status === 0 ? null : 'it may not make network namespaces';
}

function isInstalled(name) {
  return (
    spawnSync('dpkg-query', ['-Wf', '$' + '{db:Status-Status}', name], { encoding: 'utf8' }).stdout === 'installed'
  );
}

/** A rig of its own: others on this machine have other names, addresses and ports. */
export class Rig {
  #children = new Set();
  #isEnding = false;

  /** `count`: of its hosts. */
  constructor(count = 3) {
    const own = takeNumber();
    this.port = 2300 + own;
    this.cache = process.env.RIG_CACHE ?? path.join(tmpdir(), 'gluster-rig-cache');
    this.env = { ...rigEnvironment(own, this.cache), RIG_NODES: String(count) };
    this.ownerFile = ownerFile(own);
  }

  get keyFile() {
    return path.join(this.cache, 'id_ed25519');
  }

  async run(...args) {
    if (this.#isEnding) throw new Error('the rig is being taken down');
    return this.#run(args);
  }

  /** Ends what still runs for this rig, and the rig. */
  async end() {
    this.#isEnding = true;
    for (const child of this.#children) child.kill();
    await this.#run(['down']);
    rmSync(this.ownerFile, { force: true });
  }

  async #run(args) {
    const { code, stdout, stderr } = await collect(PROGRAM, args, this.env, (child) => {
      this.#children.add(child);
      child.on('close', () => this.#children.delete(child));
    });
    if (code !== 0) throw new Error(`rig ${args.join(' ')} ended with ${code}: ${stderr.trim() || stdout.trim()}`);
    return stdout;
  }

  /** A command line on node `n`; throws when it fails. One that could not begin on a busy machine is sent again. */
  async ssh(n, commandLine) {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.run('ssh', String(n), commandLine);
      } catch (error) {
        if (attempt === SSH_ATTEMPTS || !NOT_BEGUN.test(error.message)) throw error;
      }
    }
  }

  /** Cuts its power, and starts a machine of the same name that was installed a minute ago: its disks are empty. */
  async reinstall(n) {
    await this.run('stop', String(n));
    const folder = path.join('/run', `gluster-${this.env.RIG_NAME}`, `n${n}`);
    rmSync(path.join(folder, 'root.cow'));
    rmSync(path.join(folder, 'disks'), { recursive: true });
    await this.run('start', String(n));
  }

  async topology() {
    return JSON.parse(await this.run('topology'));
  }
}

/** Takes down rigs whose tests are gone without having done so: killed, or with their machine's session. */
export async function endAbandonedRigs(say) {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return;
  for (const { own, isAlive } of owners()) {
    if (isAlive) continue;
    say(`taking down a rig that was left running (e2e${own})`);
    await collect(PROGRAM, ['down'], rigEnvironment(own, tmpdir()));
    rmSync(ownerFile(own), { force: true });
  }
}

function rigEnvironment(own, cache) {
  return {
    ...process.env,
    RIG_CACHE: cache,
    RIG_NAME: `e2e${own}`,
    RIG_LOOP: `127.${100 + own}.0`,
    RIG_PORT: String(2300 + own),
    RIG_WAIT: '300',
  };
}

/** The first number from this process's on that no other test has. */
function takeNumber() {
  for (let i = 0; i < 100; i++) {
    const own = (process.pid + i) % 100;
    try {
      writeFileSync(ownerFile(own), String(process.pid), { flag: 'wx' });
      return own;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
  }
  throw new Error(`${OWNERS}/gluster-e2e*.owner: all numbers are taken`);
}

function ownerFile(own) {
  return path.join(OWNERS, `gluster-e2e${own}.owner`);
}

function owners() {
  return readdirSync(OWNERS).flatMap((name) => {
    const own = OWNER_FILE.exec(name)?.[1];
    return own === undefined
      ? []
      : [{ own: Number(own), isAlive: isTest(readFileSync(path.join(OWNERS, name), 'utf8')) }];
  });
}

/** A process number that was given to another program is no test's. */
function isTest(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('e2e.mjs');
  } catch {
    return false;
  }
}

/** `onStart` is given the child process. */
export function collect(program, args, env = process.env, onStart = () => undefined) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS });
    onStart(child);
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
