import { describe, expect, it } from 'vitest';
import { withServer } from './support/run.js';

const brick = {
  set: 0,
  zone: 1,
  deviceName: '/dev/vdb',
  sizeKib: 10_485_760,
  takesKib: 10_539_008,
  freeAfterKib: 1_048_575,
};
const plan = {
  fits: true,
  clusterId: 'c1',
  bricks: [
    { ...brick, nodeName: 'node-1', isArbiter: false },
    { ...brick, nodeName: 'n2', isArbiter: true },
  ],
  refusals: [],
  largestGib: 199,
};
const refusal = {
  clusterId: 'c1',
  text: 'No space',
  explanation: 'Each of 3 bricks needs 300.2 GiB on a node of its own.',
  devices: [
    {
      nodeName: 'n1',
      zone: 1,
      deviceName: '/dev/vdb',
      freeKib: 10_485_760,
      refusal: 'too-small',
      detail: 'needs 300.2 GiB',
    },
  ],
};

describe('volume create --dry-run', () => {
  it('shows where the bricks would go, and creates nothing', async () => {
    await withServer({ 'POST /placements': { body: plan } }, async (server, run) => {
      const { exit, stdout } = await run(['volume', 'create', '--size=10', '--dry-run']);
      expect(exit).toBe(0);
      expect(stdout).toBe(`The volume would fit on cluster c1: 2 bricks in 1 set

SET  NODE    ZONE  DEVICE    BRICK               TAKES     FREE AFTER
1    node-1  1     /dev/vdb  10.0 GiB            10.0 GiB  0.9 GiB
1    n2      1     /dev/vdb  10.0 GiB (arbiter)  10.0 GiB  0.9 GiB

Largest volume of this kind that would fit now: 199 GiB
`);
      expect(server.calls).toEqual(['POST /placements']);
    });
  });

  it('shows for each device why it would not fit, and fails', async () => {
    const body = { fits: false, clusterId: null, bricks: [], refusals: [refusal], largestGib: 9 };
    await withServer({ 'POST /placements': { body } }, async (_server, run) => {
      const { exit, stdout, stderr } = await run(['volume', 'create', '--size=300', '--dry-run']);
      expect({ exit, stderr }).toEqual({ exit: 255, stderr: 'Error: The volume would not fit\n' });
      expect(stdout).toBe(`The volume would not fit.

Cluster c1: No space
Each of 3 bricks needs 300.2 GiB on a node of its own.

NODE  ZONE  DEVICE    FREE      REASON
n1    1     /dev/vdb  10.0 GiB  needs 300.2 GiB

Largest volume of this kind that would fit now: 9 GiB
`);
    });
  });

  it('says how many devices there are besides the nearest, and shows each with --all-devices', async () => {
    const counts = { 'node-taken': 1, 'too-small': 11_999 };
    const body = { fits: false, clusterId: null, bricks: [], refusals: [{ ...refusal, counts }], largestGib: 9 };
    await withServer(
      { 'POST /placements': { body }, 'POST /placements?all=true': { body: { ...body, refusals: [refusal] } } },
      async (server, run) => {
        const few = await run(['volume', 'create', '--size=300', '--dry-run']);
        expect(few.stdout).toContain(
          'The nearest 1 of 12000 devices (1 node-taken, 11999 too-small); --all-devices shows each.\n',
        );
        const all = await run(['volume', 'create', '--size=300', '--dry-run', '--all-devices']);
        expect(all.stdout).not.toContain('--all-devices');
        expect(server.calls).toEqual(['POST /placements', 'POST /placements?all=true']);
      },
    );
  });

  it('says when the server cannot plan', async () => {
    await withServer({ 'POST /placements': { status: 404, body: 'Invalid path or request' } }, async (_server, run) => {
      const { exit, stderr } = await run(['volume', 'create', '--size=1', '--dry-run']);
      expect({ exit, stderr }).toEqual({ exit: 255, stderr: 'Error: --dry-run: this server cannot plan placements\n' });
    });
  });
});

describe('volume expand --dry-run', () => {
  const PATH = 'POST /placements/expansions';

  it('shows where the new bricks would go, and adds nothing', async () => {
    await withServer({ [PATH]: { body: plan } }, async (server, run) => {
      const { exit, stdout } = await run(['volume', 'expand', '--volume=v1', '--expand-size=10', '--dry-run']);
      expect(exit).toBe(0);
      expect(stdout).toMatch(/^The expansion would fit on cluster c1: 2 bricks in 1 set\n\nSET {2}NODE /);
      expect(stdout).toMatch(/\n\nThe most that could be added to this volume now: 199 GiB\n$/);
      expect(server.calls).toEqual([PATH]);
      expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({ id: 'v1', expand_size: 10 });
    });
  });

  it('shows for each device why it would not fit, and fails; each device when that is asked for', async () => {
    const body = { fits: false, clusterId: null, bricks: [], refusals: [refusal], largestGib: 9 };
    const routes = { [PATH]: { body }, [`${PATH}?all=true`]: { body } };
    await withServer(routes, async (server, run) => {
      const { exit, stdout, stderr } = await run(['volume', 'expand', 'v1', '--expand-size=300', '--dry-run']);
      expect({ exit, stderr }).toEqual({ exit: 255, stderr: 'Error: The expansion would not fit\n' });
      expect(stdout).toMatch(
        /^The expansion would not fit\.\n\nCluster c1: No space\n(?:.*\n)*.*needs 300\.2 GiB\n\nThe most /,
      );
      await run(['volume', 'expand', 'v1', '--expand-size=300', '--dry-run', '--all-devices']);
      expect(server.calls).toEqual([PATH, `${PATH}?all=true`]);
    });
  });

  it('tells a server that can not plan from a volume that it does not know', async () => {
    const answers = [
      { status: 404, body: 'Invalid path or request' },
      { status: 404, body: 'Id not found' },
    ];
    await withServer({ [PATH]: answers }, async (_server, run) => {
      const line = ['volume', 'expand', 'v1', '--expand-size=1', '--dry-run'];
      expect((await run(line)).stderr).toBe('Error: --dry-run: this server cannot plan expansions\n');
      expect((await run(line)).stderr).toContain('Id not found');
    });
  });
});

describe('the dry run of what moves bricks', () => {
  const PATH = 'POST /placements/evictions';
  const going = {
    brickId: 'b1',
    volumeId: 'v1',
    volumeName: 'vol_1',
    sizeKib: 10_485_760,
    healKib: 1_048_576,
    to: { nodeName: 'n4', zone: 2, deviceName: '/dev/vdc', takesKib: 10_539_008, freeAfterKib: 1_048_575 },
    obstacle: null,
    devices: [],
  };
  const staying = { ...going, brickId: 'b3', to: null, obstacle: 'No Replacement', devices: refusal.devices };
  const all = { isPossible: true, obstacle: null, movable: 1, healKib: 1_048_576, unknownHeals: 0, healing: [] };

  it.each([
    ['device remove x', 'remove-device', 'Device x'],
    ['node remove x', 'remove-node', 'Node x'],
    ['brick evict x', 'evict-brick', 'Brick x'],
  ])('%s shows where the bricks would go, and what would be healed', async (line, change, subject) => {
    await withServer({ [PATH]: { body: { ...all, bricks: [going] } } }, async (server, run) => {
      const { exit, stdout } = await run([...line.split(' '), '--dry-run']);
      expect(exit).toBe(0);
      expect(stdout).toBe(`${subject}: 1 brick would move; 1.0 GiB to heal

BRICK  VOLUME  SIZE      HEALS    TO NODE  ZONE  DEVICE    FREE AFTER
b1     vol_1   10.0 GiB  1.0 GiB  n4       2     /dev/vdc  0.9 GiB
`);
      expect(server.calls).toEqual([PATH]);
      expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({ change, id: 'x' });
    });
  });

  it('shows what would stay and why, and fails', async () => {
    const unknown = { ...going, brickId: 'b2', healKib: null };
    const body = {
      ...{ ...all, isPossible: false, obstacle: 'Device must be offline', movable: 2, unknownHeals: 1 },
      ...{ bricks: [going, unknown, staying], healing: [{ brickId: 'b0', volumeId: 'v0', entriesLeft: null }] },
    };
    await withServer({ [PATH]: { body } }, async (server, run) => {
      const { exit, stdout, stderr } = await run([
        ...['device', 'remove', 'x', '--dry-run', '--expert-option-disable-heal-check'],
      ]);
      expect({ exit, stderr }).toEqual({
        exit: 255,
        stderr: 'Error: Device x: not all of it could be done now\n',
      });
      expect(stdout).toBe(`Device x: 2 of 3 bricks would move; 1.0 GiB to heal, how much of 1 brick is not known
In the way of all of it: Device must be offline

BRICK  VOLUME  SIZE      HEALS      TO NODE  ZONE  DEVICE    FREE AFTER
b1     vol_1   10.0 GiB  1.0 GiB    n4       2     /dev/vdc  0.9 GiB
b2     vol_1   10.0 GiB  not known  n4       2     /dev/vdc  0.9 GiB

Bricks that would not:
  b3 of volume vol_1: No Replacement
    NODE  ZONE  DEVICE    FREE      REASON
    n1    1     /dev/vdb  10.0 GiB  needs 300.2 GiB

Replaced before, and waiting for the heal of their sets: 1 brick
`);
      expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({ healcheck: 'disable' });
    });
  });

  it('node lost says whether the host may answer', async () => {
    await withServer({ [PATH]: { body: { ...all, bricks: [going] } } }, async (server, run) => {
      for (const flags of [[], ['--host-answers']]) await run(['node', 'lost', 'x', '--dry-run', ...flags]);
      const bodies = server.requests.map(({ body }) => JSON.parse(body));
      expect(bodies).toEqual([false, true].map((hostanswers) => ({ change: 'lose-node', id: 'x', hostanswers })));
      expect(server.calls).toEqual([PATH, PATH]);
    });
  });

  it('node reinstate says which bricks would come back', async () => {
    await withServer({ [PATH]: { body: { ...all, bricks: [going] } } }, async (server, run) => {
      const { stdout } = await run(['node', 'reinstate', 'x', '--dry-run', '--disk=d=/dev/vdd']);
      expect(stdout).toMatch(/^Node x: 1 brick would come back; 1.0 GiB to heal\n/);
      const [body] = server.requests.map((request) => JSON.parse(request.body));
      expect(body).toEqual({ change: 'reinstate-node', id: 'x', disks: { d: '/dev/vdd' } });
    });
  });

  it('says so when no brick has to move', async () => {
    await withServer({ [PATH]: { body: { ...all, movable: 0, bricks: [] } } }, async (_server, run) => {
      expect((await run(['node', 'remove', 'x', '--dry-run'])).stdout).toBe('Node x: no brick has to move\n');
    });
  });

  it('tells a server that can not plan from an id that it does not know', async () => {
    const answers = [
      { status: 404, body: 'Invalid path or request' },
      { status: 404, body: 'Id not found' },
    ];
    await withServer({ [PATH]: answers }, async (_server, run) => {
      const line = ['device', 'remove', 'x', '--dry-run'];
      expect((await run(line)).stderr).toBe('Error: --dry-run: this server cannot plan removals\n');
      expect((await run(line)).stderr).toContain('Id not found');
    });
  });
});

describe('blockvolume create --dry-run', () => {
  const PATH = 'POST /placements/blockvolumes';
  const nothing = { fits: false, hosting: null, newHosting: null, reason: '', refusals: [], largestGib: 98 };

  it('shows the hosting volume that would take it, and creates nothing', async () => {
    const hosting = { id: 'h1', name: 'vol_h1', clusterId: 'c1', freeGib: 98 };
    await withServer({ [PATH]: { body: { ...nothing, fits: true, hosting } } }, async (server, run) => {
      const { exit, stdout } = await run(['blockvolume', 'create', '--size=10', '--dry-run']);
      expect(exit).toBe(0);
      expect(
        stdout,
      ).toBe(`The block volume would fit on block hosting volume vol_h1 (h1) of cluster c1, which has 98 GiB free

Largest block volume that would fit now: 98 GiB
`);
      expect(server.calls).toEqual([PATH]);
    });
  });

  it('shows where the hosting volume would be made', async () => {
    await withServer({ [PATH]: { body: { ...nothing, fits: true, newHosting: plan } } }, async (_server, run) => {
      const { exit, stdout } = await run(['blockvolume', 'create', '--size=10', '--dry-run']);
      expect(exit).toBe(0);
      expect(stdout).toContain('A block hosting volume would be made for it.\n');
      expect(stdout).toContain('The volume would fit on cluster c1: 2 bricks in 1 set');
    });
  });

  it('shows why no hosting volume takes it, and fails', async () => {
    const refusals = [{ volumeId: 'h1', name: 'vol_h1', freeGib: 5, text: '5 of its 100 GiB are free' }];
    const body = { ...nothing, reason: 'Block Hosting Volume Creation is disabled.', refusals, largestGib: 5 };
    await withServer({ [PATH]: { body } }, async (_server, run) => {
      const { exit, stdout, stderr } = await run(['blockvolume', 'create', '--size=10', '--dry-run']);
      expect({ exit, stderr }).toEqual({ exit: 255, stderr: 'Error: The block volume would not fit\n' });
      expect(stdout).toBe(`The block volume would not fit: Block Hosting Volume Creation is disabled.

HOSTING VOLUME  ID  FREE   REASON
vol_h1          h1  5 GiB  5 of its 100 GiB are free

Largest block volume that would fit now: 5 GiB
`);
    });
  });

  it('shows, where the one that would be made does not fit either, why those that are there do not take it', async () => {
    const refusals = [{ volumeId: 'h1', name: 'vol_h1', freeGib: 5, text: '5 of its 100 GiB are free' }];
    const newHosting = { ...plan, fits: false };
    await withServer({ [PATH]: { body: { ...nothing, reason: 'no room', refusals, newHosting } } }, async (_, run) => {
      const { stdout } = await run(['blockvolume', 'create', '--size=10', '--dry-run']);
      expect(stdout).toMatch(
        /^The block volume would not fit: no room\n\nHOSTING VOLUME .*\nvol_h1 .*\n\nThe volume would not/,
      );
    });
  });

  it('says when the server cannot plan', async () => {
    await withServer({ [PATH]: { status: 404, body: 'Invalid path or request' } }, async (_server, run) => {
      const { exit, stderr } = await run(['blockvolume', 'create', '--size=1', '--dry-run']);
      expect({ exit, stderr }).toEqual({
        exit: 255,
        stderr: 'Error: --dry-run: this server cannot plan block volumes\n',
      });
    });
  });
});
