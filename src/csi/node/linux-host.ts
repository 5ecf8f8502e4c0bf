import { execFile } from 'node:child_process';
import { mkdir, open, readFile, rmdir, stat } from 'node:fs/promises';
import { HostCommandError, type NodeHost } from './host.js';

const MOST_READ_BYTES = 64 * 1024;
const MOST_PRINTED_BYTES = 1024 * 1024;
/** Below kubelet's folders only root has business. */
const DIRECTORY_MODE = 0o750;

/** This machine. */
export const linuxHost: NodeHost = {
  run: (argv, timeoutMs) =>
    new Promise((resolve, reject) => {
      const [program = '', ...args] = argv;
      const options = {
        env: { ...process.env, LC_ALL: 'C' },
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer: MOST_PRINTED_BYTES,
      } as const;
      execFile(program, args, options, (error, stdout, stderr) => {
        if (!error) return resolve(stdout);
        const exitCode = typeof error.code === 'number' ? error.code : null;
        // A program that is not there has no exit code, either.
        const reason = typeof error.code === 'string' ? error.message : stderr;
        reject(new HostCommandError(argv, typeof error.code === 'string' ? 127 : exitCode, reason));
      });
    }),

  mountInfo: () => readFile('/proc/self/mountinfo', 'utf8'),

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
