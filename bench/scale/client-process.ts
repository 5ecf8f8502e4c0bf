import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { cpuSeconds, mostMib } from './process-use.js';

const LOOK_EVERY_MS = 5;

/** What one call of `heketi-cli` needed, and what it printed. */
export interface ClientUse {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly mib: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** Runs `heketi-cli`, which must succeed, with its output into a pipe that is read as fast as it comes. */
export async function runClient(base: string, args: readonly string[]): Promise<ClientUse> {
  const began = performance.now();
  const child = spawn(process.execPath, [path.resolve('bin/heketi-cli'), `--server=${base}`, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let [cpuMs, mib, bytes] = [0, 0, 0];
  const hash = createHash('sha256');
  // What a process has used is known only while there is one.
  const look = setInterval(() => {
    if (child.pid === undefined || child.exitCode !== null) return;
    try {
      cpuMs = Math.max(cpuMs, cpuSeconds(child.pid) * 1000);
      mib = Math.max(mib, mostMib(child.pid));
    } catch {
      // It has just ended.
    }
  }, LOOK_EVERY_MS);
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    hash.update(chunk);
  });
  const code = await new Promise<number | null>((done) => child.once('close', done));
  clearInterval(look);
  if (code !== 0) throw new Error(`heketi-cli ${args.join(' ')} ended with ${code}`);
  return { wallMs: performance.now() - began, cpuMs, mib, bytes, sha256: hash.digest('hex') };
}
