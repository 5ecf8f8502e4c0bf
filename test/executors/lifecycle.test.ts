import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BrickSpec, createBrick, destroyBrick } from '../../src/executors/commands/brick/brick.js';
import { setUpDevice } from '../../src/executors/commands/device/lvm-device.js';
import { createGlusterVolume, deleteGlusterVolume } from '../../src/executors/commands/gluster/gluster-volume.js';
import { probePeer } from '../../src/executors/commands/gluster/glusterd.js';
import { brick, DEVICES, deviceId, type Rig, strictRig, volume } from './support.js';

const HOST = 'n1.manage';
const HOST_COUNT = 3;

interface Planned {
  readonly name: string;
  readonly bricks: readonly (readonly [number, BrickSpec])[];
}

async function readyRig(): Promise<Rig> {
  const rig = strictRig(HOST_COUNT);
  for (let n = 1; n <= HOST_COUNT; n++) {
    if (n > 1) await probePeer(rig.hosts, HOST, `n${n}.storage`);
    for (const [d, name] of DEVICES.entries()) {
      await setUpDevice(rig.hosts, `n${n}.manage`, { deviceId: deviceId(n, d), name, wipe: false });
      const warmUp = brick(900, n, { deviceId: deviceId(n, d) }); // the device's directory stays after its last brick
      await createBrick(rig.hosts, `n${n}.manage`, warmUp);
      await destroyBrick(rig.hosts, `n${n}.manage`, warmUp);
    }
  }
  return rig;
}

function plan(i: number, device: number, sizeMib: number, arbiter: boolean, gid: number): Planned {
  const bricks = [1, 2, 3].map((host): readonly [number, BrickSpec] => {
    const isArbiter = arbiter && host === 3;
    const sizeKib = sizeMib * 1024;
    return [
      host,
      brick(i * 10 + host, host, {
        deviceId: deviceId(host, device),
        sizeKib,
        thinPoolKib: sizeKib,
        poolMetadataKib: 4096,
        subType: isArbiter ? 'arbiter' : 'normal',
        gid,
      }),
    ];
  });
  return { name: `v${i}`, bricks };
}

async function create(rig: Rig, { name, bricks }: Planned): Promise<void> {
  await Promise.all(bricks.map(([host, spec]) => createBrick(rig.hosts, `n${host}.manage`, spec)));
  await createGlusterVolume(rig.hosts, HOST, volume(name, bricks));
}

async function destroy(rig: Rig, { name, bricks }: Planned): Promise<void> {
  await deleteGlusterVolume(rig.hosts, HOST, name);
  for (const [host, spec] of bricks)
    expect(await destroyBrick(rig.hosts, `n${host}.manage`, spec)).toEqual({ poolRemoved: true });
}

const volumes = fc
  .array(
    fc.tuple(fc.nat(DEVICES.length - 1), fc.integer({ min: 64, max: 8192 }), fc.boolean(), fc.constantFrom(0, 2001)),
    { minLength: 1, maxLength: 6 },
  )
  .map((all) => all.map(([device, sizeMib, arbiter, gid], i) => plan(i, device, sizeMib, arbiter, gid)));

describe('hosts', () => {
  it('are as they were after volumes were made and removed in any order', async () => {
    await fc.assert(
      fc.asyncProperty(volumes, fc.infiniteStream(fc.nat()), async (planned, order) => {
        const rig = await readyRig();
        const before = rig.simulated.state();
        for (const one of planned) await create(rig, one);
        const left = [...planned];
        while (left.length > 0) {
          const [next] = left.splice((order.next().value ?? 0) % left.length, 1);
          if (next) await destroy(rig, next);
        }
        expect(rig.simulated.state()).toEqual(before);
      }),
      { numRuns: 30 },
    );
  });

  it('are as they were after a creation that broke anywhere was taken back', async () => {
    const outcome = fc.record({
      nth: fc.integer({ min: 1, max: 26 }),
      kind: fc.constantFrom('fail', 'lose-link' as const),
      after: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(outcome, async (fault) => {
        const rig = await readyRig();
        const before = rig.simulated.state();
        const planned = plan(1, 0, 1024, false, 2001);
        rig.simulated.setFaults([{ ...fault, stderr: 'broken' } as never]);
        await create(rig, planned).catch((error: unknown) => expect(error).toBeInstanceOf(Error));
        rig.simulated.setFaults([]);
        await destroy(rig, planned);
        expect(rig.simulated.state()).toEqual(before);
      }),
      { numRuns: 60 },
    );
  });
});
