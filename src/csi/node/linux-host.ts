import { spawn } from 'node:child_process';
import { lstat, mkdir, open, readdir, readFile, realpath, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { startTimer } from '../../timing/timers.js';
import { HostCommandError, type NodeHost } from './host.js';

const MOST_READ_BYTES = 64 * 1024;
const MOST_PRINTED_BYTES = 1024 * 1024;
/** Below kubelet's folders only root has business. */
const DIRECTORY_MODE = 0o750;

/** As shells have it. */
const NO_SUCH_PROGRAM = 127;
const CAN_NOT_BE_STARTED = 126;

function run(argv: readonly string[], timeoutMs: number): Promise<string> {
  const [program = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      // Mounts' processes live for long, and everything in ours, such as a key, would be in theirs.
      env: { PATH: process.env['PATH'], LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: mount(8) is killed with the helpers that it has started.
      detached: true,
    });
    const [stdout, stderr] = [child.stdout, child.stderr].map(textOf);
    const ended = new Promise<void>((gone) => child.once('exit', () => gone()));
    const timer = startTimer(() => {
      const { exitCode } = child;
      if (child.pid !== undefined) killGroup(child.pid);
      for (const stream of [child.stdout, child.stderr]) stream.destroy();
      child.unref();
      // What it has started may hold its output open, which it has written.
      if (exitCode === 0) resolve(stdout?.() ?? '');
      else reject(new HostCommandError(argv, exitCode, stderr?.() ?? '', ended));
    }, timeoutMs);
    child.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      const code = error.code === 'ENOENT' ? NO_SUCH_PROGRAM : CAN_NOT_BE_STARTED;
      reject(new HostCommandError(argv, code, error.message));
    });
    child.once('close', (exitCode) => {
      clearTimeout(timer);
      if (exitCode === 0) resolve(stdout?.() ?? '');
      else reject(new HostCommandError(argv, exitCode ?? CAN_NOT_BE_STARTED, stderr?.() ?? ''));
    });
  });
}

/** What has come until it is asked; the rest of a flood is dropped. */
function textOf(stream: Readable): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    if (bytes < MOST_PRINTED_BYTES) chunks.push(chunk);
    bytes += chunk.length;
  });
  return () => Buffer.concat(chunks).toString('utf8');
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // it has just ended
  }
}

/** The name is asked first: the words of a program lie in its memory, which one that hangs may keep from others. */
async function programs(name: string): Promise<readonly (readonly string[])[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const found = await Promise.all(
    pids.map(async (pid) => {
      try {
        if ((await readFile(`/proc/${pid}/comm`, 'utf8')).trim() !== name) return [];
        return [(await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').slice(0, -1)];
      } catch {
        return []; // it has just ended
      }
    }),
  );
  return found.flat();
}

/** What is not there yet has no links. */
async function realFolder(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return path === '/' ? path : join(await realFolder(dirname(path)), basename(path));
  }
}

/** This machine. */
export const linuxHost: NodeHost = {
  run,

  programs,

  mountInfo: () => readFile('/proc/self/mountinfo', 'utf8'),

  realPath: async (path) => join(await realFolder(dirname(path)), basename(path)),

  isDirectory: (path) =>
    lstat(path).then(
      (found) => found.isDirectory(),
      () => false,
    ),

  async makeDirectory(path) {
    await mkdir(path, { recursive: true, mode: DIRECTORY_MODE });
  },

  async removeDirectory(path) {
    await rmdir(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  },

  sizeOf: (path) =>
    stat(path).then(
      ({ size }) => size,
      () => 0,
    ),

  async readFrom(path, offset) {
    try {
      const file = await open(path, 'r');
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_READ_BYTES), 0, MOST_READ_BYTES, offset);
        return buffer.subarray(0, bytesRead).toString('utf8');
      } finally {
        await file.close();
      }
    } catch {
      return '';
    }
  },
};
