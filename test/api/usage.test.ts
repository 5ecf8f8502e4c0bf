import { describe, expect, it } from 'vitest';
import type { components } from '../../src/api/contract/openapi.js';
import { MockExecutor } from '../../src/executors/mock/mock-executor.js';
import { createUsage } from '../../src/operations/usage/usage.js';
import { UsageBooks } from '../../src/operations/usage/usage-books.js';
import { HOST_SETTINGS } from '../support/host-settings.js';
import {
  ALL_UP,
  done,
  loadTopology,
  type Pool,
  SILENT,
  strictHosts,
  volumeRequest,
  withPool,
} from '../support/pool.js';
import { startApi } from './api-server.js';

type Usage = components['schemas']['Usage'];

interface Scene {
  readonly pool: Pool;
  get(query: string): Promise<Usage>;
  refusal(query: string): Promise<string>;
}

/** Two volumes on three of four hosts each; a round of the survey has been made unless `isAsked` is false. */
function scene(work: (at: Scene) => Promise<void>, isAsked = true): Promise<void> {
  const executor = new MockExecutor(strictHosts(4, 2));
  return withPool(executor, async (pool) => {
    await loadTopology(pool, 4, 2);
    for (const name of ['one', 'two'])
      await done(pool, await pool.operations.createVolume(volumeRequest({ sizeGib: 20, name })));
    const hosts = { executor, settings: HOST_SETTINGS };
    const { books, monitor } = createUsage({ store: pool.store, hosts, health: ALL_UP, log: SILENT });
    if (isAsked) await monitor.runOnce();
    const { server } = await startApi({}, { store: pool.store, usage: () => (isAsked ? books : new UsageBooks()) });
    const ask = (query: string) => server.inject(`/usage${query}`);
    await work({
      pool,
      get: async (query) => {
        const answer = await ask(query);
        expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/json; charset=UTF-8']);
        return answer.json<Usage>();
      },
      refusal: async (query) => {
        const { statusCode, body } = await ask(query);
        return `${statusCode} ${body.trim()}`;
      },
    });
    await server.close();
  });
}

const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

describe('GET /usage', () => {
  it('tells of each device, volume and brick what it really holds beside what is booked', () =>
    scene(async ({ pool, get }) => {
      const { devices, volumes, bricks } = await get('');
      const records = await pool.store.read(async (tx) => ({
        devices: await tx.devices.list(),
        volumes: await tx.volumes.list(),
        bricks: await tx.bricks.list(),
      }));
      expect(idsOf(devices)).toEqual(idsOf(records.devices));
      expect(idsOf(volumes)).toEqual(idsOf(records.volumes));
      expect(idsOf(bricks).toSorted()).toEqual(idsOf(records.bricks));
      const [volume, brick] = [volumes[0], bricks[0]];
      expect(volume).toEqual({
        id: records.volumes[0]?.id,
        name: records.volumes[0]?.name,
        cluster: records.volumes[0]?.clusterId,
        sizeGib: 20,
        totalKib: 20 * 1024 * 1024,
        usedKib: 40_092,
        freeKib: 20 * 1024 * 1024 - 40_092,
        healEntries: 0,
        checkedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
        unknown: [],
      });
      expect(brick).toMatchObject({
        usedKib: 40_092,
        pool: { sizeKib: 20 * 1024 * 1024, dataPercent: 0, metadataPercent: 10 },
        healEntries: 0,
        unknown: [],
      });
      const withBricks = devices.filter(({ id }) => bricks.some(({ device }) => device === id));
      for (const device of withBricks)
        expect(device).toMatchObject({ usedKib: 0, metadataPercent: 10, healEntries: 0, unknown: [] });
      const booked = records.devices.map(({ id, totalKib, usedKib }) => [id, totalKib, usedKib]);
      expect(devices.map(({ id, sizeKib, bookedKib }) => [id, sizeKib, bookedKib])).toEqual(booked);
    }));

  it('has null, and never 0, for what no host has told', () =>
    scene(async ({ get }) => {
      const { devices, volumes, bricks } = await get('');
      const nothing = { usedKib: null, healEntries: null, checkedAt: null };
      for (const one of [...volumes, ...bricks])
        expect(one).toMatchObject({ ...nothing, totalKib: null, freeKib: null });
      for (const one of bricks) expect(one).toMatchObject({ pool: null, unknown: ['its host was not asked yet'] });
      const holding = devices.filter(({ id }) => bricks.some(({ device }) => device === id));
      expect(holding.length).toBeGreaterThan(0);
      for (const one of holding) expect(one).toMatchObject({ ...nothing, dataPercent: null, metadataPercent: null });
    }, false));

  it('lists what is asked for, of the cluster, node, device or volume that is asked for', () =>
    scene(async ({ pool, get }) => {
      const [volume] = await pool.store.read((tx) => tx.volumes.list());
      const bricks = await pool.store.read((tx) => tx.bricks.listByVolume(volume?.id ?? ''));
      const [brick] = bricks;
      if (!volume || !brick) throw new Error('no volume');
      const onlyVolumes = await get('?of=volumes');
      expect([onlyVolumes.devices, onlyVolumes.volumes.length, onlyVolumes.bricks]).toEqual([[], 2, []]);

      const ofVolume = await get(`?volume=${volume.id.toUpperCase()}`);
      expect(idsOf(ofVolume.volumes)).toEqual([volume.id]);
      expect(idsOf(ofVolume.bricks).toSorted()).toEqual(idsOf(bricks));
      expect(idsOf(ofVolume.devices)).toEqual([...new Set(bricks.map(({ deviceId }) => deviceId))].sort());

      const ofDevice = await get(`?device=${brick.deviceId}`);
      expect(idsOf(ofDevice.devices)).toEqual([brick.deviceId]);
      expect(new Set(ofDevice.bricks.map(({ device }) => device))).toEqual(new Set([brick.deviceId]));
      expect(idsOf(ofDevice.volumes)).toContain(volume.id);

      const ofNode = await get(`?node=${brick.nodeId}&of=devices,bricks`);
      expect(ofNode.devices.map(({ node }) => node)).toEqual([brick.nodeId, brick.nodeId]);
      expect(new Set(ofNode.bricks.map(({ node }) => node))).toEqual(new Set([brick.nodeId]));
      expect(ofNode.volumes).toEqual([]);

      expect(await get(`?cluster=${volume.clusterId}`)).toEqual(await get(''));
      const other = await pool.operations.createCluster({ allowsBlock: true, allowsFile: true });
      expect(await get(`?cluster=${other}`)).toEqual({ devices: [], volumes: [], bricks: [] });
    }));

  it('refuses what there is not, and what says nothing', () =>
    scene(async ({ refusal }) => {
      const unknown = 'f'.repeat(32);
      for (const kind of ['cluster', 'node', 'device', 'volume'])
        expect(await refusal(`?${kind}=${unknown}`)).toBe('404 Id not found');
      expect(await refusal('?node=x')).toBe('400 node must be an id: 32 hex digits');
      expect(await refusal(`?node=${unknown}&volume=${unknown}`)).toBe('400 send one of node, volume, and not both');
      expect(await refusal('?of=volumes,shoes')).toBe(
        '400 of has "shoes": it takes devices, volumes, bricks, separated by commas',
      );
    }, false));
});
