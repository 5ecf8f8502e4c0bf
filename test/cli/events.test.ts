import { expect, it } from 'vitest';
import type { SeenRequest } from './support/fake-server.js';
import { withServer } from './support/run.js';

const event = (id: number, change: object = {}) => ({
  id,
  time: new Date(Date.UTC(2026, 0, 1, 0, id)).toISOString(),
  type: 'volume.created',
  subject: { kind: 'volume', id: 'v1', name: 'first' },
  details: { size: 10 },
  ...change,
});

it('the newest events are shown, a line each, with what failed and why', async () => {
  const events = [
    event(7),
    event(8, {
      type: 'operation.failed',
      operation: { id: 'o', type: 'delete-volume' },
      reason: 'h1 is away\r\nsee the log',
      details: { complete: false },
    }),
    event(9, {
      type: 'node.state-changed',
      subject: { kind: 'node', id: 'n1', name: 'h1\n' },
      details: { state: 'offline' },
    }),
    event(10, { type: 'state.compared', subject: { kind: 'server', id: '' }, details: { count: 3 } }),
  ];
  await withServer({ 'GET /events?limit=50': { body: { events, since: 10, more: true } } }, async (_server, run) => {
    expect((await run(['server', 'events'])).stdout).toBe(
      [
        '2026-01-01T00:07:00.000Z  7  volume.created  volume first v1 (10 GiB)',
        '2026-01-01T00:08:00.000Z  8  operation.failed delete-volume  volume first v1 (something is left): h1 is away see the log',
        '2026-01-01T00:09:00.000Z  9  node.state-changed  node h1  n1 (offline)',
        '2026-01-01T00:10:00.000Z  10  state.compared  server (3 found)',
        '',
      ].join('\n'),
    );
  });
});

it('all behind an id are shown, page by page, as lines of JSON', async () => {
  const script = {
    'GET /events?limit=1000&since=5&type=volume&subject=v1': {
      body: { events: [event(6)], since: 6, more: true, missing: true },
    },
    'GET /events?limit=1000&since=6&type=volume&subject=v1': { body: { events: [event(7)], since: 7, more: false } },
  };
  await withServer(script, async (_server, run) => {
    const { stdout, stderr } = await run([
      ...['server', 'events', '--since=5', '--type=volume', '--subject=v1', '--json'],
    ]);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([event(6), event(7)]);
    expect(stderr).toContain('not kept any more');
  });
});

it('all from a time on are found backwards, and shown forwards', async () => {
  const script = {
    'GET /events?limit=1000': { body: { events: [event(5), event(6)], since: 6, before: 5, more: true } },
    'GET /events?limit=1000&before=5': { body: { events: [event(3), event(4)], since: 4, before: 3, more: true } },
  };
  await withServer(script, async (_server, run) => {
    const { stdout } = await run(['server', 'events', '--since=2026-01-01T00:04:00Z', '--json']);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toEqual([4, 5, 6]);
  });
});

it.each(['yesterday', '5y', '-1'])('--since=%s is refused', async (since) => {
  await withServer({}, async (server, run) => {
    const { exit, stderr } = await run(['server', 'events', `--since=${since}`]);
    expect([exit, stderr]).toEqual([expect.not.stringMatching('0'), expect.stringContaining('--since is')]);
    expect(server.calls).toEqual([]);
  });
});

it('--follow goes on behind what was shown, over an outage', async () => {
  const asked: string[] = [];
  const follow = (id: number, more: object) => (request: SeenRequest) => {
    asked.push(request.path);
    return { body: { events: [event(id)], since: id, more: false }, ...more };
  };
  const script = {
    'GET /events?limit=50': { body: { events: [event(1)], since: 1, more: false } },
    'GET /events?limit=1000&since=1': follow(2, {}),
    'GET /events?limit=1000&since=2': { status: 401, body: 'enough\n' },
  };
  await withServer(script, async (_server, run) => {
    const { stdout, stderr, sleeps } = await run(['server', 'events', '--follow', '--json']);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toEqual([1, 2]);
    expect(stderr).toContain('enough');
    expect(sleeps).toEqual([2000, 2000]);
  });
  expect(asked).toHaveLength(1);
});
