import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { ended, printed } from '../../crash/processes/support/ended.js';

const PROGRAM = resolve(import.meta.dirname, '../../../bin/heketi-csi');

export interface DriverProcess {
  readonly socket: string;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<void>;
}

/** The built driver, listening on a socket in `folder`. */
export async function startDriverProcess(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<DriverProcess> {
  const socket = join(folder, 'csi.sock');
  const child = spawn(process.execPath, [PROGRAM, ...args, '--endpoint', socket, '--log-level', 'error'], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await printed(child, /Listening on/);
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    child.kill(signal);
    await ended(child);
  };
  return { socket, kill: () => end('SIGKILL'), stop: () => end('SIGTERM') };
}
