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
      expect(await run(['topology', 'load', '-j', await writeTopology({})])).toMatchObject({ exit: 0, stdout: '' });
    });
  });
});

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
  ])('%j is refused: %s', (topology, message) => {
    expect(() => parseTopology(JSON.stringify(topology))).toThrow(message);
  });
});
