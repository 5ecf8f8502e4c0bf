import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asyncScript } from './support/fake-server.js';
import { withServer } from './support/run.js';
import { blockVolume, cluster, DEVICE_ID, device, NODE_ID, node, VOLUME_ID, volume } from './support/samples.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cli-'));
});
afterAll(async () => rm(folder, { recursive: true }));

const toVolume = { status: 303, headers: { Location: `/volumes/${VOLUME_ID}` } };
const info = { [`GET /volumes/${VOLUME_ID}`]: { body: volume } };
const done = { status: 204 };

const bodyOf = (text: string | undefined): unknown => (text === undefined || text === '' ? null : JSON.parse(text));

describe('volume create', () => {
  const script = { ...asyncScript('POST /volumes', toVolume), ...info };

  it.each([
    [
      '--size=10',
      {
        size: 10,
        name: '',
        durability: { type: 'replicate', replicate: { replica: 3 }, disperse: { data: 4, redundancy: 2 } },
      },
    ],
    [
      '--size 10 --name=n --durability=disperse --disperse-data=2 --redundancy=1 --replica=2 --gid=2001 --snapshot-factor=1.5 --clusters=a,b --block',
      {
        size: 10,
        clusters: ['a', 'b'],
        name: 'n',
        durability: { type: 'disperse', replicate: { replica: 2 }, disperse: { data: 2, redundancy: 1 } },
        gid: 2001,
        block: true,
        snapshot: { enable: true, factor: 1.5 },
      },
    ],
    [
      '--size=1 --snapshot-factor=1 --gid=0',
      {
        size: 1,
        name: '',
        durability: { type: 'replicate', replicate: { replica: 3 }, disperse: { data: 4, redundancy: 2 } },
      },
    ],
  ])('%s', async (line, body) => {
    await withServer(script, async (server, run) => {
      const { exit, stdout } = await run(['volume', 'create', ...line.split(' ')]);
      expect(exit).toBe(0);
      expect(stdout).toMatch(/^Name: v1\nSize: 100\n/);
      expect(bodyOf(server.requests[0]?.body)).toEqual(body);
    });
  });

  it('splits options at commas', async () => {
    await withServer(script, async (server, run) => {
      await run(['volume', 'create', '--size=1', '--gluster-volume-options=a 1,b 2']);
      expect(bodyOf(server.requests[0]?.body)).toMatchObject({ glustervolumeoptions: ['a 1', 'b 2'] });
    });
  });

  it('refuses a persistent volume without endpoint before any request', async () => {
    await withServer(script, async (server, run) => {
      expect(await run(['volume', 'create', '--size=1', '--persistent-volume'])).toMatchObject({
        exit: 255,
        stdout: '',
        stderr:
          '--persistent-volume-endpoint must be provided when using --persistent-volume\nError: Missing endpoint\n',
      });
      expect(server.calls).toEqual([]);
    });
  });

  it('prints the persistent volume with a final newline, and writes it without', async () => {
    await withServer(script, async (_server, run) => {
      const printed = await run([
        'volume',
        'create',
        '--size=1',
        '--json',
        '--persistent-volume',
        '--persistent-volume-endpoint=ep',
      ]);
      expect(printed.stdout).toMatch(/^\{\n {2}"kind": "PersistentVolume"[\s\S]*\}\n$/);
      const file = path.join(folder, 'pv.json');
      const args = [
        'volume',
        'create',
        '--size=1',
        `--persistent-volume-file=${file}`,
        '--persistent-volume-endpoint=ep',
      ];
      expect(await run(args)).toMatchObject({ exit: 0, stdout: '' });
      expect(`${await readFile(file, 'utf8')}\n`).toBe(printed.stdout);
    });
  });

  it('tells that the volume exists when its file cannot be written', async () => {
    await withServer(script, async (_server, run) => {
      const file = path.join(folder, 'absent', 'pv.json');
      const { exit, stderr } = await run(['volume', 'create', '--size=1', `--persistent-volume-file=${file}`]);
      expect(exit).toBe(255);
      expect(stderr).toBe(
        `Unable to write to file ${file}\nError: open ${file}: no such file or directory (volume ${VOLUME_ID} has been created)\n`,
      );
    });
  });
});

describe('requests', () => {
  it.each([
    ['cluster delete x', 'DELETE /clusters/x', null, 'Cluster x deleted\n'],
    ['node delete x', 'DELETE /nodes/x', null, 'Node x deleted\n'],
    ['node enable x', 'POST /nodes/x/state', { state: 'online' }, 'Node x is now online\n'],
    ['node disable x', 'POST /nodes/x/state', { state: 'offline' }, 'Node x is now offline\n'],
    ['node remove x', 'POST /nodes/x/state', { state: 'failed' }, 'Node x is now removed\n'],
    ['node lost x', 'POST /nodes/x/lost', { hostanswers: false }, 'Node x is given up as lost\n'],
    ['node lost --host-answers x', 'POST /nodes/x/lost', { hostanswers: true }, 'Node x is given up as lost\n'],
    ['node settags x a:1 b:2:3', 'POST /nodes/x/tags', { change_type: 'update', tags: { a: '1', b: '2:3' } }, ''],
    ['node settags -e x a:1', 'POST /nodes/x/tags', { change_type: 'set', tags: { a: '1' } }, ''],
    ['device rmtags x a b', 'POST /devices/x/tags', { change_type: 'delete', tags: { a: '', b: '' } }, ''],
    ['device rmtags --all x', 'POST /devices/x/tags', { change_type: 'set', tags: {} }, ''],
    [
      'device add --name=/dev/sdb --node=n',
      'POST /devices',
      { name: '/dev/sdb', node: 'n', destroydata: false },
      'Device added successfully\n',
    ],
    ['device delete x', 'DELETE /devices/x', { forceforget: false }, 'Device x deleted\n'],
    ['device delete --force-forget x', 'DELETE /devices/x', { forceforget: true }, 'Device x deleted\n'],
    ['device remove x', 'POST /devices/x/state', { state: 'failed' }, 'Device x is now removed\n'],
    ['device resync x', 'GET /devices/x/resync', null, 'Device x updated\n'],
    ['volume delete x', 'DELETE /volumes/x', null, 'Volume x deleted\n'],
    ['blockvolume delete x', 'DELETE /blockvolumes/x', null, 'Volume x deleted\n'],
    ['brick evict x', 'POST /bricks/to-evict/x', {}, 'Brick x evicted\n'],
    ['node reinstate x', 'POST /nodes/x/reinstate', { disks: {} }, 'Node x is reinstated\n'],
    [
      'node reinstate x --disk=d1=/dev/sdc --disk=d2=/dev/sdd',
      'POST /nodes/x/reinstate',
      { disks: { d1: '/dev/sdc', d2: '/dev/sdd' } },
      'Node x is reinstated\n',
    ],
    [
      'loglevel set debug',
      'POST /internal/logging',
      { loglevel: { glusterfs: 'debug' } },
      'Server log level updated\n',
    ],
    ['server mode set normal', 'POST /admin', { state: 'normal' }, ''],
  ])('%s', async (line, request, body, stdout) => {
    const isSync = /cluster|tags|loglevel|mode/.test(line);
    const script = isSync ? { [request]: { status: line.includes('mode') ? 204 : 200 } } : asyncScript(request, done);
    await withServer(script, async (server, run) => {
      expect(await run(line.split(' '))).toMatchObject({ exit: 0, stdout, stderr: '' });
      expect(server.calls[0]).toBe(request);
      expect(bodyOf(server.requests[0]?.body)).toEqual(body);
    });
  });

  it('cluster setflags keeps what is not given', async () => {
    const script = {
      'GET /clusters/x': { body: { ...cluster, file: true, block: false } },
      'POST /clusters/x/flags': {},
    };
    await withServer(script, async (server, run) => {
      expect(await run(['cluster', 'setflags', 'x', '--file=false'])).toMatchObject({ exit: 0, stdout: '' });
      expect(bodyOf(server.requests[1]?.body)).toEqual({ file: false, block: false });
    });
  });

  it('node add shows the node without its devices', async () => {
    const toNode = { status: 303, headers: { Location: `/nodes/${NODE_ID}` } };
    const script = { ...asyncScript('POST /nodes', toNode), [`GET /nodes/${NODE_ID}`]: { body: node } };
    await withServer(script, async (server, run) => {
      const line = 'node add --zone=2 --cluster=c --management-host-name=n2 --storage-host-name=10.0.0.2';
      const { stdout } = await run(line.split(' '));
      expect(stdout).toMatch(/^Node information:\nNode Id: 1+\n[\s\S]*Storage Hostname: 10\.0\.0\.2\n$/);
      expect(bodyOf(server.requests[0]?.body)).toEqual({
        zone: 2,
        hostnames: { manage: ['n2'], storage: ['10.0.0.2'] },
        cluster: 'c',
      });
    });
  });

  it('node set-hostnames sends the names that are given, and shows the node', async () => {
    const toNode = { status: 303, headers: { Location: `/nodes/${NODE_ID}` } };
    const script = { ...asyncScript('POST /nodes/x/hostnames', toNode), [`GET /nodes/${NODE_ID}`]: { body: node } };
    for (const [flags, body] of [
      ['--management-host-names=m1,m2', { manage: ['m1', 'm2'] }],
      ['--management-host-names=m --storage-host-names=s1,s2', { manage: ['m'], storage: ['s1', 's2'] }],
    ] as const) {
      await withServer(script, async (server, run) => {
        const { stdout } = await run(`node set-hostnames x ${flags}`.split(' '));
        expect(stdout).toMatch(/^Node information:\nNode Id: 1+\n/);
        expect(bodyOf(server.requests[0]?.body)).toEqual(body);
      });
    }
  });

  it('blockvolume create sends what is given', async () => {
    const toBlock = { status: 303, headers: { Location: `/blockvolumes/${blockVolume.id}` } };
    const script = {
      ...asyncScript('POST /blockvolumes', toBlock),
      [`GET /blockvolumes/${blockVolume.id}`]: { body: blockVolume },
    };
    await withServer(script, async (server, run) => {
      const { stdout } = await run('blockvolume create --size=5 --ha=2 --auth --name=blk --clusters=a'.split(' '));
      expect(stdout).toMatch(/^Name: blk\n/);
      expect(bodyOf(server.requests[0]?.body)).toEqual({
        size: 5,
        clusters: ['a'],
        name: 'blk',
        hacount: 2,
        auth: true,
      });
    });
  });

  it('volume set-block-hosting-restriction unlocked clears the restriction', async () => {
    await withServer(
      { ...asyncScript('POST /volumes/x/block-restriction', toVolume), ...info },
      async (server, run) => {
        expect((await run(['volume', 'set-block-hosting-restriction', 'unlocked', 'x'])).exit).toBe(0);
        expect(bodyOf(server.requests[0]?.body)).toEqual({ restriction: '' });
      },
    );
  });

  it('server operations cleanup notes on stderr that results are not shown', async () => {
    for (const script of [
      asyncScript('POST /operations/pending/cleanup', done),
      { 'POST /operations/pending/cleanup': {} },
    ]) {
      await withServer(script, async (server, run) => {
        const { exit, stdout, stderr } = await run(['server', 'operations', 'cleanup', 'a', 'b']);
        expect({ exit, stdout }).toEqual({ exit: 0, stdout: '' });
        expect(stderr.split('\n')).toHaveLength(4);
        expect(bodyOf(server.requests[0]?.body)).toEqual({ operations: ['a', 'b'] });
      });
    }
  });
});

describe('server operations cancel', () => {
  const progress = { done: 1, total: 3, current: 'makes volume two' };
  const record = { id: 'o1', type_name: 'remove-node', status: '', sub_status: 'in-flight', progress, changes: [] };

  it('says what becomes of it, or why not', async () => {
    const answers = [{ status: 204 }, { status: 409, body: 'it is a part' }];
    await withServer({ 'POST /operations/pending/o1/cancel': answers }, async (_server, run) => {
      const { exit, stdout } = await run(['server', 'operations', 'cancel', 'o1']);
      expect({ exit, stdout }).toEqual({
        exit: 0,
        stdout: 'Operation o1 is cancelled: it ends after the part that runs now\n',
      });
      expect(await run(['server', 'operations', 'cancel', 'o1'])).toMatchObject({
        exit: 255,
        stderr: expect.stringContaining('it is a part'),
      });
    });
    await withServer({}, async (server, run) => {
      expect((await run(['server', 'operations', 'cancel'])).stderr).toContain('Operation id missing');
      expect(server.requests).toEqual([]);
    });
  });

  it('is seen in the list and in the details, as is how far it has come', async () => {
    const cancelled = { ...record, progress: { done: 1, current: '', failure: 'no space', cancelled: true } };
    const script = {
      'GET /operations/pending': { body: { pendingoperations: [record, cancelled] } },
      'GET /operations/pending/o1': [{ body: record }, { body: cancelled }],
    };
    await withServer(script, async (_server, run) => {
      expect((await run(['server', 'operations', 'list'])).stdout).toBe(
        'Id:o1  Type:remove-node  Status:New in-flight  Progress:1 of 3, makes volume two\n' +
          'Id:o1  Type:remove-node  Status:New in-flight  Progress:1 done (cancelled: it ends after this)\n',
      );
      expect((await run(['server', 'operations', 'info', 'o1'])).stdout).toContain(
        '\nProgress: 1 of 3, makes volume two\nChanges:',
      );
      expect((await run(['server', 'operations', 'info', 'o1'])).stdout).toContain(
        '\nProgress: 1 done (cancelled: it ends after this)\nLast part failed: no space\n',
      );
    });
  });

  it('shows in the details what is left to heal, and what was passed over', async () => {
    const healing = [
      { id: 'b1', volume: 'v1', entries: 12 },
      { id: 'b2', volume: 'v2' },
    ];
    const refused = [{ id: 'b3', reason: 'No space\nof 3 devices' }];
    const body = { ...record, progress: { ...progress, healing, refused } };
    await withServer({ 'GET /operations/pending/o1': { body } }, async (_server, run) => {
      expect((await run(['server', 'operations', 'info', 'o1'])).stdout).toContain(`
Progress: 1 of 3, makes volume two
Entries to heal in the sets of bricks that were replaced:
    brick b1 of volume v1: 12 left
    brick b2 of volume v2: not known
Passed over:
    brick b3: No space
      of 3 devices
Changes:
`);
    });
  });
});

describe('the heal check', () => {
  it.each(['device remove x', 'brick evict x'])(
    'is switched off by %s only after a warning and ten seconds',
    async (line) => {
      const request = line.startsWith('device') ? 'POST /devices/x/state' : 'POST /bricks/to-evict/x';
      await withServer(asyncScript(request, done), async (server, run) => {
        const callsWhileWaiting: number[] = [];
        const { stdout, sleeps } = await run([...line.split(' '), '--expert-option-disable-heal-check'], {
          onSleep: () => void callsWhileWaiting.push(server.calls.length),
        });
        expect(sleeps).toEqual([10_000]);
        expect(callsWhileWaiting).toEqual([0]);
        expect(stdout.split('\n')).toHaveLength(4);
        expect(bodyOf(server.requests[0]?.body)).toMatchObject({ healcheck: 'disable' });
      });
    },
  );
});

describe('device resync', () => {
  const refused = { 'GET /devices/x/resync': { status: 404, body: 'Id not found\n' } };

  it('that is refused stays silent for scripts and tells people', async () => {
    await withServer(refused, async (_server, run) => {
      expect(await run(['device', 'resync', 'x'])).toMatchObject({ exit: 0, stdout: '', stderr: '' });
      expect((await run(['device', 'resync', 'x'], { isTty: true })).stderr).toContain(
        'Device x was not updated: Id not found',
      );
    });
  });

  it('of a cluster goes on after a failure', async () => {
    const script = { 'GET /clusters/c': { body: { ...cluster, id: 'c' } }, [`GET /nodes/${NODE_ID}`]: { body: node } };
    await withServer(script, async (_server, run) => {
      expect(await run(['device', 'resync', '--cluster', 'c'])).toMatchObject({
        exit: 0,
        stdout: `Cluster-wide resync operation requested. Using object_id as cluster_id.\nNow resyncing device ${DEVICE_ID}..\nDevice ${DEVICE_ID} (node ${NODE_ID}) in cluster c updated\n`,
      });
    });
  });
});

describe('lists', () => {
  const many = Array.from({ length: 30 }, (_, i) => `v${i}`);
  const each = Object.fromEntries(
    many.map((id) => [`GET /volumes/${id}`, { body: { ...volume, id, name: `name-${id}` } }]),
  );
  const script = { 'GET /volumes': { body: { volumes: many } }, ...each };

  it('keep the order of the server, however the answers arrive', async () => {
    await withServer(script, async (_server, run) => {
      const { stdout } = await run(['volume', 'list']);
      expect(
        stdout
          .trimEnd()
          .split('\n')
          .map((line) => line.replace(/^.*Name:/, '')),
      ).toEqual(many.map((id) => `name-${id}`));
    });
  });

  it('stop at the first volume that cannot be read, after the lines before it', async () => {
    const broken = { ...script, 'GET /volumes/v2': { status: 404, body: 'Id not found' } };
    await withServer(broken, async (_server, run) => {
      const { exit, stdout, stderr } = await run(['volume', 'list']);
      expect({ exit, lines: stdout.split('\n').length - 1, stderr }).toEqual({
        exit: 255,
        lines: 2,
        stderr: 'Error: Id not found\n',
      });
    });
  });

  it('have other forms', async () => {
    await withServer(script, async (_server, run) => {
      expect((await run(['volume', 'list', '--json'])).stdout).toBe(JSON.stringify({ volumes: many }));
      expect((await run(['volume', 'list', '--output=table'])).stdout).toMatch(
        /^NAME +ID +SIZE +DURABILITY +BRICKS\nname-v0 /,
      );
      expect(JSON.parse((await run(['volume', 'list', '--output=json'])).stdout).volumes).toHaveLength(30);
      expect((await run(['volume', 'list', '--output=xml'])).exit).toBe(255);
    });
  });

  it('of nodes have a tab between node and cluster', async () => {
    const nodes = {
      'GET /clusters': { body: { clusters: ['c'] } },
      'GET /clusters/c': { body: { id: 'c', nodes: ['a', 'b'] } },
    };
    await withServer(nodes, async (_server, run) => {
      expect((await run(['node', 'list', '--json'])).stdout).toBe('Id:a\tCluster:c\nId:b\tCluster:c\n');
    });
  });
});

describe('--json', () => {
  it('leaves percent signs and integers of any size alone, compact and without a final newline', async () => {
    const body = '{"name": "100%d", "storage": {"total": 18446744073709551615}, "factor": 1.50}\n';
    await withServer({ 'GET /devices/x': { body } }, async (_server, run) => {
      expect((await run(['device', 'info', 'x', '--json'])).stdout).toBe(
        '{"name":"100%d","storage":{"total":18446744073709551615},"factor":1.5}',
      );
    });
  });

  it('is how topology info shows volumes and nodes in full', async () => {
    const script = {
      'GET /clusters': { body: { clusters: [cluster.id] } },
      [`GET /clusters/${cluster.id}`]: { body: cluster },
      [`GET /nodes/${NODE_ID}`]: { body: node },
      ...info,
    };
    await withServer(script, async (_server, run) => {
      const { stdout } = await run(['topology', 'info', '--json']);
      expect(JSON.parse(stdout)).toEqual({
        clusters: [{ id: cluster.id, block: true, file: true, volumes: [volume], nodes: [node] }],
      });
    });
  });

  it('and all forms of topology info are the same where the server tells everything at once, with one request', async () => {
    const parts = {
      'GET /clusters': { body: { clusters: [cluster.id] } },
      [`GET /clusters/${cluster.id}`]: { body: cluster },
      [`GET /nodes/${NODE_ID}`]: { body: node },
      ...info,
    };
    const { id, block, file } = cluster;
    const whole = { 'GET /topology': { body: { clusters: [{ id, block, file, volumes: [volume], nodes: [node] }] } } };
    for (const form of [[], ['--json'], ['--template={{range .ClusterList}}{{.Id}} {{len .Volumes}}{{end}}']]) {
      const printed: string[] = [];
      for (const script of [parts, whole])
        await withServer(script, async (server, run) => {
          printed.push((await run(['topology', 'info', ...form])).stdout);
          if (script === whole) expect(server.calls).toEqual(['GET /topology']);
        });
      expect(printed[0]).not.toBe('');
      expect(printed[1]).toBe(printed[0]);
    }
  });

  it.each([
    ['a list of clusters that is none', '{"clusters":5}', /not JSON of a topology \(expected \[ at position 12\)/],
    ['a cluster that is none', '{"clusters":[5]}', /expected \{ at position 13/],
    ['an answer that ends too early', '{"clusters":[{"id":"c1","volumes":[', /not JSON of a topology/],
    ['text behind the document', '{"clusters":[]} x', /unexpected text after the document/],
    [
      'a list before another',
      '{"clusters":[{"id":"c1","nodes":[],"volumes":[]}]}',
      /"volumes" stands too late in cluster c1/,
    ],
    ['an id behind the lists', '{"clusters":[{"volumes":[],"nodes":[],"id":"c1"}]}', /"id" stands too late/],
  ])('topology info fails at %s', async (_what, body, message) => {
    await withServer({ 'GET /topology': { body } }, async (_server, run) => {
      const { exit, stderr } = await run(['topology', 'info']);
      expect(exit).toBe(255);
      expect(stderr).toMatch(/^Error: the server's answer is not JSON of a topology/);
      expect(stderr).toMatch(message);
    });
  });

  it('topology info passes over members that it does not know', async () => {
    const body = '{"made":[1],"clusters":[{"id":"c1","colour":{"red":1},"file":true}],"more":{"x":[]}}';
    await withServer({ 'GET /topology': { body } }, async (_server, run) => {
      expect((await run(['topology', 'info', '--json'])).stdout).toBe(
        '{"clusters":[{"volumes":[],"nodes":[],"id":"c1","block":false,"file":true}]}',
      );
    });
  });
});

it('bodies of the server are printed unchanged', async () => {
  const body = '{\n    "report": ["100%"]\n}\n';
  const script = {
    'GET /db/dump': { body },
    'GET /db/check': { body },
    'GET /internal/state/examine/gluster': { body },
  };
  await withServer(script, async (_server, run) => {
    for (const line of ['db dump', 'db check', 'server state examine gluster']) {
      expect((await run(line.split(' '))).stdout).toBe(body);
    }
  });
});

it('differences come with what to do, what could not be compared and what is pending', async () => {
  const answer = {
    differences: [
      {
        kind: 'missing-mount',
        cluster: 'c1',
        host: 'h1',
        subject: '/m',
        text: '/m is not mounted',
        remedy: 'mount /m',
      },
      {
        kind: 'missing-volume',
        cluster: 'c1',
        host: '',
        subject: 'v',
        text: 'gluster has no volume v',
        remedy: 'look',
      },
    ],
    notcompared: [{ cluster: 'c1', host: 'h2', reason: 'connection refused' }],
    pendingoperations: ['f'],
  };
  const script = {
    // An older server.
    'POST /internal/state/examine/differences': { status: 405 },
    'GET /internal/state/examine/differences': { body: answer },
  };
  await withServer(script, async (_server, run) => {
    expect((await run(['server', 'state', 'examine', 'differences'])).stdout).toBe(
      [
        'h1: /m is not mounted',
        '    mount /m',
        'cluster c1: gluster has no volume v',
        '    look',
        'h2: could not be compared: connection refused',
        '1 pending operations are left out: heketi-cli server operations list',
        '2 differences',
        '',
      ].join('\n'),
    );
    const { stdout } = await run(['server', 'state', 'examine', 'differences', '--json']);
    expect(JSON.parse(stdout)).toEqual(answer);
  });
});

it('server state examine differences is followed to its end, so that whoever waits is told how far it is', async () => {
  const answer = { differences: [], notcompared: [], pendingoperations: [] };
  const progress = { 'X-Pending': 'true', 'X-Progress': '2 of 3 hosts' };
  const script = {
    'POST /internal/state/examine/differences': { status: 202, headers: { Location: '/queue/abc' } },
    'GET /queue/abc': [
      { headers: progress },
      { status: 303, headers: { Location: '/internal/state/examine/differences/abc' } },
    ],
    'GET /internal/state/examine/differences/abc': { body: answer },
  };
  await withServer(script, async (server, run) => {
    const { stdout, sleeps } = await run(['server', 'state', 'examine', 'differences']);
    expect({ stdout, sleeps }).toEqual({ stdout: '0 differences\n', sleeps: [400] });
    expect(server.calls).toEqual([
      'POST /internal/state/examine/differences',
      'GET /queue/abc',
      'GET /queue/abc',
      'GET /internal/state/examine/differences/abc',
    ]);
  });
});

describe('server restore', () => {
  const difference = {
    kind: 'restored-operation',
    cluster: '',
    host: '',
    subject: 'o1',
    text: 'operation o1 was in flight',
    remedy: 'clean it up',
  };
  const held = {
    held: true,
    started_at: '2026-01-02T00:00:00.000Z',
    copied_at: '2026-01-01T00:00:00.000Z',
    differences: { differences: [difference], notcompared: [], pendingoperations: [] },
  };

  it('status shows why the server is held, the differences, and what ends it', async () => {
    await withServer(
      { 'GET /restore': [{ body: held }, { body: { held: false, started_at: 't' } }] },
      async (_s, run) => {
        expect((await run(['server', 'restore', 'status'])).stdout).toBe(
          [
            'Held: the database is a restored copy, made 2026-01-01T00:00:00.000Z. Nothing on hosts is changed.',
            '',
            'database: operation o1 was in flight',
            '    clean it up',
            '1 differences',
            '',
            'When the server that the copy is of does not run any more: heketi-cli server restore confirm',
            '',
          ].join('\n'),
        );
        expect((await run(['server', 'restore', 'status'])).stdout).toBe('Not held: the server works on its hosts\n');
      },
    );
  });

  it('confirm says that it was done, or why not', async () => {
    const answers = [{ status: 204 }, { status: 409, body: 'not held' }];
    await withServer({ 'POST /restore/confirm': answers }, async (_server, run) => {
      expect((await run(['server', 'restore', 'confirm'])).stdout).toBe('The server works on its hosts now\n');
      expect(await run(['server', 'restore', 'confirm'])).toMatchObject({ exit: 255, stderr: 'Error: not held\n' });
    });
  });

  it('operations info names the copy that an operation was restored from', async () => {
    const record = { id: 'o1', type_name: 'create-volume', status: 'stale', sub_status: '', changes: [] };
    const script = { 'GET /operations/pending/o1': { body: { ...record, copied_at: held.copied_at } } };
    await withServer(script, async (_server, run) => {
      expect((await run(['server', 'operations', 'info', 'o1'])).stdout).toContain(
        'Restored: from a copy made 2026-01-01T00:00:00.000Z; led out by: heketi-cli server operations cleanup o1\n',
      );
    });
  });
});

it('loglevel and mode print one word', async () => {
  const script = {
    'GET /internal/logging': { body: { loglevel: { glusterfs: 'info' } } },
    'GET /admin': { body: { state: 'normal' } },
  };
  await withServer(script, async (_server, run) => {
    expect((await run(['loglevel', 'get'])).stdout).toBe('info\n');
    expect((await run(['server', 'mode', 'get'])).stdout).toBe('normal\n');
  });
});

describe('setup-openshift-heketi-storage', () => {
  const script = (backup: object) => ({
    'GET /volumes': { body: { volumes: [] } },
    ...asyncScript('POST /volumes', toVolume),
    ...info,
    'GET /backup/db': backup,
  });

  it('creates the volume, then saves the objects that copy the database onto it', async () => {
    const file = path.join(folder, 'list.json');
    await withServer(script({ body: Buffer.from([0, 255, 1]) }), async (server, run) => {
      const args = ['setup-kubernetes-heketi-storage', `--listfile=${file}`, '--node-selector', 'a.b/c=linux'];
      expect(await run(args)).toMatchObject({ exit: 0, stdout: `Saving ${file}\n`, stderr: '' });
      const request = bodyOf(server.requests[1]?.body) as { glustervolumeoptions: string[] };
      expect(request).toMatchObject({
        size: 2,
        name: 'heketidbstorage',
        durability: { type: 'replicate', replicate: { replica: 3 } },
      });
      expect(request.glustervolumeoptions.at(-1)).toBe('user.heketi.dbstoragelevel 1');
      // A server that is started on any other copy is held until somebody confirms.
      const backup = server.requests.find(({ path: to }) => to === '/backup/db');
      expect(backup?.headers['x-backup-purpose']).toBe('deployment');
    });
    const text = await readFile(file, 'utf8');
    expect(text).toMatch(/^\{\n {2}"apiVersion": "v1",[\s\S]*[^\n]$/);
    const [secret, endpoints, service, job] = JSON.parse(text).items;
    expect(secret.data).toEqual({ 'heketi.db': 'AP8B' });
    expect(endpoints.subsets).toHaveLength(3);
    expect(service.status).toEqual({ loadBalancer: {} });
    expect(job.spec.template.spec.nodeSelector).toEqual({ 'a.b/c': 'linux' });
  });

  it.each([
    [['--gluster-volume-options=a 1,b 2'], ['a 1', 'b 2', 'user.heketi.dbstoragelevel custom']],
    [
      ['--gluster-volume-options=a 1', '--append-volume-options=c 3'],
      ['a 1', 'user.heketi.dbstoragelevel custom', 'c 3'],
    ],
  ])('with %j sets the options %j', async (flags, options) => {
    await withServer(script({ status: 500 }), async (server, run) => {
      await run(['setup-openshift-heketi-storage', ...flags]);
      expect(bodyOf(server.requests[1]?.body)).toMatchObject({ glustervolumeoptions: options });
    });
  });

  it('deletes the volume again when the database cannot be had', async () => {
    const failing = {
      ...script({ status: 500, body: 'no backup' }),
      [`DELETE /volumes/${VOLUME_ID}`]: { status: 409, body: 'no' },
    };
    await withServer(failing, async (server, run) => {
      const { exit, stderr } = await run(['setup-openshift-heketi-storage', `--listfile=${folder}/never.json`]);
      expect(exit).toBe(255);
      expect(stderr).toMatch(/^Cleaning up\n[\s\S]*Error: no backup\n$/);
      expect(server.calls.at(-1)).toBe(`DELETE /volumes/${VOLUME_ID}`);
    });
  });

  it('refuses a second time', async () => {
    const existing = {
      'GET /volumes': { body: { volumes: [VOLUME_ID] } },
      [`GET /volumes/${VOLUME_ID}`]: { body: { ...volume, name: 'heketidbstorage' } },
    };
    await withServer(existing, async (server, run) => {
      const { stderr } = await run(['setup-heketi-db-storage']);
      expect(stderr).toBe('Error: Volume heketidbstorage already exists\n');
      expect(server.calls.some((call) => call.startsWith('POST'))).toBe(false);
    });
  });
});

describe('server operations list --watch', () => {
  it('shows the list again after every interval', async () => {
    const list = {
      body: { pendingoperations: [{ id: 'o1', type_name: 'create-volume', status: '', sub_status: 'in-flight' }] },
    };
    const empty = { body: { pendingoperations: [] } };
    await withServer({ 'GET /operations/pending': [list, empty] }, async (_server, run) => {
      let sleeps = 0;
      const { stdout } = await run(['server', 'operations', 'list', '--watch', '--interval=5'], {
        onSleep: (ms) => {
          expect(ms).toBe(5000);
          sleeps += 1;
          if (sleeps === 2) throw new Error('interrupted');
        },
      });
      expect(stdout).toMatch(
        /^\d{4}-.*Z\nId:o1 {2}Type:create-volume {2}Status:New in-flight\n\d{4}-.*Z\nNo pending operations\n$/,
      );
    });
  });
});

describe('topology show', () => {
  it('draws devices as bars that fit the terminal, coloured only on one', async () => {
    const offline = {
      ...device,
      id: 'x',
      name: '/dev/nvme0n1',
      state: 'offline',
      storage: { total: 104_857_600, free: 0, used: 104_857_600 },
    };
    const script = {
      'GET /clusters': { body: { clusters: [cluster.id] } },
      [`GET /clusters/${cluster.id}`]: { body: cluster },
      [`GET /nodes/${NODE_ID}`]: { body: { ...node, devices: [device, offline] } },
    };
    await withServer(script, async (_server, run) => {
      const plain = await run(['topology', 'show']);
      expect(plain.stdout).not.toContain('\u001b');
      expect(plain.stdout).toContain('112 of 600 GiB used');
      expect(plain.stdout).toMatch(/\/dev\/sdb {5}\[#\.+\] 12\/500 GiB 1 brick\n/);
      expect(plain.stdout).toMatch(/\/dev\/nvme0n1 \[#+\] 100\/100 GiB 1 brick offline\n/);
      expect(Math.max(...plain.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
      expect((await run(['topology', 'show'], { isTty: true })).stdout).toContain('\u001b[');
      expect((await run(['topology', 'show'], { isTty: true, env: { NO_COLOR: '1' } })).stdout).toBe(plain.stdout);
    });
  });
});

describe('block volumes', () => {
  const info = [
    'Name: blk',
    'Size: 5',
    'UsableSize: 5',
    `Volume Id: ${blockVolume.id}`,
    `Cluster Id: ${cluster.id}`,
    'Hosts: [10.0.0.1 10.0.0.2]',
    'IQN: iqn.2016:x',
    'LUN: 0',
    'Hacount: 2',
    'Username: ',
    'Password: ',
    `Block Hosting Volume: ${VOLUME_ID}`,
    '',
  ].join('\n');
  const path = `/blockvolumes/${blockVolume.id}`;
  const ended = { status: 303, headers: { Location: path } };

  it('are shown and listed', async () => {
    const script = {
      [`GET ${path}`]: { body: blockVolume },
      'GET /blockvolumes': { body: { blockvolumes: [blockVolume.id] } },
    };
    await withServer(script, async (_server, run) => {
      expect((await run(['blockvolume', 'info', blockVolume.id])).stdout).toBe(info);
      expect((await run(['blockvolume', 'info', blockVolume.id, '--json'])).stdout).toBe(JSON.stringify(blockVolume));
      expect((await run(['blockvolume', 'list'])).stdout).toBe(
        `Id:${blockVolume.id}    Cluster:${cluster.id}    Name:blk\n`,
      );
      expect((await run(['blockvolume', 'list', '--json'])).stdout).toBe(`{"blockvolumes":["${blockVolume.id}"]}`);
    });
  });

  it.each([[[blockVolume.id, '--new-size=9']], [[`--blockvolume=${blockVolume.id}`, '--new-size', '9']]])(
    'are expanded to a new total size: %j',
    async (args) => {
      const script = { ...asyncScript(`POST ${path}/expand`, ended, 1), [`GET ${path}`]: { body: blockVolume } };
      await withServer(script, async (server, run) => {
        expect(await run(['blockvolume', 'expand', ...args])).toMatchObject({ exit: 0, stdout: info, stderr: '' });
        expect(bodyOf(server.requests[0]?.body)).toEqual({ new_size: 9 });
      });
    },
  );

  it('that the server cannot make yet fail with its words', async () => {
    const script = { 'POST /blockvolumes': { status: 501, body: "This server can't create block volumes yet\n" } };
    await withServer(script, async (_server, run) => {
      expect(await run(['blockvolume', 'create', '--size=1'])).toMatchObject({
        exit: 255,
        stdout: '',
        stderr: "Error: This server can't create block volumes yet\n",
      });
    });
  });
});

describe('unclaimed volumes', () => {
  const volumes = [{ id: VOLUME_ID, name: 'vol_a', cluster: 'c1', size: 5, since: '2026-01-02T03:04:05.000Z' }];

  it('are listed with what to do about them', async () => {
    await withServer({ 'GET /volumes/unclaimed': { body: { volumes } } }, async (_server, run) => {
      const { stdout } = await run(['volume', 'list', '--unclaimed']);
      expect(stdout).toContain('Name:vol_a Since:2026-01-02T03:04:05.000Z');
      expect(stdout).toContain(`heketi-cli volume delete ${VOLUME_ID}`);
      expect((await run(['volume', 'list', '--unclaimed', '--json'])).stdout).toBe(JSON.stringify({ volumes }));
    });
  });

  it('are claimed by id', async () => {
    await withServer({ [`POST /volumes/${VOLUME_ID}/claim`]: { status: 204 } }, async (_server, run) => {
      const claimed = { exit: 0, stdout: `Volume ${VOLUME_ID} claimed\n` };
      expect(await run(['volume', 'claim', VOLUME_ID])).toMatchObject(claimed);
    });
  });
});

it('bricks that were moved by hand are taken over by the id of their volume', async () => {
  const script = { ...asyncScript(`POST /volumes/${VOLUME_ID}/adopt-bricks`, toVolume, 1), ...info };
  await withServer(script, async (server, run) => {
    const { exit, stdout } = await run(['volume', 'adopt-bricks', VOLUME_ID]);
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: (await run(['volume', 'info', VOLUME_ID])).stdout });
    expect(server.calls[0]).toBe(`POST /volumes/${VOLUME_ID}/adopt-bricks`);
    expect((await run(['volume', 'adopt-bricks'])).stderr).toContain('Volume id missing');
  });
});
