import { describe, expect, it } from 'vitest';
import { runCommand, withServer } from './support/run.js';

const SECRET = 'tr0ub4dor';

describe('a secret on the command line never appears in an error', () => {
  it.each([
    ['with one dash', ['-secret', SECRET, 'volume', 'list']],
    ['with one dash and joined', [`-secret=${SECRET}`, 'volume', 'list']],
    ['of a flag that is misspelt', [`--secrets=${SECRET}`, 'volume', 'list']],
    ['in a bundle', [`-Ix=${SECRET}`, 'volume', 'list']],
    ['behind nothing', [`--=${SECRET}`, 'volume', 'list']],
    ['in an address that is none', [`--server=htp://admin:${SECRET}@host`, 'volume', 'list']],
    ['in an address where nobody listens', [`--server=http://admin:${SECRET}@127.0.0.1:1`, 'volume', 'list']],
    ['with a command that does not exist', [`--secret=${SECRET}`, 'nonsense']],
    ['with a server that does not answer', [`--secret=${SECRET}`, '--server=http://127.0.0.1:1', 'volume', 'list']],
  ])('%s', async (_how, argv) => {
    for (const isTty of [false, true]) {
      const { exit, stdout, stderr } = await runCommand(argv, { isTty });
      expect(exit).toBe(255);
      expect(stderr).toMatch(/^Error: /);
      expect(stdout + stderr).not.toContain(SECRET);
    }
  });

  it('nor in one of the server', async () => {
    await withServer({ 'GET /volumes': { status: 500, body: 'broken' } }, async (_server, run) => {
      const { stderr } = await run(['volume', 'list', `--secret=${SECRET}`, '--user=admin'], { isTty: true });
      expect(stderr).toMatch(/Error: broken/);
      expect(stderr).not.toContain(SECRET);
    });
  });
});

it('a port that can not be is named, and a folder in place of a topology', async () => {
  expect((await runCommand(['volume', 'list', '--server=http://host:99999/'])).stderr).toBe(
    'Error: "http://host:99999/": the port must be between 1 and 65535\n',
  );
  await withServer({}, async (_server, run) => {
    expect((await run(['topology', 'load', '--json=/tmp'])).stderr).toContain('open /tmp: is a directory');
  });
});

describe('control characters in what a server says', () => {
  const evil = 'a\u001b]0;title\u0007\u001b[2J\u009b1m\rb';
  const script = {
    'GET /volumes': { status: 500, body: evil },
    'GET /clusters': { body: { clusters: [evil] } },
    [`GET /clusters/${encodeURIComponent(evil)}`]: { body: { id: evil, file: true, block: true } },
  };

  it('do not reach a terminal', async () => {
    await withServer(script, async (_server, run) => {
      const shown = 'a\\x1b]0;title\\x07\\x1b[2J\\x9b1m\\x0db';
      expect((await run(['volume', 'list'], { isTty: true })).stderr).toMatch(`Error: ${shown}\n`);
      expect((await run(['cluster', 'list'], { isTty: true })).stdout).toContain(shown);
    });
  });

  it('reach a file or a pipe as they are', async () => {
    await withServer(script, async (_server, run) => {
      expect((await run(['volume', 'list'])).stderr).toBe(`Error: ${evil}\n`);
      expect((await run(['cluster', 'list'])).stdout).toContain(evil);
    });
  });
});

it.each([
  [['cluster', 'delete', '../volumes/0123456789abcdef0123456789abcdef']],
  [['volume', 'expand', '--volume=../clusters', '--expand-size=1']],
  [['node', 'info', '..']],
  [['device', 'remove', 'a/b']],
])('an argument that leads to another resource is no id, and nothing is sent: %j', async (argv) => {
  await withServer({}, async (server, run) => {
    const { exit, stderr } = await run(argv);
    expect([exit, stderr]).toEqual([
      255,
      expect.stringMatching(/^Error: "[^"]+" is not an id: ids have 32 hex digits/),
    ]);
    expect(server.requests).toEqual([]);
  });
});

it('an answer that no memory could hold is not read', async () => {
  const headers = { 'Content-Length': String(2 ** 40) };
  await withServer({ 'GET /volumes': { headers, body: '{' } }, async (_server, run) => {
    const { exit, stderr } = await run(['volume', 'list']);
    expect([exit, stderr]).toEqual([255, expect.stringContaining('the answer is larger than 512 MiB')]);
  });
});

describe('hints', () => {
  const refusal = (request: string, status: number, body: string) => ({ [request]: { status, body } });

  it.each([
    ['volume info x', refusal('GET /volumes/x', 404, 'Id not found'), /^heketi-cli volume list lists/],
    ['device info x', refusal('GET /devices/x', 404, 'Id not found'), /^heketi-cli topology info lists/],
    ['server operations wait x', refusal('GET /queue/x', 404, 'Id not found'), /^results are kept for a while/],
    ['volume list', refusal('GET /volumes', 401, 'Administrator access required'), /--user=admin/],
    ['volume list', refusal('GET /volumes', 401, 'Invalid JWT token: Token is expired'), /clock/],
    ['volume list', refusal('GET /volumes', 401, 'Invalid JWT token: signature is invalid'), /HEKETI_CLI_KEY/],
    ['cluster create', refusal('POST /clusters', 503, 'Service disabled for maintenance'), /SIGUSR2/],
    ['cluster create', refusal('POST /clusters', 429, 'busy'), /server operations list/],
    ['volume create --size=9', refusal('POST /volumes', 500, 'No space: too small'), /--dry-run/],
    ['volume create', {}, /^heketi-cli help volume create shows the usage/],
    ['volume create --sizes=9', {}, /^heketi-cli help volume create shows the usage/],
  ])('%s', async (line, script, hint) => {
    await withServer(script, async (_server, run) => {
      const onTerminal = await run(line.split(' '), { isTty: true });
      const [, shown = ''] = /\nHint: (.*)\n$/.exec(onTerminal.stderr) ?? [];
      expect(shown).toMatch(hint);
      // Scripts see the same failure without the hint.
      const piped = await run(line.split(' '));
      expect(piped.exit).toBe(255);
      expect(onTerminal.stderr).toContain(piped.stderr);
      expect(piped.stderr).toMatch(/^Error: .*\n$/);
    });
  });
});
