import { describe, expect, it } from 'vitest';
import { withServer } from './support/run.js';
import { cluster, device, NODE_ID, node } from './support/samples.js';

const GIB = 1_048_576;
const ID = 'a'.repeat(32);
const TIME = '2026-01-31T12:00:00.000Z';
const full = {
  id: ID,
  name: 'web',
  cluster: 'c',
  sizeGib: 10,
  totalKib: 10 * GIB,
  usedKib: 2.5 * GIB,
  freeKib: 7.5 * GIB,
  healEntries: 0,
  checkedAt: TIME,
  unknown: [],
};
const dark = {
  ...full,
  name: 'dark',
  totalKib: null,
  usedKib: null,
  freeKib: null,
  healEntries: null,
  checkedAt: null,
  unknown: ['its host h2\nis down'],
};
const lone = { ...full, name: 'lone', healEntries: null };
const brick = {
  id: 'b1',
  volume: ID,
  device: 'd1',
  node: 'n1',
  sizeKib: 10 * GIB,
  totalKib: 10 * GIB,
  usedKib: 2.5 * GIB,
  freeKib: 7.5 * GIB,
  pool: { name: 'tp_b1', sizeKib: 10 * GIB, dataPercent: 25.41, metadataPercent: 1 },
  healEntries: 4,
  checkedAt: TIME,
  unknown: [],
};

describe('volume usage', () => {
  it('shows all volumes by their names; what nobody could tell is no number, and why is told', () =>
    withServer(
      { 'GET /usage?of=volumes': { body: { devices: [], volumes: [full, lone, dark], bricks: [] } } },
      async (_server, run) => {
        expect((await run(['volume', 'usage'])).stdout.replaceAll(ID, 'ID')).toBe(
          [
            `NAME  ID                                SIZE      USED     FREE     USE  TO HEAL  AS OF`,
            `dark  ID  ?         ?        ?        ?    ?        -`,
            `lone  ID  10.0 GiB  2.5 GiB  7.5 GiB  25%  -        ${TIME}`,
            `web   ID  10.0 GiB  2.5 GiB  7.5 GiB  25%  0        ${TIME}`,
            'dark: not known: its host h2 is down',
            '',
          ].join('\n'),
        );
      },
    ));

  it('shows the bricks of one volume, and their thin pools', () => {
    const body = {
      devices: [],
      volumes: [full],
      bricks: [brick, { ...brick, id: 'b2', pool: null, healEntries: null }],
    };
    return withServer({ [`GET /usage?of=volumes%2Cbricks&volume=${ID}`]: { body } }, async (_server, run) => {
      const { stdout } = await run(['volume', 'usage', ID]);
      expect(stdout.split('\n').slice(3)).toEqual([
        'BRICK  NODE  DEVICE  SIZE      USED     FREE     USE  POOL DATA  POOL METADATA  TO HEAL',
        'b1     n1    d1      10.0 GiB  2.5 GiB  7.5 GiB  25%  25.41%     1%             4',
        'b2     n1    d1      10.0 GiB  2.5 GiB  7.5 GiB  25%  ?          ?              -',
        '',
      ]);
      expect(JSON.parse((await run(['volume', 'usage', ID, '--json'])).stdout)).toEqual(body);
    });
  });
});

describe('topology show', () => {
  const topology = {
    'GET /clusters': { body: { clusters: [cluster.id] } },
    [`GET /clusters/${cluster.id}`]: { body: cluster },
    [`GET /nodes/${NODE_ID}`]: {
      body: {
        ...node,
        devices: [device, { ...device, id: 'e', name: '/dev/sdc' }, { ...device, id: 'f', bricks: [] }],
      },
    },
  };

  it('shows what devices with bricks really hold beside what is booked', () => {
    const held = (id: string, usedKib: number | null) => ({ id, usedKib });
    const devices = [held(device.id, 3.25 * GIB), held('e', null), held('f', 0)];
    return withServer(
      { ...topology, 'GET /usage?of=devices': { body: { devices, volumes: [], bricks: [] } } },
      async (_server, run) => {
        const { stdout } = await run(['topology', 'show']);
        expect(stdout).toMatch(/\/dev\/sdb \[#\.+\] 12\/500 GiB 1 brick, holding 3\.3 GiB\n/);
        expect(stdout).toMatch(/\/dev\/sdc \[#\.+\] 12\/500 GiB 1 brick, holding \?\n/);
        expect(stdout).toMatch(/12\/500 GiB 0 bricks\n/);
      },
    );
  });

  it('shows the rest of a server that does not tell', () =>
    withServer(topology, async (_server, run) => {
      expect((await run(['topology', 'show'])).stdout).toMatch(/12\/500 GiB 1 brick\n/);
    }));

  it('shows the rest of a server beside which another one has the figures, and says so', () => {
    const refusal = { status: 503, body: 'only the server that works on the hosts can answer this: that is s1' };
    return withServer({ ...topology, 'GET /usage?of=devices': refusal }, async (_server, run) => {
      const { exit, stdout, stderr } = await run(['topology', 'show']);
      expect(exit).toBe(0);
      expect(stdout).toMatch(/12\/500 GiB 1 brick\n/);
      expect(stderr).toMatch(/^What devices really hold is not shown: .*that is s1/);
    });
  });
});
