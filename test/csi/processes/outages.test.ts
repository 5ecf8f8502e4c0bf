import { afterEach, describe, expect, it } from 'vitest';
import { CsiClient } from '../support/csi-client.js';
import { CsiRig } from '../support/csi-rig.js';
import { untilFinal } from '../support/orchestrator.js';
import { createRequest, gib, MOUNTED, unknownId } from '../support/requests.js';

let rig: CsiRig;

afterEach(() => rig?.remove());

async function create(name: string): Promise<string> {
  return (await rig.csi.call('CreateVolume', createRequest(name))).volume.volumeId;
}

it('every call that needs the server is UNAVAILABLE while it is down, and nothing is forgotten', async () => {
  rig = await CsiRig.start();
  const volumeId = await create('before');
  await rig.killServer();
  for (const [call, request] of [
    ['CreateVolume', createRequest('before')],
    ['CreateVolume', createRequest('new')],
    ['CreateVolume', createRequest('clone', { volumeContentSource: { volume: { volumeId } } })],
    ['DeleteVolume', { volumeId }],
    ['DeleteVolume', { volumeId: unknownId() }],
    ['ControllerExpandVolume', { volumeId, capacityRange: { requiredBytes: gib(2) } }],
    ['ControllerGetVolume', { volumeId }],
    ['ValidateVolumeCapabilities', { volumeId, volumeCapabilities: [MOUNTED] }],
    ['ListVolumes', {}],
    ['GetCapacity', {}],
  ] as const) {
    expect([call, await rig.csi.codeOf(call, request)]).toEqual([call, 'UNAVAILABLE']);
  }
  await rig.startServer();
  expect(await rig.volumes()).toMatchObject([{ client_name: 'before', size: 1 }]);
});

it('a server that is busy is UNAVAILABLE, and makes nothing', async () => {
  rig = await CsiRig.start({ max_inflight_operations: 1 });
  await rig.hosts.setFaults([{ kind: 'hold', nth: 1 }]);
  const first = rig.csi.call('CreateVolume', createRequest('first'));
  await rig.hosts.awaitHeld();
  expect(await rig.csi.codeOf('CreateVolume', createRequest('second'))).toBe('UNAVAILABLE');
  await rig.hosts.releaseHeld(true);
  await first;
  expect((await rig.volumes()).map(({ client_name }) => client_name)).toEqual(['first']);
});

it('a driver that is killed while it waits leaves one volume, which the next one finds', async () => {
  rig = await CsiRig.start();
  await rig.hosts.setFaults([{ kind: 'hold', nth: 3 }]);
  const lost = rig.csi.codeOf('CreateVolume', createRequest('lost'));
  await rig.hosts.awaitHeld();
  await rig.restartDriver();
  expect(await lost).toBe('UNAVAILABLE');
  expect(await rig.csi.codeOf('CreateVolume', createRequest('lost'))).toBe('ABORTED');
  await rig.hosts.releaseHeld(true);
  const { volume } = await untilFinal(() => rig.csi, 'CreateVolume', createRequest('lost'));
  expect((await rig.volumes()).map(({ id, cluster }) => `${cluster}-${id}`)).toEqual([volume.volumeId]);
  // Nobody needs to look after it any more.
  expect(JSON.parse((await rig.http.send('GET', '/volumes/unclaimed')).text)).toEqual({ volumes: [] });
  await rig.expectAgreement();
});

it('two drivers that are asked for the same name, again and again, make one volume each', async () => {
  rig = await CsiRig.start();
  const second = await rig.startSecondDriver();
  const other = new CsiClient(second.socket);
  try {
    for (const name of ['a', 'b', 'c', 'd']) {
      const request = createRequest(name, { capacityRange: { requiredBytes: gib(2) } });
      const both = await Promise.all(
        [rig.csi, other].map((client) => untilFinal(() => client, 'CreateVolume', request)),
      );
      expect(both[0]).toEqual(both[1]);
      const grown = { volumeId: both[0].volume.volumeId, capacityRange: { requiredBytes: gib(4) } };
      await Promise.all([rig.csi, other].map((client) => untilFinal(() => client, 'ControllerExpandVolume', grown)));
    }
  } finally {
    await second.kill();
  }
  expect((await rig.volumes()).map(({ client_name, size }) => [client_name, size]).toSorted()).toEqual(
    ['a', 'b', 'c', 'd'].map((name) => [name, 4]),
  );
  await rig.expectAgreement();
});

describe('a server that is killed in the midst of', () => {
  const points = [0, 2, 5, 9].map((at, i) => ({ at, isCarriedOut: i % 2 === 0 }));

  it.each([
    [
      'a create',
      'CreateVolume',
      () => createRequest('new'),
      [
        ['first', 1],
        ['new', 1],
      ],
    ],
    [
      'a clone that is to be larger',
      'CreateVolume',
      (volumeId: string) =>
        createRequest('new', {
          volumeContentSource: { volume: { volumeId } },
          capacityRange: { requiredBytes: gib(3) },
        }),
      [
        ['first', 1],
        ['new', 3],
      ],
    ],
    [
      'an expansion',
      'ControllerExpandVolume',
      (volumeId: string) => ({ volumeId, capacityRange: { requiredBytes: gib(3) } }),
      [['first', 3]],
    ],
    ['a deletion', 'DeleteVolume', (volumeId: string) => ({ volumeId }), []],
  ] as const)('%s', async (_what, call, request, expected) => {
    rig = await CsiRig.start();
    for (const { at, isCarriedOut } of points) {
      const volumeId = (await untilFinal(() => rig.csi, 'CreateVolume', createRequest('first'))).volume.volumeId;
      const asked = request(volumeId);
      await rig.killingServer(at, isCarriedOut, () => rig.csi.codeOf(call, asked));
      await untilFinal(() => rig.csi, call, asked);
      await rig.http.nothingPending();
      const there = await rig.volumes();
      expect(there.map(({ client_name, size }) => [client_name, size]).toSorted()).toEqual(expected);
      for (const { id, cluster } of there)
        await untilFinal(() => rig.csi, 'DeleteVolume', { volumeId: `${cluster}-${id}` });
    }
    expect(await rig.volumes()).toEqual([]);
    await rig.expectAgreement();
  });
});
