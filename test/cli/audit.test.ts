import { expect, it } from 'vitest';
import { withServer } from './support/run.js';

const ENTRY = {
  id: 7,
  time: '2026-01-01T00:07:00.000Z',
  issuer: 'admin',
  address: '192.0.2.1',
  request: 'abcd-1',
  method: 'DELETE',
  path: '/volumes/v1',
  action: 'volumeDelete',
  ids: ['q1'],
  status: 202,
  outcome: 'accepted',
  duration_ms: 12,
};
const REFUSED = {
  ...ENTRY,
  id: 8,
  issuer: undefined,
  ids: [],
  status: 401,
  outcome: 'refused',
  reason: 'no token',
  repeats: 3,
};

it('entries are shown, a line each', async () => {
  const script = { 'GET /audit?limit=50': { body: { entries: [ENTRY, REFUSED], since: 8, more: false } } };
  await withServer(script, async (_server, run) => {
    expect((await run(['server', 'audit'])).stdout).toBe(
      [
        '2026-01-01T00:07:00.000Z  7  admin 192.0.2.1 abcd-1  DELETE /volumes/v1 q1  accepted (202, 12 ms)',
        '2026-01-01T00:07:00.000Z  8  - 192.0.2.1 abcd-1  DELETE /volumes/v1  refused (401, 12 ms): no token; 3 more like it',
        '',
      ].join('\n'),
    );
  });
});

it('what somebody sent makes no line of its own, and no word of ours', async () => {
  const path = '/x\n2026-01-01T00:09:00.000Z  9  admin 10.0.0.1 abcd-2  DELETE /volumes/v1  accepted (202, 1 ms)';
  const entries = [{ ...REFUSED, path, reason: 'no\r\ntoken' }];
  await withServer({ 'GET /audit?limit=50': { body: { entries, since: 8, more: false } } }, async (_server, run) => {
    expect((await run(['server', 'audit'])).stdout).toBe(
      `2026-01-01T00:07:00.000Z  8  - 192.0.2.1 abcd-1  DELETE ${JSON.stringify(path)}  refused (401, 12 ms): no token; 3 more like it\n`,
    );
  });
});

it('all of them are exported as lines of JSON', async () => {
  const script = {
    'GET /audit?limit=1000&since=0': { body: { entries: [ENTRY], since: 7, more: true } },
    'GET /audit?limit=1000&since=7': { body: { entries: [REFUSED], since: 8, more: false } },
  };
  await withServer(script, async (_server, run) => {
    const { stdout } = await run(['server', 'audit', '--since=0', '--json']);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).id),
    ).toEqual([7, 8]);
  });
});
