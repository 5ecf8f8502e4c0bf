import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeMemoryFolder } from '../../support/memory-folder.js';
import { ended, printed } from './support/ended.js';

const ROOT = resolve(import.meta.dirname, '../../..');
const WITHOUT_IPV6 = join(import.meta.dirname, 'support/without-ipv6.mjs');
/** More than a pipe and what waits for it hold, when each line names a path of 8 KiB. */
const REQUESTS = 100;
const LONG_PATH = `/${'x'.repeat(8_000)}`;

let folder = '';
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = makeMemoryFolder('mortar-outputs-');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

type Output = 'pipe' | number;

function launch(stderr: Output, settings: { port?: string; hook?: string; level?: string } = {}): ChildProcess {
  const config = join(folder, 'heketi.json');
  const glusterfs = { executor: 'mock', db: join(folder, 'heketi.db'), loglevel: settings.level ?? 'debug' };
  writeFileSync(config, JSON.stringify({ port: settings.port ?? '0', glusterfs }));
  const hook = settings.hook === undefined ? [] : ['--import', settings.hook];
  const child = spawn(process.execPath, [...hook, join(ROOT, 'bin/heketi'), '--config', config, '--disable-auth'], {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', stderr],
  });
  children.push(child);
  return child;
}

async function listening(child: ChildProcess): Promise<string> {
  const [, port] = await printed(child, /Listening on port (\d+)/);
  return `http://127.0.0.1:${port}`;
}

async function droppedLines(base: string): Promise<number> {
  const text = await (await fetch(`${base}/metrics`)).text();
  return Number(/^mortar_log_lines_dropped_total (\d+)$/m.exec(text)?.[1]);
}

async function ask(base: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) expect((await fetch(`${base}${LONG_PATH}`)).status).toBe(404);
}

function readWhatIsThere(pipe: number): string {
  const chunk = Buffer.alloc(65_536);
  try {
    return chunk.toString('latin1', 0, readSync(pipe, chunk));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return '';
    throw error;
  }
}

async function stop(child: ChildProcess): Promise<number | null> {
  child.kill('SIGTERM');
  await ended(child);
  return child.exitCode;
}

describe('a log that nobody reads', () => {
  it('in a pipe drops lines, and neither answers nor the end wait for it', async () => {
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const pipe = openSync(fifo, 'r+');
    const child = launch(pipe);
    const base = await listening(child);
    await ask(base, REQUESTS);
    expect(await droppedLines(base)).toBeGreaterThan(0);
    // The reader comes back: what waited is there, whole, and then how much is missing.
    let text = '';
    while (!text.includes('log lines were dropped')) {
      text += readWhatIsThere(pipe);
      await fetch(`${base}/hello`);
    }
    const whole = text.slice(text.indexOf('{'), text.lastIndexOf('\n')).split('\n');
    for (const line of whole) expect(() => JSON.parse(line) as unknown).not.toThrow();
    await ask(base, REQUESTS);
    expect(await stop(child)).toBe(0);
    closeSync(pipe);
  });

  it('in a socket does the same', async () => {
    const child = launch('pipe');
    const base = await listening(child);
    child.stderr?.removeAllListeners('data').pause();
    await ask(base, REQUESTS);
    expect(await droppedLines(base)).toBeGreaterThan(0);
    expect(await stop(child)).toBe(0);
  });

  it('on a full disk is dropped', async () => {
    const full = openSync('/dev/full', 'w');
    const child = launch(full);
    const base = await listening(child);
    await ask(base, 3);
    expect(await droppedLines(base)).toBeGreaterThan(2);
    expect(await stop(child)).toBe(0);
    closeSync(full);
  });

  it.each(['stdout', 'stderr', 'both'])('because the reader of %s is gone is nobody’s defect', async (which) => {
    const child = launch('pipe');
    const base = await listening(child);
    if (which !== 'stderr') child.stdout?.destroy();
    if (which !== 'stdout') child.stderr?.destroy();
    await ask(base, 3);
    expect(await stop(child)).toBe(0);
  });
});

describe('the start', () => {
  it('takes SIGUSR1 at any time, and never opens a debugger', async () => {
    const child = launch('pipe', { level: 'info' });
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const ready = listening(child);
    await printed(child, /^Heketi /m);
    child.kill('SIGUSR1');
    const base = await ready;
    expect(await (await fetch(`${base}/admin`)).json()).toEqual({ state: 'local-client' });
    expect(await stop(child)).toBe(0);
    expect(said).not.toContain('Debugger');
  });

  it('ends with 1 and says so when the port is taken', async () => {
    const taken = createServer().listen(0, '::');
    await once(taken, 'listening');
    const child = launch('pipe', { port: String((taken.address() as AddressInfo).port) });
    await printed(child, /ERROR: HTTP Server error: .*EADDRINUSE/);
    await ended(child);
    expect(child.exitCode).toBe(1);
    taken.close();
  });

  it('listens on IPv4 where the host has no IPv6', async () => {
    const child = launch('pipe', { hook: WITHOUT_IPV6 });
    const base = await listening(child);
    expect((await fetch(`${base}/hello`)).status).toBe(200);
    expect(await stop(child)).toBe(0);
  });
});
