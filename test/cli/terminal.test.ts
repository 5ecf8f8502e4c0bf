import { spawn, spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { asyncScript, startFakeServer } from './support/fake-server.js';
import { VOLUME_ID, volume } from './support/samples.js';

// util-linux gives the client a real pseudo terminal.
const hasScript = spawnSync('script', ['--version']).status === 0;

function runInTerminal(command: string, env: Record<string, string>): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn('script', ['-qec', command, '/dev/null'], { env: { ...process.env, TERM: 'xterm', ...env } });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.on('close', () => resolve(text));
  });
}

it.skipIf(!hasScript)('on a terminal a spinner runs while the server works, and leaves nothing behind', async () => {
  const done = { status: 303, headers: { Location: `/volumes/${VOLUME_ID}` } };
  const server = await startFakeServer({
    ...asyncScript('POST /volumes', done, 2),
    [`GET /volumes/${VOLUME_ID}`]: { body: volume },
  });
  try {
    const text = await runInTerminal('bin/heketi-cli volume create --size=100', { HEKETI_CLI_SERVER: server.url });
    expect(text).toMatch(/\u001b7\u001b\[K.*creating a volume of 100 GiB 0\.\ds/);
    // What is wiped does not count: after the last erasure there is the plain output and nothing else.
    const visible = text.slice(text.lastIndexOf('\u001b[K') + 3);
    expect(visible).toMatch(/^Name: v1\r\nSize: 100\r\n[\s\S]*Replica Count: 3\r\n$/);
  } finally {
    await server.close();
  }
});
