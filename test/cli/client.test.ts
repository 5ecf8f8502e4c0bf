import { createHash, createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ConnectionError } from '../../src/cli/errors.js';
import { HeketiClient, type Wait } from '../../src/client/client.js';
import { asyncScript, type FakeServer, type SeenRequest, startFakeServer } from './support/fake-server.js';
import { runCommand, withServer } from './support/run.js';

const ID = '0123456789abcdef0123456789abcdef';
const CREATE = ['volume', 'create', '--size=10', '--json'];
const DONE = { status: 303, headers: { Location: `/volumes/${ID}` } };
const VOLUME = { [`GET /volumes/${ID}`]: { body: { id: ID } } };

const PENDING = { status: 200, headers: { 'x-pending': 'true' } };

/** What somebody is told who waits at /queue while the server answers so: notices, or what is waited for. */
async function waitsFor(script: readonly (Error | { status: number; headers: Record<string, string> })[]) {
  const answers = [...script];
  const waits: (Wait | null)[] = [];
  const client = new HeketiClient({
    transport: {
      async send() {
        const next = answers.shift();
        if (next === undefined || next instanceof Error) throw next;
        return { ...next, reason: '', body: Buffer.alloc(0) };
      },
      close: () => undefined,
    },
    signToken: () => '',
    basePath: '',
    user: '',
    key: '',
    sleep: async () => undefined,
    now: () => 0,
    random: () => 0,
    onWait: (wait) => waits.push(wait),
  });
  await client.follow('q', 'creating a volume');
  return waits.map((wait) => wait?.notice ?? wait);
}

interface Token {
  readonly claims: Record<string, unknown>;
  readonly isSigned: (key: string) => boolean;
}

function tokenOf(request: SeenRequest | undefined): Token {
  const [scheme, token = ''] = (request?.headers.authorization ?? '').split(' ');
  expect(scheme).toBe('bearer');
  const [head = '', body = '', signature] = token.split('.');
  expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toEqual({ alg: 'HS256', typ: 'JWT' });
  return {
    claims: JSON.parse(Buffer.from(body, 'base64url').toString()),
    isSigned: (key) => createHmac('sha256', key).update(`${head}.${body}`).digest('base64url') === signature,
  };
}

const qsh = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('tokens', () => {
  it('are signed with the key of the user and bound to method and path', async () => {
    await withServer({ 'GET /clusters': { body: { clusters: [] } } }, async (server, run) => {
      await run(['cluster', 'list', '--user=admin', '--secret=s3cret']);
      const { claims, isSigned } = tokenOf(server.requests[0]);
      expect(claims).toEqual({ iss: 'admin', iat: 1_700_000_000, exp: 1_700_000_300, qsh: qsh('GET&/clusters') });
      expect(isSigned('s3cret')).toBe(true);
    });
  });

  it('are sent without user and key too, with an empty issuer', async () => {
    await withServer({ 'GET /clusters': { body: { clusters: [] } } }, async (server, run) => {
      await run(['cluster', 'list']);
      const { claims, isSigned } = tokenOf(server.requests[0]);
      expect(claims['iss']).toBe('');
      expect(isSigned('')).toBe(true);
    });
  });

  it('cover the decoded path where an argument needs encoding', async () => {
    await withServer({}, async (server, run) => {
      await run(['volume', 'info', 'a b?c;d%20']);
      expect(server.calls).toEqual(['GET /volumes/a%20b%3Fc%3Bd%2520']);
      expect(tokenOf(server.requests[0]).claims['qsh']).toBe(qsh('GET&/volumes/a b?c;d%20'));
    });
  });

  it('are made anew for every poll and for the redirect', async () => {
    await withServer({ ...asyncScript('POST /volumes', DONE, 1), ...VOLUME }, async (server, run) => {
      const { exit, stdout } = await run(CREATE);
      expect({ exit, stdout }).toEqual({ exit: 0, stdout: `{"id":"${ID}"}` });
      expect(server.calls).toEqual(['POST /volumes', 'GET /queue/abc', 'GET /queue/abc', `GET /volumes/${ID}`]);
      expect(server.requests.map((request) => tokenOf(request).claims['qsh'])).toEqual(
        ['POST&/volumes', 'GET&/queue/abc', 'GET&/queue/abc', `GET&/volumes/${ID}`].map(qsh),
      );
    });
  });
});

describe('asynchronous requests', () => {
  it('are polled at once, and then every 400 ms', async () => {
    await withServer({ ...asyncScript('POST /volumes', DONE, 3), ...VOLUME }, async (_server, run) => {
      expect((await run(CREATE)).sleeps).toEqual([400, 400, 400]);
    });
    await withServer({ ...asyncScript('POST /volumes', DONE), ...VOLUME }, async (_server, run) => {
      expect((await run(CREATE)).sleeps).toEqual([]);
    });
  });

  it('that end in 500 show the text of the server', async () => {
    await withServer(asyncScript('POST /volumes', { status: 500, body: 'No space\n' }), async (_server, run) => {
      expect(await run(CREATE)).toMatchObject({ exit: 255, stdout: '', stderr: 'Error: No space\n' });
    });
  });

  it('take an absolute Location by its path', async () => {
    const done = { status: 303, headers: { Location: `http://elsewhere:1/volumes/${ID}` } };
    await withServer({ ...asyncScript('POST /volumes', done), ...VOLUME }, async (_server, run) => {
      expect((await run(CREATE)).exit).toBe(0);
    });
  });

  it('survive a connection that breaks while the result is awaited', async () => {
    const script = {
      'POST /volumes': { status: 202, headers: { Location: '/queue/abc' } },
      'GET /queue/abc': [{ hangUp: true }, { hangUp: true }, { hangUp: true }, DONE],
      ...VOLUME,
    };
    await withServer(script, async (_server, run) => {
      expect(await run(CREATE)).toMatchObject({ exit: 0, stderr: '' });
    });
  });

  it('ask on for a minute while a server starts again', async () => {
    const server = await startFakeServer({
      'POST /volumes': { status: 202, headers: { Location: '/queue/abc' } },
      'GET /queue/abc': { status: 200, headers: { 'X-Pending': 'true' } },
    });
    const { port } = new URL(server.url);
    let next: Promise<FakeServer> | null = null;
    let sleeps = 0;
    const { exit, stdout, stderr } = await runCommand([...CREATE, '--server', server.url], {
      onSleep: async () => {
        sleeps += 1;
        if (sleeps === 1) await server.close();
        if (sleeps === 140) next = startFakeServer({ 'GET /queue/abc': DONE, ...VOLUME }, { port: Number(port) });
        await next;
      },
    });
    await (await (next as Promise<FakeServer> | null))?.close();
    expect([exit, stdout, stderr, sleeps]).toEqual([0, `{"id":"${ID}"}`, '', 140]);
  });

  it('tell who waits that the connection is gone, and when it is back', async () => {
    const refused = new ConnectionError('connection refused', { cause: null, isRefused: true });
    const notice = 'no connection to the server, asking again for up to 60 s';
    expect(await waitsFor([PENDING, refused, refused, { status: 204, headers: {} }])).toMatchObject([
      { what: 'creating a volume' },
      notice,
      notice,
      { stage: 'queued' },
      null,
    ]);
  });

  it('tell who waits how far the server is', async () => {
    const at = (progress: string) => ({ ...PENDING, headers: { ...PENDING.headers, 'x-progress': progress } });
    const answers = [PENDING, at('1 of 2'), at('1 of 2'), at('2 of 2'), { status: 204, headers: {} }];
    expect(await waitsFor(answers)).toMatchObject([{ what: 'creating a volume' }, '1 of 2', '2 of 2', null]);
  });

  it('are given up after a minute without a connection', async () => {
    const server = await startFakeServer({
      'POST /volumes': { status: 202, headers: { Location: '/queue/abc' } },
      'GET /queue/abc': { status: 200, headers: { 'X-Pending': 'true' } },
    });
    const { exit, stderr, sleeps } = await runCommand([...CREATE, '--server', server.url], {
      onSleep: (_ms, _interrupt) => server.close(),
    });
    expect(exit).toBe(255);
    expect(stderr).toContain('outcome is unknown');
    expect(sleeps.length).toBe(1 + 60_000 / 400);
  });

  it('whose resource meets a server that is just starting again are read from the next one', async () => {
    const server = await startFakeServer({
      'POST /volumes': { status: 202, headers: { Location: '/queue/abc' } },
      'GET /queue/abc': { ...DONE, isLast: true },
    });
    let next: Promise<FakeServer> | null = null;
    const { exit, stdout } = await runCommand([...CREATE, '--server', server.url], {
      onSleep: async () => {
        next ??= startFakeServer(VOLUME, { port: Number(new URL(server.url).port) });
        await next;
      },
    });
    await (await (next as Promise<FakeServer> | null))?.close();
    expect([exit, stdout]).toEqual([0, `{"id":"${ID}"}`]);
  });

  it('whose result got lost with the connection are never called a success or a plain "not found"', async () => {
    const script = {
      'POST /volumes': { status: 202, headers: { Location: '/queue/abc' } },
      'GET /queue/abc': [{ hangUp: true }, { hangUp: true }, { status: 404, body: 'Id not found\n' }],
    };
    await withServer(script, async (_server, run) => {
      const { exit, stderr } = await run(CREATE);
      expect(exit).toBe(255);
      expect(stderr).toContain('outcome is unknown');
    });
  });

  it('without a Location are an error', async () => {
    await withServer({ 'POST /volumes': { status: 202 } }, async (_server, run) => {
      expect((await run(CREATE)).stderr).toContain('did not say where to follow it');
    });
  });
});

describe('a busy server (429)', () => {
  const busy = { status: 429, body: 'Server busy. Retry operation later.\n' };

  it('is asked again after 10 to 29 seconds', async () => {
    const script = {
      ...asyncScript('POST /volumes', DONE),
      'POST /volumes': [busy, { status: 202, headers: { Location: '/queue/abc' } }],
      ...VOLUME,
    };
    for (const [random, ms] of [
      [0, 10_000],
      [0.999, 29_000],
    ] as const) {
      await withServer(script, async (_server, run) => {
        const { exit, sleeps, stderr } = await run(CREATE, { random });
        expect({ exit, sleeps, stderr }).toEqual({ exit: 0, sleeps: [ms], stderr: '' });
      });
    }
  });

  it('that says Retry-After is asked again that much later, plus up to 9 seconds', async () => {
    const patient = { ...busy, headers: { 'Retry-After': '3' } };
    const script = { 'GET /clusters': [patient, { body: { clusters: [] } }] };
    for (const [random, ms] of [
      [0, 3000],
      [0.999, 12_000],
    ] as const) {
      await withServer(script, async (_server, run) => {
        expect((await run(['cluster', 'list'], { random })).sleeps).toEqual([ms]);
      });
    }
  });

  it('that gives a date in Retry-After is treated as if it gave none', async () => {
    const dated = { ...busy, headers: { 'Retry-After': 'Wed, 21 Oct 2026 07:28:00 GMT' } };
    await withServer({ 'GET /clusters': [dated, { body: { clusters: [] } }] }, async (_server, run) => {
      expect((await run(['cluster', 'list'])).sleeps).toEqual([10_000]);
    });
  });

  it('is given up after six more tries, with its text as the error', async () => {
    await withServer({ 'POST /volumes': busy }, async (server, run) => {
      const { exit, stderr, sleeps } = await run(CREATE);
      expect({ exit, stderr, tries: sleeps.length }).toEqual({
        exit: 255,
        stderr: 'Error: Server busy. Retry operation later.\n',
        tries: 6,
      });
      expect(server.calls).toHaveLength(7);
      expect(new Set(server.requests.map((request) => request.body)).size).toBe(1);
    });
  });
});

describe('a connection that is refused', () => {
  it('is tried again for a minute, changes included, by a command that had reached the server', async () => {
    const server = await startFakeServer({ 'GET /clusters/a': { isLast: true, body: { id: 'a', file: true } } });
    let next: Promise<FakeServer> | null = null;
    const argv = ['cluster', 'setflags', 'a', '--file=false', '--server', server.url];
    const { exit, stderr } = await runCommand(argv, {
      onSleep: async () => {
        next ??= startFakeServer({ 'POST /clusters/a/flags': {} }, { port: Number(new URL(server.url).port) });
        await next;
      },
    });
    const second = await (next as Promise<FakeServer> | null);
    await second?.close();
    expect([exit, stderr, second?.calls]).toEqual([0, '', ['POST /clusters/a/flags']]);
  });

  it('ends a command at once that has not reached any: the address may be wrong', async () => {
    const { exit, sleeps } = await runCommand(['cluster', 'list', '--server=http://127.0.0.1:1']);
    expect([exit, sleeps]).toEqual([255, []]);
  });
});

describe('errors', () => {
  it('are the trimmed body', async () => {
    await withServer({}, async (_server, run) => {
      expect(await run(['volume', 'info', ID])).toMatchObject({
        exit: 255,
        stdout: '',
        stderr: 'Error: Id not found\n',
      });
    });
  });

  it('without a body name the status', async () => {
    await withServer({ 'GET /clusters': { status: 405, body: ' \n' } }, async (_server, run) => {
      const { stderr } = await run(['cluster', 'list']);
      expect(stderr).toBe('Error: server did not provide a message (status 405: Method Not Allowed)\n');
    });
  });

  it('say that nobody listens, and how to name another server', async () => {
    const { exit, stderr } = await runCommand(['cluster', 'list', '--server=http://127.0.0.1:1']);
    expect(exit).toBe(255);
    expect(stderr).toContain('Get "http://127.0.0.1:1/clusters": dial tcp 127.0.0.1:1: connect: connection refused');
    expect(stderr).toContain('HEKETI_CLI_SERVER');
  });

  it.each(['not-a-url', 'ftp://host', ':8080'])('refuse %s as a server', async (server) => {
    const { exit, stderr } = await runCommand(['cluster', 'list', `--server=${server}`]);
    expect(exit).toBe(255);
    expect(stderr).toContain('unsupported protocol scheme');
  });

  it('tell an answer that is not JSON', async () => {
    await withServer({ 'GET /clusters': { body: '<html>proxy</html>' } }, async (_server, run) => {
      expect((await run(['cluster', 'list'])).stderr).toContain('not JSON');
    });
  });
});

describe('the server address', () => {
  it('may end in slashes and have a path of its own', async () => {
    await withServer({ 'GET /gate/clusters': { body: { clusters: [] } } }, async (server, run) => {
      const { exit } = await run(['cluster', 'list', `--server=${server.url}/gate//`]);
      expect(exit).toBe(0);
      expect(tokenOf(server.requests[0]).claims['qsh']).toBe(qsh('GET&/gate/clusters'));
    });
  });

  it('by flag beats the environment', async () => {
    await withServer({ 'GET /clusters': { body: { clusters: [] } } }, async (server, run) => {
      const { exit } = await run(['cluster', 'list', '-s', server.url], {
        env: { HEKETI_CLI_SERVER: 'http://127.0.0.1:1' },
      });
      expect(exit).toBe(0);
    });
  });
});

it('follows redirects of reading requests with a token of their own', async () => {
  const script = {
    'GET /clusters': { status: 301, headers: { Location: '/all' } },
    'GET /all': { body: { clusters: [] } },
  };
  await withServer(script, async (server, run) => {
    expect((await run(['cluster', 'list'])).exit).toBe(0);
    expect(tokenOf(server.requests[1]).claims['qsh']).toBe(qsh('GET&/all'));
  });
});

it('never repeats a changing request elsewhere', async () => {
  await withServer({ 'POST /clusters': { status: 308, headers: { Location: '/other' } } }, async (server, run) => {
    expect((await run(['cluster', 'create'])).exit).toBe(255);
    expect(server.calls).toEqual(['POST /clusters']);
  });
});

it('reads again when the server closed an idle connection, but never changes twice', async () => {
  // Every connection serves one request and is then cut as soon as the next one arrives on it.
  let connections = 0;
  const served = new WeakSet();
  const calls: string[] = [];
  const server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url}`);
    if (served.has(request.socket)) return void request.socket.destroy();
    served.add(request.socket);
    response.end(request.url === '/clusters' ? '{"clusters":["a"]}' : '{"id":"a","file":true}');
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const list = await runCommand(['cluster', 'list', '-s', url]);
  expect(list).toMatchObject({ exit: 0, stdout: 'Clusters:\nId:a [file]\n' });
  expect(connections).toBe(2);
  calls.length = 0;
  const set = await runCommand(['cluster', 'setflags', 'a', '--file=false', '-s', url]);
  expect(set).toMatchObject({ exit: 255 });
  expect(set.stderr).toContain('unknown');
  expect(calls.filter((call) => call.startsWith('POST'))).toHaveLength(1);
  server.closeAllConnections();
  server.close();
});
