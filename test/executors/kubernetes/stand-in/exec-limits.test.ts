import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KubernetesServer } from '../../../support/kubernetes-server/kubernetes-server.js';
import { execOver } from './exec-client.js';

const LENGTH_AND_HASH = ['bash', '-c', 'echo ${#1}; printf %s "$1" | sha256sum', 'x'];

let server: KubernetesServer;
beforeAll(async () => {
  server = await KubernetesServer.up();
  server.pods.add('10.20.0.11');
});
afterAll(() => server.down());

describe('the arguments that the stand-in takes', () => {
  it.each([102_400, 131_071])('are of up to 131071 bytes: %i', async (length) => {
    const argument = 'a'.repeat(length);
    const client = execOver(server, { argv: [...LENGTH_AND_HASH, argument] });
    await client.ended();
    const hash = createHash('sha256').update(argument).digest('hex');
    expect(client.output(1)).toBe(`${length}\n${hash}  -\n`);
    expect(client.output(3)).toBe('{"metadata":{},"status":"Success"}');
  });

  it.each([131_072, 300_000])(
    'are refused by the kernel beyond that, and repeated in the status: %i',
    async (length) => {
      const client = execOver(server, { argv: [...LENGTH_AND_HASH, 'a'.repeat(length)] });
      await client.ended();
      expect(client.output(2)).toBe('exec /usr/bin/bash: argument list too long\n');
      expect(client.output(3)).toContain(`aaa], exit code 1","reason":"NonZeroExitCode"`);
      expect(client.output(3)).toHaveLength(length + 267);
    },
  );

  it('fit in a request line of 1 MiB', async () => {
    const argv = ['bash', '-c', 'echo $# ${#1}', 'x'];
    const words = (count: number) => [...argv, ...Array.from({ length: count }, () => 'b'.repeat(65_000))];
    const taken = execOver(server, { argv: words(16) });
    await taken.ended();
    expect(taken.output(1)).toBe('16 65000\n');
    const refused = execOver(server, { argv: words(17) });
    await refused.ended();
    expect([refused.answer?.code, refused.body]).toEqual([431, '431 Request Header Fields Too Large']);
  });

  it('may be a script with newlines and quotes', async () => {
    const script = `${'# "x" \n'.repeat(14_000)}echo done`;
    const client = execOver(server, { argv: ['bash', '-c', script] });
    await client.ended();
    expect(client.output(1)).toBe('done\n');
  });
});

describe('what the stand-in passes on', () => {
  it('is cut at any byte', async () => {
    server.execs.pieceBytes = 1;
    const client = execOver(server, { argv: ['printf', 'a€b'] });
    await client.ended();
    server.execs.pieceBytes = Number.POSITIVE_INFINITY;
    expect(client.output(1)).toBe('a€b');
    expect(client.frames.map(({ payload }) => payload.length)).toEqual([1, 2, 2, 2, 2, 2, 35, 2]);
  });

  it('is a script through an input that has no end', async () => {
    const client = execOver(server, { argv: ['bash', '-s'], stdin: true });
    await client.until(({ answer }) => answer !== null);
    const lines = Array.from({ length: 4000 }, (_, i) => `x${i}=${'v'.repeat(40)}${i}\n`).join('');
    for (let at = 0; at < lines.length; at += 4096) client.sendMessage(0, lines.slice(at, at + 4096));
    client.sendMessage(0, 'echo "read, x3999=$x3999"; exit 7\n');
    await client.ended();
    expect(client.output(1)).toBe(`read, x3999=${'v'.repeat(40)}3999\n`);
    expect(client.output(3)).toContain('[bash -s], exit code 7');
  });

  it.each([
    ['an empty message', [0]],
    ['a v5 close signal', [255, 0]],
    ['a message on another channel', [1, 120]],
  ])('is no end of input: %s', async (_name, bytes) => {
    const client = execOver(server, { argv: ['cat'], stdin: true });
    client.sendMessage(0, 'one\n');
    await client.until((now) => now.output(1) === 'one\n');
    client.send(2, Buffer.from(bytes));
    client.sendMessage(0, 'two\n');
    await client.until((now) => now.output(1) === 'one\ntwo\n');
    expect(client.output(3)).toBe('');
    client.destroy();
  });

  it('is no input that was not asked for: the program reads an empty pipe', async () => {
    const client = execOver(server, { argv: ['cat'] });
    client.sendMessage(0, 'unwanted\n');
    await client.ended();
    expect([client.output(1), client.output(3)]).toEqual(['', '{"metadata":{},"status":"Success"}']);
  });
});
