import { afterEach, describe, expect, it } from 'vitest';
import { DomainError } from '../../src/domain/errors.js';
import { NEW_RECORD } from '../../src/domain/pending-operation.js';
import { type ApiServer, ask, QUEUE_ID, startApi, UNKNOWN_ID } from './api-server.js';

let api: ApiServer;
afterEach(() => api.server.close());

const CLUSTER = '{"zone":1,"hostnames":{"manage":["m"],"storage":["s"]},"cluster":"0123456789abcdef0123456789abcdef"';

async function post(path: string, payload: string | Buffer, headers: Record<string, string> = {}) {
  const { statusCode, body } = await ask(api.server, 'POST', path, { payload, headers });
  return { statusCode, body };
}

/** The arguments with which the last operation was asked for. */
/** Without who asked. */
const asked = () => api.calls.at(-1)?.args.slice(1);

describe('reading', () => {
  it.each([
    ['{"FILE":true,"Block":true}', true, true],
    ['{"file":true,"file":false}', false, false],
    ['{"file":true,"FILE":false}', false, false],
    ['{"FiLe":null,"block":null}', true, true],
    ['{"\u017fize":1,"file":true}', true, false],
    ['{}', true, true],
    ['null', true, true],
    [' \n\t{ "file" : true } \r\n ', true, false],
    ['{"nonsense":1,"id":{"a":[1.5e3,null]},"nodes":"x","file":true}', true, false],
    [`{"x":${'['.repeat(200)}${']'.repeat(200)},"file":true}`, true, false],
  ])('takes %s', async (payload, allowsFile, allowsBlock) => {
    api = await startApi();
    expect((await post('/clusters', payload)).statusCode).toBe(201);
    expect(asked()).toEqual([{ allowsFile, allowsBlock }]);
  });

  it.each([
    '',
    ' ',
    '{bad',
    '[]',
    '"x"',
    '7',
    'true',
    '{"a":',
    '{} x',
    '{}{}',
    '\ufeff{}',
    '{"file":"true"}',
    '{"block":1}',
    '{"block":{}}',
    "{'a':1}",
    '{"a":1,}',
  ])('refuses %j with 422', async (payload) => {
    api = await startApi();
    const answer = await post('/clusters', payload);
    expect([answer.statusCode, answer.body]).toEqual([422, expect.stringContaining('request unable to be parsed: ')]);
    expect(api.calls).toEqual([]);
  });

  it.each([
    ['a name of 1001 characters', { name: 'n'.repeat(1001) }, 'name: the length must be no more than 1000.'],
    ['an option of 4097 blanks', { glustervolumeoptions: [' '.repeat(4097)] }, 'the length must be no more than 4096'],
    [
      'an option of 200,000 blanks',
      { glustervolumeoptions: [' '.repeat(200_000)] },
      'the length must be no more than 4096',
    ],
    [
      '513 options',
      { glustervolumeoptions: Array(513).fill('a b') },
      'too many entries specified (513), up to 512 allowed',
    ],
    ['an option for the client', { glustervolumeoptions: [' a  --log-file=/x'] }, 'Invalid volume option'],
    ['an option that is a switch', { glustervolumeoptions: [' --log-file=/x'] }, 'Invalid volume option'],
  ])('refuses a volume with %s', async (_what, members, text) => {
    api = await startApi();
    const answer = await post('/volumes', JSON.stringify({ size: 1, ...members }));
    expect([answer.statusCode, answer.body]).toEqual([400, expect.stringContaining(text)]);
    expect(api.calls).toEqual([]);
  });

  it('takes a volume at the bounds of names and options', async () => {
    api = await startApi();
    const body = { size: 1, name: 'n'.repeat(1000), glustervolumeoptions: [`a ${'b'.repeat(4094)}`, 'a b --c'] };
    expect((await post('/volumes', JSON.stringify(body))).statusCode).toBe(202);
  });

  it('reads the body whatever its content type, on any method', async () => {
    api = await startApi();
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'garbage;;;',
      'multipart/form-data',
      '',
      'application/json; charset=x',
    ]) {
      expect((await post('/clusters', '{"file":true}', { 'content-type': type })).statusCode).toBe(201);
    }
    for (const [method, path] of [
      ['GET', '/clusters'],
      ['DELETE', `/clusters/${UNKNOWN_ID}`],
      ['GET', '/hello'],
    ] as const) {
      expect((await ask(api.server, method, path, { payload: '{}' })).statusCode).toBe(200);
    }
  });

  it.each([
    ['1', 1],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['9223372036854775807', 2 ** 63],
  ])('takes the integer %s', async (size, expected) => {
    api = await startApi();
    expect((await post('/volumes', `{"size":${size}}`)).statusCode).toBe(202);
    expect(asked()?.[0]).toMatchObject({ sizeGib: expected });
  });

  it.each([
    '1.0',
    '1e2',
    '1.5',
    '"10"',
    '9223372036854775808',
    '99999999999999999999',
    '-9223372036854775809',
    'true',
    '[1]',
    '1E400',
  ])('refuses %s as an integer with 422', async (size) => {
    api = await startApi();
    expect((await post('/volumes', `{"size":${size}}`)).statusCode).toBe(422);
  });

  it('keeps a zone that no double can hold', async () => {
    api = await startApi();
    expect((await post('/nodes', `${CLUSTER.replace('1', '9223372036854775807')}}`)).statusCode).toBe(202);
    expect(asked()?.[0]).toMatchObject({ zone: 2 ** 63, exactZone: 9223372036854775807n });
  });

  it('reads an optional body only when there is one', async () => {
    api = await startApi();
    const path = `/devices/${UNKNOWN_ID}`;
    const force = async (payload?: string) => {
      const { statusCode } = await ask(api.server, 'DELETE', path, payload === undefined ? {} : { payload });
      return statusCode === 202 ? asked()?.[1] : statusCode;
    };
    expect(await force()).toBe(false);
    expect(await force('')).toBe(false);
    expect(await force('{}')).toBe(false);
    expect(await force('{"ForceForget":true}')).toBe(true);
    expect(await force('{bad')).toBe(422);
    expect(await force('{"forceforget":1}')).toBe(422);
  });

  it('refuses bodies over 1 MiB', async () => {
    api = await startApi();
    const fill = (bytes: number): string => `{"x":"${'a'.repeat(bytes - 8)}"}`;
    expect((await post('/clusters', fill(1024 * 1024))).statusCode).toBe(201);
    const answer = await post('/clusters', fill(1024 * 1024 + 1));
    expect([answer.statusCode, answer.body]).toEqual([413, expect.stringContaining('1 MiB')]);
  });

  it('puts the replacement character where bytes are no UTF-8', async () => {
    api = await startApi();
    const payload = Buffer.from('{"size":1,"glustervolumeoptions":["a\xffb"]}', 'latin1');
    expect((await post('/volumes', payload)).statusCode).toBe(202);
    expect(asked()?.[0]).toMatchObject({ options: ['a\ufffdb'] });
  });
});

describe('rules', () => {
  const refused: readonly [string, string, string][] = [
    ['/nodes', '{}', 'cluster: cannot be blank'],
    ['/nodes', CLUSTER.replace('1', '0'), 'zone: cannot be blank'],
    ['/nodes', CLUSTER.replace('"m"', '"a b"'), 'hostnames: (manage: [a b] is not a valid manage hostname'],
    ['/nodes', CLUSTER.replace('"m"', ''), 'hostnames: (manage: cannot be blank'],
    ['/nodes', CLUSTER.replace('"m"', 'null'), 'hostnames: (manage: [] is not a valid manage hostname'],
    [
      '/nodes',
      CLUSTER.replace('"s"', '"fe80::1%eth0"'),
      'hostnames: (storage: [fe80::1%eth0] is not a valid storage hostname',
    ],
    ['/nodes', CLUSTER.replace('"s"', '"-a"'), 'hostnames: (storage: [-a] is not a valid storage hostname'],
    ['/nodes', CLUSTER.replace('"s"', '"host:24007"'), 'hostnames: (storage: '],
    ['/nodes', CLUSTER.replace('"s"', '"a\\nb"'), 'hostnames: (storage: [a\\nb] is not a valid storage hostname'],
    ['/nodes', CLUSTER.replace('0123456789abcdef0', 'z'), 'cluster: z'],
    ['/nodes', CLUSTER.replace('0123456789abcdef0', '0123456789abcdef00'), 'abcdef is not a valid UUID'],
    ['/nodes', CLUSTER.replace('0123456789abcdef0', 'a\\nb'), 'cluster: a\\nb'],
    ['/devices', '{"name":"/dev/sdb","node":"abc"}', 'validation failed: node: abc is not a valid UUID'],
    ['/nodes', `${CLUSTER},"tags":{"a b":"x"}`, 'tags: invalid characters in tag name a b.'],
    [
      '/nodes',
      `${CLUSTER},"tags":{"a":"${'x'.repeat(65)}"}`,
      'tags: value of tag a: the length must be no more than 64.',
    ],
    [
      '/devices',
      `{"name":"/dev/sdb\\n","node":"${UNKNOWN_ID}"}`,
      'name: must be in a valid format. name must be text that matches ^/[a-zA-Z0-9_.:/-]+$, not "/dev/sdb\\n"',
    ],
    ['/devices', `{"name":"/dev/$x","node":"${UNKNOWN_ID}"}`, 'name: must be in a valid format.'],
    [
      `/nodes/${UNKNOWN_ID}/state`,
      '{"state":"Online"}',
      'state: Online is not valid state. state must be one of "online", "offline", "failed", not "Online"',
    ],
    [
      `/devices/${UNKNOWN_ID}/state`,
      '{"state":"online","healcheck":"x"}',
      'healcheck: x is not valid heal info check.',
    ],
    [`/nodes/${UNKNOWN_ID}/tags`, '{"tags":{}}', 'change_type: cannot be blank'],
    [
      `/nodes/${UNKNOWN_ID}/tags`,
      `{"change_type":"set","tags":{${Array.from({ length: 33 }, (_, i) => `"t${i}":""`)}}}`,
      'tags: too many tags specified (33), up to 32 allowed.',
    ],
    ['/volumes', '{"size":null}', 'size: cannot be blank'],
    ['/volumes', '{"size":-1}', 'size: must be no less than 1. size must be a whole number of at least 1, not -1.'],
    ['/volumes', '{"size":1,"name":"a\\n"}', 'name: must be in a valid format.'],
    [`/volumes/${UNKNOWN_ID}/expand`, '{"size":5}', 'expand_size: cannot be blank'],
    [
      `/volumes/${UNKNOWN_ID}/block-restriction`,
      '{"restriction":"locked-by-update"}',
      'restriction: must be a valid value. restriction must be one of "", "locked", not "locked-by-update".',
    ],
    ['/blockvolumes', '{"size":1,"hacount":-1}', 'hacount: must be no less than 1.'],
    ['/operations/pending/cleanup', '{"operations":["x"]}', 'operations: x is not a valid UUID'],
  ];

  it.each(refused)('POST %s %s names the field, what was refused and what is accepted', async (path, payload, text) => {
    api = await startApi();
    const whole = path === '/nodes' && payload !== '{}' ? `${payload}}` : payload;
    const answer = await post(path, whole);
    expect([answer.statusCode, answer.body]).toEqual([400, expect.stringContaining(text)]);
    expect(answer.body).toMatch(/^validation failed: [^\n]*\.\n$/);
    expect(api.calls).toEqual([]);
  });

  it.each([
    ['{"size":1,"gid":-1}', 'Bad group id less than zero: '],
    ['{"size":1,"gid":2147483647}', 'Bad group id equal or greater than 2**32: '],
    ['{"size":1,"durability":{"type":"raid"}}', 'Unknown durability type: durability.type must be one of '],
    ['{"size":-1,"gid":-1}', 'validation failed: size: must be no less than 1. '],
  ])('of a volume begins with the words that scripts know: %s', async (payload, words) => {
    api = await startApi();
    const { statusCode, body } = await post('/volumes', payload);
    expect([statusCode, body.slice(0, words.length)]).toEqual([400, words]);
  });

  it('names every part of a node that is missing, as scripts know it', async () => {
    api = await startApi();
    expect((await post('/nodes', '{}')).body).toMatch(
      /^validation failed: cluster: cannot be blank; hostnames: \(manage: cannot be blank; storage: cannot be blank\.\); zone: cannot be blank\. /,
    );
  });

  it.each(['m', '10.0.0.1', '::1', 'a_b.c-d.', '_x', 'A.example', '9'])('takes the host %s', async (host) => {
    api = await startApi();
    expect((await post('/nodes', `${CLUSTER.replace('"m"', JSON.stringify(host))}}`)).statusCode).toBe(202);
  });

  it('lists all broken fields, sorted, in one short line', async () => {
    api = await startApi();
    const many = `{"operations":[${Array(40).fill('"bad"')}]}`;
    const { body } = await post('/operations/pending/cleanup', many);
    expect(body.length).toBeLessThan(300);
    expect((await post('/devices', '{}')).body).toMatch(/name: .*; node: /);
  });
});

describe('volume requests', () => {
  it('fills in what was not given', async () => {
    api = await startApi();
    await post(
      '/volumes',
      '{"size":10,"clusters":[],"durability":{"type":""},"snapshot":{"enable":false,"factor":500}}',
    );
    expect(asked()).toEqual([
      {
        sizeGib: 10,
        name: '',
        clusters: null,
        durability: { type: 'none', replica: 0, disperseData: 0, disperseRedundancy: 0 },
        gid: 0,
        options: [],
        isBlockHosting: false,
        snapshotEnabled: false,
        snapshotFactor: 1,
      },
      undefined,
    ]);
  });

  it('passes on everything that was given, unused durability included', async () => {
    api = await startApi();
    await post(
      '/volumes',
      `{"size":10,"name":"n","clusters":["a"],"gid":5,"block":true,"glustervolumeoptions":["a b",null],
        "durability":{"type":"replicate","replicate":{"replica":3},"disperse":{"data":4,"redundancy":2}},
        "snapshot":{"enable":true,"factor":1.1}}`,
    );
    expect(asked()?.[0]).toEqual({
      sizeGib: 10,
      name: 'n',
      clusters: ['a'],
      durability: { type: 'replicate', replica: 3, disperseData: 4, disperseRedundancy: 2 },
      gid: 5,
      options: ['a b', ''],
      isBlockHosting: true,
      snapshotEnabled: true,
      snapshotFactor: Math.fround(1.1),
    });
  });

  it.each([
    '{"size":1,"durability":{"type":"replicate","replicate":{"replica":4}}}',
    '{"size":1,"durability":{"type":"replicate","replicate":{"replica":-1}}}',
    '{"size":1,"durability":{"type":"disperse"}}',
    '{"size":1,"durability":{"type":"disperse","disperse":{"data":3,"redundancy":1}}}',
    '{"size":1,"snapshot":{"enable":true}}',
    '{"size":1,"snapshot":{"enable":true,"factor":0.5}}',
    '{"size":1,"snapshot":{"enable":true,"factor":100.1}}',
    '{"size":1,"gid":-1}',
    '{"size":1,"name":"--xml"}',
    '{"size":1,"glustervolumeoptions":["a.b on","a.b on\\nc.d off"]}',
    '{"size":1,"glustervolumeoptions":["a.b \\u0000"]}',
    '{"size":1,"glustervolumeoptions":["--remote-host=other x"]}',
    '{"size":1,"glustervolumeoptions":["  --xml"]}',
    '{"size":1,"glustervolumeoptions":["auth.allow --log-file=/etc/cron.d/x"]}',
    '{"size":1,"glustervolumeoptions":["auth.allow\\t --xml"]}',
  ])('refuses %s with 400', async (payload) => {
    api = await startApi();
    for (const path of ['/volumes', '/placements']) expect((await post(path, payload)).statusCode).toBe(400);
    expect(api.calls).toEqual([]);
  });

  it('takes options as free text otherwise', async () => {
    api = await startApi();
    const options = ['', 'a.b -1', 'auth.allow 10.0.0.1, 10.0.0.2', 'a.b x --y', 'flag', ' a.b  on'];
    expect((await post('/volumes', JSON.stringify({ size: 1, glustervolumeoptions: options }))).statusCode).toBe(202);
    expect(asked()?.[0]).toMatchObject({ options });
  });

  it('takes a negative replica where it plays no part', async () => {
    api = await startApi();
    expect((await post('/volumes', '{"size":1,"durability":{"replicate":{"replica":-1}}}')).statusCode).toBe(202);
  });

  it('hands on the idempotency key with a fingerprint of the request', async () => {
    api = await startApi();
    const fingerprint = async (payload: string) => {
      await post('/volumes', payload, { 'idempotency-key': 'k-1' });
      return asked()?.[1] as { key: string; requestHash: string };
    };
    const first = await fingerprint('{"size":1}');
    expect(first).toEqual({ key: 'k-1', requestHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(await fingerprint('{"size":1}')).toEqual(first);
    expect(await fingerprint('{"size":2}')).not.toEqual(first);
  });

  it.each(['', 'x'.repeat(256), 'a\tb'])('refuses the idempotency key %j', async (key) => {
    api = await startApi();
    expect((await post('/volumes', '{"size":1}', { 'idempotency-key': key })).statusCode).toBe(400);
    expect(api.calls).toEqual([]);
  });

  it('answers 422 when a key comes back with another body', async () => {
    api = await startApi({
      createVolume: async () => {
        throw new DomainError('unprocessable', 'Idempotency-Key k was used for another request');
      },
    });
    expect((await post('/volumes', '{"size":1}', { 'idempotency-key': 'k' })).statusCode).toBe(422);
  });
});

describe('log level', () => {
  it.each([
    ['{"loglevel":{"glusterfs":"debug"}}', 200, 'debug'],
    ['{"loglevel":{"rest":"info","glusterfs":"error"}}', 200, 'error'],
    ['{"loglevel":{"glusterfs":""}}', 200, 'warning'],
    ['{"loglevel":{"glusterfs":"INFO"}}', 422, 'warning'],
    ['{"loglevel":{"rest":"info"}}', 422, 'warning'],
    ['{}', 422, 'warning'],
    ['{"loglevel":"info"}', 400, 'warning'],
    ['{bad', 400, 'warning'],
  ])('%s is answered %i', async (payload, status, level) => {
    api = await startApi();
    expect((await post('/internal/logging', payload)).statusCode).toBe(status);
    expect((await ask(api.server, 'GET', '/internal/logging')).json()).toEqual({ loglevel: { glusterfs: level } });
  });
});

describe('the queue', () => {
  const entry = {
    id: QUEUE_ID,
    operationId: null,
    state: 'pending',
    location: null,
    error: null,
    createdAt: 0,
  } as const;

  async function poll(change: object) {
    api = await startApi();
    await api.store.write((tx) => tx.queue.insert({ ...entry, ...change }));
    const answer = await ask(api.server, 'GET', `/queue/${QUEUE_ID}`);
    const again = await ask(api.server, 'GET', `/queue/${QUEUE_ID}`);
    return { answer, again };
  }

  it('answers 200 and X-Pending for as long as the work runs', async () => {
    const { answer, again } = await poll({});
    for (const { statusCode, body, headers } of [answer, again]) {
      expect([statusCode, body, headers['x-pending'], headers['content-length']]).toEqual([200, '', 'true', '0']);
    }
  });

  it('says of work of many parts how far it is', async () => {
    api = await startApi();
    const progress = {
      done: 3,
      total: 12,
      current: 'moves brick b of volume \u00fc',
      failure: null,
      isCancelled: false,
    };
    const healing = [
      { id: 'b1', volumeId: 'v1', entriesLeft: 5 },
      { id: 'b2', volumeId: 'v2', entriesLeft: null },
    ];
    const record = { ...NEW_RECORD, id: 'o', type: 'remove-device', createdAt: 1, actions: [] } as const;
    await api.store.write(async (tx) => {
      await tx.operations.insert({ ...record, progress: { ...progress, healing } });
      await tx.queue.insert({ ...entry, operationId: 'o' });
    });
    const { headers } = await ask(api.server, 'GET', `/queue/${QUEUE_ID}`);
    expect(headers).toMatchObject({
      'x-pending': 'true',
      'x-progress': '3 of 12, moves brick b of volume ?, 5 entries left to heal',
    });
  });

  it.each([
    [{ state: 'done', location: '/volumes/abc' }, 303, ''],
    [{ state: 'done' }, 204, ''],
    [{ state: 'failed', error: 'No space' }, 500, 'No space\n'],
  ])('answers %j once', async (change, status, body) => {
    const { answer, again } = await poll(change);
    expect([answer.statusCode, answer.body]).toEqual([status, body]);
    expect(answer.headers.location).toBe((change as { location?: string }).location);
    expect(answer.headers['x-pending']).toBeUndefined();
    expect([again.statusCode, again.body]).toEqual([404, 'Id not found\n']);
  });

  it('gives the final answer to one of two polls at once', async () => {
    api = await startApi();
    await api.store.write((tx) => tx.queue.insert({ ...entry, state: 'done' }));
    const polls = await Promise.all([1, 2, 3].map(() => ask(api.server, 'GET', `/queue/${QUEUE_ID}`)));
    expect(polls.map(({ statusCode }) => statusCode).sort()).toEqual([204, 404, 404]);
  });
});
