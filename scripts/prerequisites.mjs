// What `npm test` and `npm run quickstart` need before anything else: Node itself and the packages.
// No packages are used here: they may not be installed yet.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '..');

const MINIMUM_NODE = [20, 19];
const PROGRESS_INTERVAL_MS = 10_000;

/** Ends the process with a sentence when this Node is too old. */
export function requireSupportedNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor >= MINIMUM_NODE[1])) return;
  console.error(`Node ${MINIMUM_NODE.join('.')} or newer is needed; this is ${process.versions.node}.`);
  process.exit(1);
}

/**
 * Runs `npm ci` when node_modules is missing or is not what package-lock.json says.
 * Returns whether it ran; `npm ci` also builds.
 */
export async function ensureInstalled() {
  const reason = whyInstall();
  if (reason === null) return false;
  console.log(`Installing packages: ${reason}.`);
  console.log('SQLite is compiled on the way, which takes a minute or two.');
  const startedAt = Date.now();
  const progress = setInterval(() => {
    console.log(`  still installing, ${Math.round((Date.now() - startedAt) / 1000)} s so far ...`);
  }, PROGRESS_INTERVAL_MS);
  // A production setting of the caller would leave out the compiler and the test runner.
  const code = await run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund'], localHeaders());
  clearInterval(progress);
  if (code !== 0) {
    const missing = ['python3', 'make', 'g++'].filter((tool) => spawnSync(tool, ['--version']).error);
    console.error(`npm ci failed with exit code ${code}.`);
    if (missing.length > 0) console.error(`SQLite is compiled with ${missing.join(', ')}, not found on this machine.`);
    process.exit(1);
  }
  console.log(`Installed in ${Math.round((Date.now() - startedAt) / 1000)} s.`);
  return true;
}

/** What tests use of a Debian system: an SSH server with the login shells and the sudo that are tried, terminals, a database, a browser. */
const TEST_PACKAGES = {
  '/usr/sbin/sshd': 'openssh-server',
  '/usr/bin/ssh-keygen': 'openssh-client',
  '/usr/bin/curl': 'curl',
  '/usr/bin/sudo': 'sudo',
  '/usr/bin/tcsh': 'tcsh',
  '/usr/bin/fish': 'fish',
  '/usr/bin/zsh': 'zsh',
  '/usr/bin/script': 'bsdutils',
  '/usr/lib/postgresql': 'postgresql',
  '/usr/bin/chromium': 'chromium',
};

/**
 * Installs what tests need where that is harmless: as root, with apt, on a machine that no init system
 * runs (a container), since installing the package would start an SSH server otherwise. Elsewhere it says what to run.
 */
export async function ensureTestPrograms() {
  const missing = Object.entries(TEST_PACKAGES).flatMap(([file, name]) => (existsSync(file) ? [] : [name]));
  if (missing.length === 0 || process.platform !== 'linux') return;
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0 || existsSync('/run/systemd/system') || !existsSync('/usr/bin/apt-get')) {
    console.log(`Some tests will fail or be skipped, since programs are missing; as root: ${command}`);
    return;
  }
  console.log(`Installing for the tests: ${missing.join(', ')}.`);
  // In run level 1 packages start no servers.
  const quiet = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  if ((await run('sh', ['-c', `apt-get update -qq && ${command} -qq >/dev/null`], quiet)) !== 0)
    console.log('That failed; the tests that need them will fail or be skipped.');
}

/** Headers installed with Node serve to compile SQLite; without this setting node-gyp would download them. */
function localHeaders() {
  const prefix = path.resolve(path.dirname(process.execPath), '..');
  return existsSync(path.join(prefix, 'include', 'node', 'node.h')) ? { npm_config_nodedir: prefix } : {};
}

function whyInstall() {
  const installedLock = path.join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedLock)) return 'node_modules is not here yet';
  const wanted = readPackages(path.join(root, 'package-lock.json'));
  const installed = readPackages(installedLock);
  for (const [place, { version, optional }] of Object.entries(wanted)) {
    // Optional packages of other platforms are rightly absent.
    if (place === '' || (optional && !installed[place])) continue;
    if (installed[place]?.version !== version) return `${place} is not the version of package-lock.json`;
  }
  const sqlite = spawnSync(process.execPath, ['-e', "new (require('better-sqlite3'))(':memory:').close()"], {
    cwd: root,
  });
  return sqlite.status === 0 ? null : 'SQLite is not compiled for this version of Node';
}

function readPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
}

/** Runs a command in the project's folder, showing its output; its exit code, 1 when it could not start or was killed. */
export function run(command, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.on('error', (error) => {
      console.error(`${command}: ${error.message}`);
      resolve(1);
    });
    child.on('close', (code) => resolve(code ?? 1));
  });
}
