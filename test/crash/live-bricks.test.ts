import { beforeEach, expect, it } from 'vitest';
import { createBrick } from '../../src/executors/commands/brick/brick.js';
import { setUpDevice } from '../../src/executors/commands/device/lvm-device.js';
import { cloneVolume } from '../../src/executors/commands/gluster/gluster-snapshot.js';
import {
  createGlusterVolume,
  type GlusterVolume,
  stopVolume,
} from '../../src/executors/commands/gluster/gluster-volume.js';
import type { Executor } from '../../src/executors/executor.js';
import { brick, deviceId, type Rig, strictRig, volume } from '../executors/support.js';
import { runByHand } from './support/administrator.js';
import { LiveBricks } from './support/live-bricks.js';

const HOST = 'n1.manage';

let rig: Rig;
let live: LiveBricks;
let clone: GlusterVolume;
beforeEach(async () => {
  const { simulated, hosts } = strictRig(1);
  live = new LiveBricks();
  const watched: Executor = Object.assign(Object.create(hosts.executor) as Executor, {
    run: (...[host, batch, ...rest]: Parameters<Executor['run']>) => {
      for (const { argv } of batch) live.ordered(argv);
      return hosts.executor.run(host, batch, ...rest);
    },
  });
  rig = { simulated, hosts: { ...hosts, executor: watched } };
  await setUpDevice(rig.hosts, HOST, { deviceId: deviceId(1), name: '/dev/sdb', wipe: false });
  await createBrick(rig.hosts, HOST, brick(1, 1));
  await createGlusterVolume(
    rig.hosts,
    HOST,
    volume('v', [[1, brick(1, 1)]], {
      durability: { type: 'none', replica: 0, disperseData: 0, disperseRedundancy: 0 },
    }),
  );
  clone = (await cloneVolume(rig.hosts, HOST, { source: 'v', clone: 'c', snapshot: 'tmpsnap_1' })).clone;
  live.look(simulated.state());
});

async function unmountClone(): Promise<void> {
  const path = clone.bricks[0]?.name.replace(/^[^:]*:/, '') ?? '';
  expect(await runByHand(rig.simulated, HOST, 'umount', path.slice(0, path.lastIndexOf('/')))).toBe(true);
  live.look(rig.simulated.state());
}

it('tells the bricks of a clone that go although the server has not stopped it', async () => {
  expect(await runByHand(rig.simulated, HOST, 'gluster', '--mode=script', 'volume', 'stop', 'c')).toBe(true);
  await unmountClone();
  expect(live.destroyed).toEqual([`${clone.bricks[0]?.name} of c`]);
});

it('tells no bricks of a clone that the server has stopped to take it back', async () => {
  await stopVolume(rig.hosts, HOST, 'c');
  await unmountClone();
  expect(live.destroyed).toEqual([]);
});
