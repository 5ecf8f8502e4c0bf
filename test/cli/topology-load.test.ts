import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTopology } from '../../src/cli/topology-file.js';
import type { Script, SeenRequest } from './support/fake-server.js';
import { withServer } from './support/run.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cli-'));
});
afterAll(async () => rm(folder, { recursive: true }));

async function writeTopology(topology: unknown): Promise<string> {
  const file = path.join(folder, 'topology.json');
  await writeFile(file, typeof topology === 'string' ? topology : JSON.stringify(topology));
  return file;
}

const nodeEntry = (name: string, ...devices: unknown[]) => ({
  node: { hostnames: { manage: [name], storage: [`ip-${name}`] }, zone: 1, tags: { rack: 'r1' } },
  devices,
});

/** A server with one cluster, c1, that has the given nodes; it takes new nodes and devices unless told otherwise. */
function serverScript(existing: readonly string[], refuse: { node?: string; device?: string } = {}): Script {
  let last = '';
  const accept = (request: SeenRequest): object => {
    const name = JSON.parse(request.body).hostnames?.manage?.[0] ?? JSON.parse(request.body).name;
    if (name === refuse.node || name === refuse.device) return { status: 400, body: `${name} is refused\n` };
    last = request.path === '/nodes' ? `/nodes/id-${name}` : '';
    return { status: 202, headers: { Location: '/queue/q' } };
  };
  const nodes = Object.fromEntries(
    ['a', 'b', 'c'].map((name) => [
      `GET /nodes/id-${name}`,
      {
        body: {
          id: `id-${name}`,
          cluster: 'c1',
          hostnames: { manage: [name], storage: [] },
          devices: [{ name: '/dev/sdb' }],
        },
      },
    ]),
  );
  return {
    'GET /clusters': { body: { clusters: existing.length > 0 ? ['c1'] : [] } },
    'GET /clusters/c1': { body: { id: 'c1', nodes: existing.map((name) => `id-${name}`), volumes: [] } },
    'POST /clusters': { status: 201, body: { id: 'c2' } },
    'GET /clusters/c2': { body: { id: 'c2', nodes: ['some'], volumes: [] } },
    'POST /nodes': accept,
    'POST /devices': accept,
    'GET /queue/q': () => (last === '' ? { status: 204 } : { status: 303, headers: { Location: last } }),
    ...nodes,
  };
}

describe('topology load', () => {
  it('creates what is missing, line by line', async () => {
    const file = await writeTopology({
      clusters: [{ nodes: [nodeEntry('a', '/dev/sdb', { name: '/dev/sdc', tags: { t: 'v' }, destroydata: true })] }],
    });
    await withServer(serverScript([]), async (server, run) => {
      const { exit, stdout, stderr } = await run(['topology', 'load', `--json=${file}`]);
      expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
      expect(stdout).toBe(
        'Creating cluster ... ID: c2\n\tAllowing file volumes on cluster.\n\tAllowing block volumes on cluster.\n\tCreating node a ... ID: id-a\n\t\tAdding device /dev/sdb ... OK\n\t\tAdding device /dev/sdc ... OK\n',
      );
      const bodies = server.requests
        .filter((request) => request.method === 'POST')
        .map((request) => JSON.parse(request.body));
      expect(bodies).toEqual([
        { file: true, block: true },
        { zone: 1, hostnames: { manage: ['a'], storage: ['ip-a'] }, tags: { rack: 'r1' }, cluster: 'c2' },
        { name: '/dev/sdb', node: 'id-a', destroydata: false },
        { name: '/dev/sdc', tags: { t: 'v' }, node: 'id-a', destroydata: true },
      ]);
    });
  });

  it('prints each step before the server has answered it', async () => {
    const file = await writeTopology({ clusters: [{ nodes: [nodeEntry('a')] }] });
    let printed = '';
    let printedAtNode = '';
    const script = serverScript([]);
    const watching: Script = {
      ...script,
      'POST /nodes': (request) => {
        printedAtNode = printed;
        return (script['POST /nodes'] as (request: SeenRequest) => object)(request);
      },
    };
    await withServer(watching, async (_server, run) => {
      await run(['topology', 'load', '-j', file], { onPrint: (text) => (printed += text) });
      expect(printedAtNode).toMatch(/\tCreating node a \.\.\. $/);
    });
  });

  it('finds known nodes by their first management name, and adds to their cluster', async () => {
    const file = await writeTopology({
      clusters: [{ nodes: [nodeEntry('a', '/dev/sdb', '/dev/sdc'), nodeEntry('b', '/dev/sdb')] }],
    });
    await withServer(serverScript(['a']), async (server, run) => {
      const { stdout } = await run(['topology', 'load', '-j', file]);
      expect(stdout).toBe(
        '\tFound node a on cluster c1\n\t\tFound device /dev/sdb\n\t\tAdding device /dev/sdc ... OK\n\tCreating node b ... ID: id-b\n\t\tAdding device /dev/sdb ... OK\n',
      );
      expect(server.calls).not.toContain('POST /clusters');
      const added = server.requests.find((request) => request.method === 'POST' && request.path === '/nodes');
      expect(JSON.parse(added?.body ?? '')).toMatchObject({ cluster: 'c1' });
    });
  });

  it('puts a new node that comes before every known one into a new cluster', async () => {
    const file = await writeTopology({ clusters: [{ nodes: [nodeEntry('b'), nodeEntry('a'), nodeEntry('c')] }] });
    await withServer(serverScript(['a']), async (server, run) => {
      await run(['topology', 'load', '-j', file]);
      const clusters = server.requests
        .filter((request) => request.method === 'POST' && request.path === '/nodes')
        .map((request) => JSON.parse(request.body).cluster);
      expect(clusters).toEqual(['c2', 'c1']);
    });
  });

  it('goes on after a refused node or device, and succeeds', async () => {
    const file = await writeTopology({
      clusters: [{ block: false, nodes: [nodeEntry('a', '/dev/sdb'), nodeEntry('b', '/dev/sdb', '/dev/sdc')] }],
    });
    await withServer(serverScript([], { node: 'a', device: '/dev/sdb' }), async (_server, run) => {
      const { exit, stdout } = await run(['topology', 'load', '-j', file]);
      expect(exit).toBe(0);
      expect(stdout).toBe(
        'Creating cluster ... ID: c2\n\tAllowing file volumes on cluster.\n\tCreating node a ... Unable to create node: a is refused\n\tCreating node b ... ID: id-b\n\t\tAdding device /dev/sdb ... Unable to add device: /dev/sdb is refused\n\t\tAdding device /dev/sdc ... OK\n',
      );
    });
  });

  it('deletes a cluster it made when nothing got into it', async () => {
    const file = await writeTopology({ clusters: [{ nodes: [nodeEntry('a')] }] });
    const script = {
      ...serverScript([], { node: 'a' }),
      'GET /clusters/c2': { body: { id: 'c2', nodes: [], volumes: [] } },
      'DELETE /clusters/c2': {},
    };
    await withServer(script, async (server, run) => {
      expect((await run(['topology', 'load', '-j', file])).exit).toBe(0);
      expect(server.calls.at(-1)).toBe('DELETE /clusters/c2');
    });
  });

  it('stops when a cluster cannot be created, or the topology not be read', async () => {
    const file = await writeTopology({ clusters: [{ nodes: [nodeEntry('a')] }] });
    await withServer(
      { ...serverScript([]), 'POST /clusters': { status: 500, body: 'disk full' } },
      async (_server, run) => {
        expect(await run(['topology', 'load', '-j', file])).toMatchObject({ exit: 255, stderr: 'Error: disk full\n' });
      },
    );
    await withServer({}, async (_server, run) => {
      expect((await run(['topology', 'load', '-j', file])).stderr).toBe(
        'Error: Unable to get topology information: Id not found\n',
      );
    });
  });

  it('tells what is wrong with its file', async () => {
    await withServer({}, async (server, run) => {
      const absent = await run(['topology', 'load', '-j', path.join(folder, 'absent.json')]);
      expect(absent.stderr).toMatch(/^Error: Unable to open config file: .*no such file/);
      const broken = await run(['topology', 'load', '-j', await writeTopology('{"clusters": [')]);
      expect(broken.stderr).toMatch(/^Error: Unable to parse config file /);
      expect(server.calls).toEqual([]);
    });
  });

  it('does nothing for an empty file', async () => {
    await withServer(serverScript([]), async (_server, run) => {
      const quiet = { exit: 0, stdout: '', stderr: '' };
      expect(await run(['topology', 'load', '-j', await writeTopology({})])).toMatchObject(quiet);
    });
  });

  it.each([
    [{ clusters: [] }, /^There are no clusters in .*topology\.json: nothing was loaded\n$/],
    [
      { port: '8080', glusterfs: { executor: 'ssh' } },
      /no clusters .*: it looks like a configuration of the server\n$/,
    ],
    [{ clusterz: [{}] }, /no clusters .*: nothing was loaded\n$/],
  ])('says that %j has no clusters, and succeeds', async (topology, said) => {
    await withServer(serverScript([]), async (server, run) => {
      const { exit, stdout, stderr } = await run(['topology', 'load', '-j', await writeTopology(topology)]);
      expect([exit, stdout]).toEqual([0, '']);
      expect(stderr).toMatch(said);
      expect(server.calls.every((call) => call.startsWith('GET '))).toBe(true);
    });
  });

  it.each(['\n2nd document: {"clusters": [', '{"clusters": []}', '}'])(
    'reads the first document only, whatever stands behind it: %j',
    async (rest) => {
      const file = await writeTopology(`${JSON.stringify({ clusters: [{ nodes: [nodeEntry('a')] }] })}${rest}`);
      await withServer(serverScript([]), async (_server, run) => {
        const { exit, stdout } = await run(['topology', 'load', '-j', file]);
        expect(exit).toBe(0);
        expect(stdout).toContain('Creating node a ... ID: id-a\n');
      });
    },
  );

  it('refuses a value of a wrong type anywhere in the file before anything is made', async () => {
    const wrong = { node: { hostnames: { manage: ['b'], storage: ['b'] }, zone: '1' }, devices: [] };
    const file = await writeTopology({ clusters: [{ nodes: [nodeEntry('a', '/dev/sdb')] }, { nodes: [wrong] }] });
    await withServer(serverScript([]), async (server, run) => {
      const { exit, stderr } = await run(['topology', 'load', '-j', file]);
      expect(exit).toBe(255);
      expect(stderr).toContain('clusters[1].nodes[0].node.zone: expected a whole number, not "1"');
      expect(server.calls).toEqual([]);
    });
  });
});

const NODE = 'clusters[0].nodes[0].node';
const DEVICE = 'clusters[0].nodes[0].devices[0]';

const withNode = (members: object) => ({
  clusters: [{ nodes: [{ node: { ...nodeEntry('a').node, ...members }, devices: [] }] }],
});
const withDevice = (members: object) => ({ clusters: [{ nodes: [nodeEntry('a', { name: '/dev/sdb', ...members })] }] });

describe('a topology file', () => {
  it('may spell its members in any case, and leave flags out', () => {
    const text = JSON.stringify({
      Clusters: [{ Nodes: [{ Node: { Hostnames: { Manage: ['a'], STORAGE: ['b'] }, Zone: 3 }, devices: null }] }],
    });
    expect(parseTopology(text)).toEqual([
      {
        file: true,
        block: true,
        nodes: [{ manage: 'a', request: { zone: 3, hostnames: { manage: ['a'], storage: ['b'] } }, devices: [] }],
      },
    ]);
  });

  it.each([
    [[], 'top level: expected an object'],
    [{ clusters: {} }, 'clusters: expected an array'],
    [{ clusters: [{ file: 'yes' }] }, 'clusters[0].file: expected true or false'],
    [{ clusters: [{ nodes: [{}] }] }, 'clusters[0].nodes[0].node: expected an object'],
    [
      { clusters: [{ nodes: [{ node: { hostnames: {} } }] }] },
      'clusters[0].nodes[0].node.hostnames.manage: expected at least one host name',
    ],
    [
      { clusters: [{ nodes: [nodeEntry('a', 7)] }] },
      'clusters[0].nodes[0].devices[0]: expected a device name, or an object with "name"',
    ],
    [withDevice({ destroydata: 'true' }), `${DEVICE}.destroydata: expected true or false, not "true"`],
    [withDevice({ destroydata: 1 }), `${DEVICE}.destroydata: expected true or false, not 1`],
    [withDevice({ DestroyData: 'yes' }), `${DEVICE}.destroydata: expected true or false, not "yes"`],
    [withDevice({ tags: 'a:b' }), `${DEVICE}.tags: expected an object`],
    [withDevice({ tags: { tier: 1 } }), `${DEVICE}.tags.tier: expected a string, not 1`],
    [withNode({ zone: '1' }), `${NODE}.zone: expected a whole number, not "1"`],
    [withNode({ zone: 1.5 }), `${NODE}.zone: expected a whole number, not 1.5`],
    [withNode({ zone: true }), `${NODE}.zone: expected a whole number, not true`],
    [withNode({ tags: ['a'] }), `${NODE}.tags: expected an object`],
    [withNode({ tags: { rack: { row: 1 } } }), `${NODE}.tags.rack: expected a string, not {"row":1}`],
    [withNode({ cluster: 7 }), `${NODE}.cluster: expected a string, not 7`],
    [withNode({ hostnames: { manage: 'a', storage: ['a'] } }), `${NODE}.hostnames.manage: expected an array`],
    [withNode({ hostnames: { manage: ['a'], storage: [1] } }), `${NODE}.hostnames.storage[0]: expected a string`],
  ])('%j is refused: %s', (topology, message) => {
    expect(() => parseTopology(JSON.stringify(topology))).toThrow(message);
  });
});
