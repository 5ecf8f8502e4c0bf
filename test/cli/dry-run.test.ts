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

  it('says when the server cannot plan', async () => {
    await withServer({ 'POST /placements': { status: 404, body: 'Invalid path or request' } }, async (_server, run) => {
      const { exit, stderr } = await run(['volume', 'create', '--size=1', '--dry-run']);
      expect({ exit, stderr }).toEqual({ exit: 255, stderr: 'Error: --dry-run: this server cannot plan placements\n' });
    });
  });
});
