import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NEW_RECORD } from '../../src/domain/pending-operation.js';
import { dumpDatabase } from '../../src/interchange/dump.js';
import { type ImportReport, importDatabase } from '../../src/interchange/import.js';
import { parseJson } from '../../src/json/parse-json.js';
import { openMemoryStore } from '../../src/store/open-store.js';
import type { Store } from '../../src/store/store.js';
import { readGolden } from './golden-databases.js';

let store: Store;
beforeEach(async () => {
  store = await openMemoryStore();
});
afterEach(() => store.close());

function load(document: unknown): Promise<ImportReport> {
  return store.write((tx) => importDatabase(tx, document));
}

describe('importing an exported database', () => {
  it('reads keys in any case and ignores unknown ones', async () => {
    await load({
      ClusterEntries: { c1: { INFO: { ID: 'c1', File: true, future: 1 } } },
      nodeEntries: { a1: { info: { Zone: 3, HOSTNAMES: { Manage: ['m'], STORAGE: ['s'] }, Cluster: 'c1', id: 'a1' } } },
      somethingelse: {},
    });
    const [clusters, node] = await store.read(async (tx) => [await tx.clusters.list(), await tx.nodes.find('a1')]);
    expect(clusters).toEqual([{ id: 'c1', allowsBlock: true, allowsFile: true }]);
    expect(node).toMatchObject({ zone: 3, manageNames: ['m'], storageNames: ['s'], clusterId: 'c1', state: 'online' });
  });

  it('takes an empty document as an empty database with all attributes', async () => {
    await load({});
    const attributes = await store.read((tx) => tx.attributes.list());
    expect([...attributes.keys()]).toEqual([
      'DB_BRICK_HAS_SUBTYPE_FIELD',
      'DB_CLUSTER_HAS_FILE_BLOCK_FLAG',
      'DB_DEVICE_HAS_ID_META',
      'DB_GENERATION_ID',
      'DB_HAS_PENDING_OPS_BUCKET',
    ]);
  });

  it('keeps counters that a double cannot hold', async () => {
    await load(readGolden('imported-odd.export.json'));
    const device = await store.read((tx) => tx.devices.find('1904080d118cbbd4c106ecfb6fb5a826'));
    expect(device?.exact).toEqual({ usedKib: 18446744073709547520n });
    expect(Number.isSafeInteger(device?.usedKib)).toBe(true);
  });

  it('keeps numbers of operations and changes that this version does not know', async () => {
    const operation = {
      Id: 'o1',
      Timestamp: 5,
      Type: 42,
      Actions: [{ Change: 77, Id: 'x', Delta: null }],
      Status: 'failed',
    };
    await load({ pendingoperations: { o1: operation } });
    const [dump, known] = await store.read(async (tx) => [await dumpDatabase(tx), await tx.operations.find('o1')]);
    expect(dump.pendingoperations.o1).toEqual({
      ...operation,
      Type: 42n,
      Actions: [{ Change: 77n, Id: 'x', Delta: null }],
    });
    expect(known).toMatchObject({ type: 'unknown', status: 'failed', plan: null });
  });

  it('keeps operations with their actions, statuses and deltas, also when a delta was written as a fraction', async () => {
    await load(
      parseJson(
        '{"pendingoperations":{"o1":{"Id":"o1","Type":3,"Actions":[{"Change":5,"Id":"f1","Delta":6.0}],"Status":""}}}',
      ),
    );
    expect(await store.read((tx) => tx.operations.find('o1'))).toEqual({
      ...NEW_RECORD,
      id: 'o1',
      type: 'expand-volume',
      origin: 'heketi',
      createdAt: 0,
      actions: [{ change: 'expand-volume', id: 'f1', delta: 6 }],
    });
  });

  it('keeps lists that contradict the children, and gives them back', async () => {
    await load({
      clusterentries: { c1: { Info: { id: 'c1', nodes: ['gone'] } } },
      nodeentries: { a1: { Info: { id: 'a1', cluster: 'c1' } }, a2: { Info: { id: 'a2', cluster: 'nowhere' } } },
    });
    const [faults, dump] = await store.read(async (tx) => [await tx.linkFaults.list(), await dumpDatabase(tx)]);
    expect(faults).toEqual([
      { relation: 'cluster-node', parentId: 'c1', childId: 'a1', kind: 'missing' },
      { relation: 'cluster-node', parentId: 'c1', childId: 'gone', kind: 'extra' },
    ]);
    expect(dump.clusterentries.c1?.Info.nodes).toEqual(['gone']);
    expect(dump.nodeentries.a2?.Info.cluster).toBe('nowhere');
  });

  it('does not register host names, as the original does not', async () => {
    await load({ nodeentries: { a1: { Info: { id: 'a1', hostnames: { manage: ['m'], storage: ['s'] } } } } });
    expect(await store.read((tx) => tx.nodes.findByManageName('m'))).toBeNull();
    expect(await store.read((tx) => tx.nodes.findByStorageName('s'))).toBeNull();
  });

  it('leaves a hosting volume alone that lists a missing block volume', async () => {
    const blockinfo = { freesize: 3, blockvolume: ['gone'] };
    await load({ volumeentries: { f1: { Info: { id: 'f1', size: 10, block: true, blockinfo } } } });
    const volume = await store.read((tx) => tx.volumes.find('f1'));
    expect(volume?.blockInfo).toEqual({ freeGib: 3, reservedGib: 0, restriction: '' });
  });

  it('refuses a database of a newer version, and writes nothing', async () => {
    const document = {
      clusterentries: { c1: { Info: { id: 'c1' } } },
      dbattributeentries: { DB_FROM_THE_FUTURE: { Key: 'DB_FROM_THE_FUTURE', Value: 'yes' } },
    };
    await expect(load(document)).rejects.toThrow(/DB_FROM_THE_FUTURE.*newer/);
    expect(await store.read((tx) => tx.clusters.list())).toEqual([]);
  });

  it('refuses to import into a database in use', async () => {
    await store.write((tx) => tx.clusters.insert({ id: 'c0', allowsBlock: true, allowsFile: true }));
    await expect(load({})).rejects.toThrow(/holds data already/);
  });

  it.each([
    ['a list', '[]', /not a JSON object/],
    [
      'a password that is none, without saying it,',
      '{"blockvolumeentries":{"e1":{"Info":{"blockvolume":{"password":["s3cret"]}}}}}',
      /blockvolumeentries\.e1\.Info\.blockvolume\.password is something, not a text/,
    ],
    [
      'a delta beyond any number',
      '{"pendingoperations":{"o1":{"Actions":[{"Change":5,"Id":"f1","Delta":1e999}]}}}',
      /pendingoperations\.o1\.Actions\[0\]\.Delta is .*, not a number/,
    ],
    [
      'a text where a list belongs',
      '{"nodeentries":{"a1":{"Devices":"x"}}}',
      /nodeentries\.a1\.Devices is "x", not a list/,
    ],
    [
      'a fraction where an integer belongs',
      '{"volumeentries":{"f1":{"Info":{"size":1.0}}}}',
      /Info\.size .* not an integer/,
    ],
    ['an integer beyond 64 bits', '{"volumeentries":{"f1":{"Info":{"size":99999999999999999999}}}}', /not an integer/],
    [
      'a negative counter',
      '{"deviceentries":{"d1":{"Info":{"storage":{"total":500,"free":-20}}}}}',
      /deviceentries\.d1\.Info\.storage\.free is -20, not an integer from 0 on/,
    ],
    ['a negative extent size', '{"deviceentries":{"d1":{"ExtentSize":-4096}}}', /ExtentSize is -4096/],
    [
      'two entries with one id',
      '{"nodeentries":{"a1":{"Info":{"id":"a1","zone":1}},"a2":{"Info":{"id":"a1","zone":2}}}}',
      /two of nodeentries have the id a1, one of them under the key a2/,
    ],
    [
      'a factor that single precision can not hold',
      '{"volumeentries":{"f1":{"Info":{"snapshot":{"factor":1e300}}}}}',
      /snapshot\.factor is 1e\+300, not a number of single precision/,
    ],
    ['an unknown state', '{"nodeentries":{"a1":{"State":"asleep"}}}', /State is "asleep", not one of "online"/],
  ])('refuses %s with a sentence that says where', async (_what, text, sentence) => {
    await expect(load(parseJson(text))).rejects.toThrow(sentence);
  });
});
