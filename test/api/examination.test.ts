import { expect, it } from 'vitest';
import { examinedPool } from '../../src/api/wire/examination.js';
import { examinationText } from '../../src/api/wire/examination-text.js';
import { dumpDatabase } from '../../src/interchange/dump.js';
import { dumpTexts } from '../../src/interchange/dump-text.js';
import { stringifyJson } from '../../src/json/stringify-json.js';
import type { PoolRecords } from '../../src/operations/examination/pool-records.js';
import type { SurveyedNode } from '../../src/operations/examination/survey-pool.js';
import { openMemoryStore } from '../../src/store/open-store.js';
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

it('an examination is sent piece by piece as it would be written at once, whatever hosts have told', async () => {
  const store = await openMemoryStore();
  try {
    const node = { id: 'n', clusterId: 'c', manageNames: ['h1'] } as unknown as SurveyedNode['node'];
    const rows = Array.from({ length: 3000 }, (_, i) => ({ lv_name: `lv<${i}>`, tags: [], size: 2n ** 64n }));
    const survey = {
      volumeDocument: { XMLName: undefined, Volumes: { VolumeList: [{ Bricks: { BrickList: [] } }, {}] } },
      logicalVolumes: { document: { report: [{ lv: rows }] }, rows: [] },
      volumes: [{ name: 'data' }],
      failures: [],
    } as unknown as SurveyedNode['survey'];
    const nodes: SurveyedNode[] = [
      { node, survey, failure: '', blockVolumes: new Map([['data', ['one', 'two']]]) },
      { node, survey: null, failure: 'no answer', blockVolumes: new Map() },
    ];
    for (const clusters of [[], [{ id: 'c' }, { id: 'empty' }]]) {
      const records = { clusters, nodes: [], volumes: [{ name: 'data', clusterId: 'c' }] } as unknown as PoolRecords;
      const [dump, text] = await store.read(async (tx) => {
        const pieces: string[] = [];
        for await (const piece of examinationText(dumpTexts(tx, 1), { records, nodes }, 2)) pieces.push(piece);
        if (clusters.length > 0) expect(pieces.length).toBeGreaterThan(1);
        return [await dumpDatabase(tx), pieces.join('')] as const;
      });
      expect(text).toBe(`${stringifyJson(await examinedPool(dump, { records, nodes }, 2), 4)}\n`);
    }
  } finally {
    await store.close();
  }
});
