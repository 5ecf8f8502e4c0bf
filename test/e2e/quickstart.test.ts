import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');

const started: ChildProcess[] = [];
const ports: number[] = [];
afterEach(async () => {
  for (const child of started.splice(0)) {
    child.kill('SIGTERM');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  }
  for (const port of ports.splice(0)) rmSync(join(ROOT, '.quickstart', String(port)), { recursive: true, force: true });
});

interface TryOut {
  readonly child: ChildProcess;
  /** Both of its streams, so far. */
  readonly printed: () => string;
  /** Its story is told, and the server stays up. */
  readonly isUp: Promise<void>;
}

function quickstart(port: number, ...args: readonly string[]): TryOut {
  const program = join(ROOT, 'scripts', 'quickstart.mjs');
  const child = spawn(process.execPath, [program, '--built', '--port', String(port), ...args], { cwd: ROOT });
  let text = '';
  const isUp = new Promise<void>((done, fail) => {
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (text.includes('The API listens at')) done();
      });
    child.once('close', () => fail(new Error(`it has ended: ${text}`)));
  });
  isUp.catch(() => undefined); // who does not wait for it looks at the exit code
  started.push(child);
  ports.push(port);
  return { child, printed: () => text, isUp };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0);
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return port;
}

const answers = (port: number) =>
  fetch(`http://127.0.0.1:${port}/hello`).then(
    ({ ok }) => ok,
    () => false,
  );

describe('npm run quickstart', () => {
  it("does not tell its story to somebody else's server", async () => {
    const asked: string[] = [];
    const other = createServer((request, answer) => {
      asked.push(`${request.method} ${request.url}`);
      answer.end('Hello from somebody else');
    }).listen(0);
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { child, printed } = quickstart(port, '--once');
    const [code] = (await once(child, 'close')) as [number];
    other.close();
    expect({ code, asked }).toEqual({ code: 1, asked: [] });
    expect(printed()).toContain(`port ${port} is taken by another program`);
  });

  it('leaves an earlier try-out alone', async () => {
    const [first, second] = [await freePort(), await freePort()];
    await quickstart(first).isUp;
    await quickstart(second).isUp;
    expect(existsSync(join(ROOT, '.quickstart', String(first), 'heketi.db'))).toBe(true);
    expect([await answers(first), await answers(second)]).toEqual([true, true]);
  });

  it('leaves no server behind when it is killed', async () => {
    const port = await freePort();
    const tryOut = quickstart(port);
    await tryOut.isUp;
    expect(await answers(port)).toBe(true);
    tryOut.child.kill('SIGKILL');
    await once(tryOut.child, 'close');
    while (await answers(port));
  });
});
