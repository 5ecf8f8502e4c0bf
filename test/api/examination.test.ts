import { expect, it } from 'vitest';
import { startApp } from '../support/app.js';

/** The whole server with simulated hosts, three of which serve a volume called `data`. */
async function withVolume(
  work: (get: (url: string) => Promise<Record<string, unknown>>) => Promise<void>,
): Promise<void> {
  const app = await startApp();
  const post = async (url: string, payload: object) => {
    const accepted = await app.post(url, payload);
    if (accepted.statusCode !== 202) return accepted;
    return app.server.inject({ method: 'GET', url: String(accepted.headers.location) });
  };
  try {
    const cluster = (await post('/clusters', { block: true, file: true })).json<{ id: string }>().id;
    for (const name of ['a', 'b', 'c']) {
      const hostnames = { manage: [name], storage: [`${name}.storage`] };
      const added = await post('/nodes', { cluster, zone: 1, hostnames });
      await post('/devices', { node: String(added.headers.location).slice('/nodes/'.length), name: '/dev/sdb' });
    }
    await post('/volumes', { size: 1, name: 'data', durability: { type: 'replicate', replicate: { replica: 3 } } });
    await work(async (url) => (await app.server.inject({ method: 'GET', url })).json());
  } finally {
    await app.remove();
  }
}

it('examining shows what each host says in the layout of the original', () =>
  withVolume(async (get) => {
    const { report, clusters, heketidb } = await get('/internal/state/examine/gluster');
    expect(report).toEqual([
      'OnDemand Examiner invoked while 0 ops are in flight',
      'heketi volume list matches with volume list of all nodes',
    ]);
    expect(Object.keys(heketidb as object)).toContain('volumeentries');
    const [cluster] = clusters as { ClusterHeketiID: string; NodesData: Record<string, unknown>[] }[];
    expect(cluster?.NodesData).toHaveLength(3);
    for (const node of cluster?.NodesData ?? []) {
      expect(node).toMatchObject({
        NodeHeketiID: expect.stringMatching(/^[0-9a-f]{32}$/),
        VolumeInfo: {
          XMLName: { Space: '', Local: 'volInfo' },
          Volumes: {
            Count: 1,
            VolumeList: [
              {
                VolumeName: 'data',
                Status: 1,
                StatusStr: 'Started',
                BrickCount: 3,
                ReplicaCount: 3,
                TypeStr: 'Replicate',
                Bricks: { BrickList: [{ IsArbiter: 0 }, { IsArbiter: 0 }, { IsArbiter: 0 }] },
              },
            ],
          },
        },
        LVMPVInfo: { report: [{ pv: [{ pv_name: '/dev/sdb' }] }] },
        LVMVGInfo: { report: [{ vg: [{ vg_name: expect.stringMatching(/^vg_/) }] }] },
        LVMLVInfo: { report: [{ lv: [{}, {}] }] },
        BricksMountStatus: {
          Statuses: [{ Device: expect.stringMatching(/^\/dev\/mapper\/vg_/), Type: 'xfs', Mounted: true }],
        },
        BlockVolumeNames: null,
      });
    }
  }));

it('differences are none where nothing is wrong', () =>
  withVolume(async (get) => {
    expect(await get('/internal/state/examine/differences')).toEqual({
      differences: [],
      notcompared: [],
      pendingoperations: [],
    });
  }));

it('differences are found by a comparison that is followed, too', async () => {
  const app = await startApp();
  try {
    const begun = await app.post('/internal/state/examine/differences', {});
    const get = (url: string) => app.server.inject({ method: 'GET', url });
    let done = await get(String(begun.headers.location));
    while (done.statusCode === 200) done = await get(String(begun.headers.location));
    expect((await get(String(done.headers.location))).json()).toEqual({
      differences: [],
      notcompared: [],
      pendingoperations: [],
    });
  } finally {
    await app.remove();
  }
});
