import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Id } from '../../../src/domain/ids.js';
import { openStore } from '../../../src/store/open-store.js';
import { databaseFile } from '../../crash/processes/support/server-process.js';
import { differences } from '../../support/differences.js';
import { type Provisioned, Provisioner, type WireAnswer } from './support/provisioner.js';
import { KEYS, Storage } from './support/storage.js';

/** What the provisioner sends for a StorageClass without parameters. */
const PLAIN =
  '{"size":1,"name":"","durability":{"type":"replicate","replicate":{"replica":3},"disperse":{}},"gid":2000,"snapshot":{"enable":true,"factor":1}}';

const GIB_IN_KIB = 1024 * 1024;

const PLAIN_TEXT = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };

let storage: Storage;
let cluster: Id;
let provisioner: Provisioner;
const made: Provisioned[] = [];

beforeAll(async () => {
  storage = await Storage.start();
  cluster = await storage.loadTopology();
  provisioner = storage.admin();
});
afterEach(async () => {
  for (const volume of made.splice(0)) await storage.admin().delete(volume.id);
});
afterAll(async () => {
  provisioner.close();
  await storage.stop();
});

async function provision(body: string): Promise<Provisioned> {
  const volume = await provisioner.provision(body);
  made.push(volume);
  return volume;
}

async function infoOf(id: Id): Promise<Record<string, unknown>> {
  return JSON.parse((await provisioner.ask('GET', `/volumes/${id}`)).body) as Record<string, unknown>;
}

/** gluster's volume of that name, and the thin pools that were made for its bricks. */
async function onHosts({ id, name }: Provisioned) {
  const state = await storage.hosts.remote.state();
  const bricks = new Set((await infoOf(id))['bricks'] as readonly { id: Id }[]);
  const ids = [...bricks].map((brick) => brick.id);
  const lvs = state.hosts.flatMap(({ groups }) => groups.flatMap(({ volumes }) => volumes));
  return {
    options: state.pools.flatMap(({ volumes }) => volumes).find((volume) => volume.name === name)?.options ?? [],
    poolsKib: lvs.filter((lv) => ids.some((brick) => lv.name === `tp_${brick}`)).map(({ sizeKib }) => sizeKib),
    directories: lvs.filter((lv) => ids.some((brick) => lv.name === `brick_${brick}`)).flatMap((lv) => lv.directories),
  };
}

describe('a claim', () => {
  it('is bound, grown and released in the requests that Kubernetes makes, over one connection', async () => {
    const client = storage.admin();
    const { id, name, sizeGib, addresses } = await client.provision(PLAIN);
    expect({ name, sizeGib }).toEqual({ name: `vol_${id}`, sizeGib: 1 });
    expect(new Set(addresses)).toEqual(new Set([1, 2, 3, 4, 5, 6].map((i) => `10.0.0.${i}`)));
    const nodes = client.conversation.filter((line) => line.startsWith('GET /nodes/'));
    expect(client.conversation.filter((line) => !line.endsWith(' 200'))).toEqual([
      'POST /volumes 202',
      expect.stringMatching(/^GET \/queue\/[0-9a-f]{32} 303$/),
    ]);
    expect(client.conversation.slice(-8)).toEqual([`GET /volumes/${id} 200`, `GET /clusters/${cluster} 200`, ...nodes]);

    // A claim of 1 GiB that asks for 2.5 GiB: a difference of 1.5 GiB, rounded up.
    expect(await client.expand(id, 1, 2.5)).toBe(3);
    expect(await client.expand(id, 1, 2.5)).toBe(3);
    expect(client.conversation.filter((line) => line.startsWith('POST'))).toEqual([
      'POST /volumes 202',
      `POST /volumes/${id}/expand 202`,
    ]);

    await client.delete(id);
    expect(client.conversation.at(-1)).toMatch(/^GET \/queue\/[0-9a-f]{32} 204$/);
    await client.delete(id);
    expect(client.conversation.at(-1)).toBe(`DELETE /volumes/${id} 404`);
    expect(client.localPorts.size).toBe(1);
    client.close();
  });

  it('is bound among sixteen at once, and released among them, each with a volume of its own', async () => {
    const client = storage.admin();
    const bound = await Promise.all(
      Array.from({ length: 16 }, (_, i) => client.provision(PLAIN.replace('"gid":2000', `"gid":${2000 + i}`))),
    );
    const ids = bound.map(({ id }) => id).sort();
    expect(new Set(ids).size).toBe(16);
    const listed = JSON.parse((await client.send('GET', '/volumes')).body) as { volumes: Id[] };
    expect([...listed.volumes].sort()).toEqual(ids);
    expect(client.conversation.filter((line) => line.endsWith(' 429'))).toEqual([]);
    await Promise.all(ids.map((id) => client.delete(id)));
    expect(JSON.parse((await client.send('GET', '/volumes')).body)).toEqual({ volumes: [] });
    client.close();
  });

  it('that can not be grown by what it asks for is told so at once, as often as it asks, and nothing is left', async () => {
    const body =
      '{"size":8,"name":"","durability":{"type":"disperse","replicate":{},"disperse":{"data":4,"redundancy":2}},"gid":2000,"snapshot":{"enable":true,"factor":1}}';
    const { id } = await provision(body);
    const before = await storage.hosts.remote.state();
    // The bricks of 1 GiB more would be smaller than the smallest.
    for (let again = 0; again < 3; again++) await expect(provisioner.expand(id, 8, 8.5)).rejects.toThrow(/[Mm]inimum/);
    expect(await storage.hosts.remote.state()).toEqual(before);
    expect(await provisioner.expand(id, 8, 18)).toBe(18);
  });

  it('keeps its connection for longer than the 90 s for which Go keeps one', async () => {
    const { headers } = await provisioner.send('GET', '/clusters');
    const [, seconds] = /^timeout=(\d+)$/.exec(String(headers['keep-alive'])) ?? [];
    expect(Number(seconds)).toBeGreaterThan(90);
  });
});

describe('answers', () => {
  it('of accepted work have an empty body, a length and no type, and those of the poll exactly one sign of their state', async () => {
    await storage.hosts.remote.setFaults([{ kind: 'hold', match: 'volume start' }]);
    const accepted = await provisioner.accepted('POST', '/volumes', PLAIN);
    expect(accepted).toMatchObject({ body: '', headers: { 'content-length': '0' } });
    expect(accepted.headers['content-type']).toBeUndefined();
    const location = accepted.headers.location ?? '';
    expect(location).toMatch(/^\/queue\/[0-9a-f]{32}$/);
    await storage.hosts.remote.awaitHeld();

    const pending = await provisioner.send('GET', location);
    expect(pending).toMatchObject({ status: 200, body: '', headers: { 'x-pending': 'true', 'content-length': '0' } });
    await storage.hosts.remote.releaseHeld(true);
    await storage.hosts.remote.setFaults([]);

    let end = await provisioner.send('GET', location);
    while (end.headers['x-pending'] === 'true') end = await provisioner.send('GET', location);
    expect(end.status).toBe(303);
    expect(end.headers.location).toMatch(/^\/volumes\/[0-9a-f]{32}$/);
    const result = await provisioner.send('GET', end.headers.location ?? '', { referer: storage.resturl });
    expect(result).toMatchObject({ status: 200, headers: { 'content-type': 'application/json; charset=UTF-8' } });
    const { id, name, size } = JSON.parse(result.body) as { id: Id; name: string; size: number };
    made.push({ id, name, sizeGib: size, addresses: [] });
  });

  it('that refuse are plain text with its length, never chunked or compressed', async () => {
    const unknown = '0123456789abcdef0123456789abcdef';
    const refused: readonly (readonly [WireAnswer, number, RegExp])[] = [
      [await provisioner.send('DELETE', `/volumes/${unknown}`), 404, /^Id not found\n$/],
      [await provisioner.send('GET', `/volumes/${unknown}`), 404, /^Id not found\n$/],
      [
        await provisioner.send('POST', '/volumes', { body: PLAIN.replace('"size":1', '"size":999999') }),
        500,
        /: No space\n/,
      ],
      [
        await new Provisioner(storage.resturl, '', '').send('POST', '/volumes', { body: PLAIN }),
        401,
        /Token missing iss claim/,
      ],
      [
        await new Provisioner(storage.resturl, 'admin', 'x').send('POST', '/volumes', { body: PLAIN }),
        401,
        /signature is invalid/,
      ],
      [await provisioner.send('POST', '/volumes', { body: '{' }), 422, /^request unable to be parsed: /],
    ];
    for (const [{ status, headers, body }, wanted, text] of refused) {
      expect([status, body]).toEqual([wanted, expect.stringMatching(text)]);
      expect(headers).toMatchObject({ ...PLAIN_TEXT, 'content-length': String(Buffer.byteLength(body)) });
      expect(headers['transfer-encoding']).toBeUndefined();
      expect(headers['content-encoding']).toBeUndefined();
    }
    expect(refused[0]?.[0].headers['content-length']).toBe('13');
  });
});

describe('the body of a create', () => {
  it.each([
    ['no parameters', PLAIN, 3],
    ['volumetype: replicate:2', PLAIN.replace('"replica":3', '"replica":2'), 2],
    [
      'volumetype: disperse:4:2',
      '{"size":8,"name":"","durability":{"type":"disperse","replicate":{},"disperse":{"data":4,"redundancy":2}},"gid":2000,"snapshot":{"enable":true,"factor":1}}',
      6,
    ],
    [
      'volumetype: none',
      '{"size":1,"name":"","durability":{"type":"none","replicate":{},"disperse":{}},"gid":2000,"snapshot":{"enable":true,"factor":1}}',
      1,
    ],
  ])('for %s makes what it says, and is echoed', async (_parameters, body, bricks) => {
    const { id } = await provision(body);
    const { durability, gid, snapshot } = JSON.parse(body) as Record<string, unknown>;
    const info = await infoOf(id);
    expect(info).toMatchObject({ durability, gid, snapshot, cluster });
    expect(info['bricks']).toHaveLength(bricks);
  });

  it('for clusterid: "A,B" is served from the first that has room, and a blank after the comma names no cluster', async () => {
    const empty = JSON.parse((await provisioner.send('POST', '/clusters', { body: '{}' })).body) as { id: Id };
    const withClusters = (...ids: string[]) => PLAIN.replace('"name"', `"clusters":${JSON.stringify(ids)},"name"`);
    expect(await infoOf((await provision(withClusters(empty.id, cluster))).id)).toMatchObject({ cluster });
    for (const ids of [[cluster, ` ${empty.id}`], [''], ['f'.repeat(32)]]) {
      const answer = await provisioner.send('POST', '/volumes', { body: withClusters(...ids) });
      expect([answer.status, answer.body]).toEqual([400, expect.stringMatching(/^\S.*\n$/)]);
    }
    expect((await provisioner.send('DELETE', `/clusters/${empty.id}`)).status).toBe(200);
  });

  it('for volumenameprefix names the volume, and the PersistentVolume with it', async () => {
    const name = 'dept-dev_default_p-prefix_2c8a1f6e-8d0f-11ee-b9d1-0242ac120002';
    expect(await provision(PLAIN.replace('"name":""', `"name":"${name}"`))).toMatchObject({ name });
  });

  it('for volumeoptions sets each option, those with a leading blank too', async () => {
    const options = '"glustervolumeoptions":["client.ssl on"," diagnostics.brick-log-level DEBUG"],';
    const volume = await provision(PLAIN.replace('"snapshot"', `${options}"snapshot"`));
    expect((await onHosts(volume)).options).toEqual(
      expect.arrayContaining(['client.ssl on', 'diagnostics.brick-log-level DEBUG']),
    );
  });

  it.each(['10', '1.5'])('for snapfactor: "%s" makes room for snapshots', async (factor) => {
    const volume = await provision(PLAIN.replace('"factor":1', `"factor":${factor}`));
    expect((await onHosts(volume)).poolsKib).toEqual(Array(3).fill(Number(factor) * GIB_IN_KIB));
  });

  it('gives the bricks to the group that it names', async () => {
    const volume = await provision(PLAIN.replace('"gid":2000', '"gid":40000'));
    const { directories } = await onHosts(volume);
    expect(directories).toHaveLength(3);
    for (const directory of directories) expect(directory).toMatch(/ 2775 40000$/);
  });

  it('that can not be served is refused at once, and leaves nothing', async () => {
    const disperse = (data: number, redundancy: number, sizeGib: number) =>
      PLAIN.replace(
        /"durability":.*?\}\}/,
        `"durability":{"type":"disperse","replicate":{},"disperse":{"data":${data},"redundancy":${redundancy}}}`,
      ).replace('"size":1', `"size":${sizeGib}`);
    for (const [body, text] of [
      [
        disperse(4, 2, 1),
        'Requested volume size (1 GB) is smaller than the minimum supported volume size (4194304 KiB)',
      ],
      [disperse(3, 1, 10), 'Invalid dispersion combination: 3+1; data and redundancy must be 2+1, 4+2, 8+3, 8+4'],
    ] as const)
      expect(await provisioner.send('POST', '/volumes', { body })).toMatchObject({ status: 400, body: `${text}\n` });
    expect(JSON.parse((await provisioner.send('GET', '/volumes')).body)).toEqual({ volumes: [] });
  });
});

describe('a StorageClass', () => {
  it('whose resturl ends in a slash is served as any other', async () => {
    const client = new Provisioner(`${storage.resturl}/`, 'admin', KEYS.admin);
    const { id } = await client.provision(PLAIN);
    expect(await client.expand(id, 1, 2)).toBe(2);
    await client.delete(id);
    await client.delete(id);
    expect(client.conversation).toEqual(
      expect.arrayContaining([
        'POST //volumes 202',
        `GET //clusters/${cluster} 301`,
        `GET /clusters/${cluster} 200`,
        `POST //volumes/${id}/expand 202`,
        `DELETE //volumes/${id} 202`,
        `DELETE //volumes/${id} 404`,
      ]),
    );
    client.close();
  });

  it('with restuser: user leaves one volume behind, not one for each try, and is told what to change', async () => {
    const client = new Provisioner(storage.resturl, 'user', KEYS.user);
    const accepted = await client.send('POST', '/volumes', { body: PLAIN });
    const location = accepted.headers.location ?? '';
    expect(await client.send('GET', location)).toMatchObject({ status: 401, body: 'Administrator access required\n' });
    for (let again = 0; again < 3; again++) {
      expect(await client.send('POST', '/volumes', { body: PLAIN })).toMatchObject({
        status: 202,
        headers: { location },
      });
      const other = PLAIN.replace('"name":""', `"name":"dept_default_claim_${again}"`);
      expect(await client.send('POST', '/volumes', { body: other })).toMatchObject({
        status: 401,
        body: expect.stringContaining('restuser: admin') as string,
      });
    }
    const [id, ...others] = (JSON.parse((await provisioner.send('GET', '/volumes')).body) as { volumes: Id[] }).volumes;
    expect(others).toEqual([]);
    const end = await provisioner.finished(accepted);
    expect(JSON.parse(end.body)).toMatchObject({ id });
    await provisioner.delete(id ?? '');
    client.close();
  });

  it.each([
    ['restauthenabled: "false"', '', ''],
    ['a wrong key', 'admin', 'not the key'],
    ['an unknown user', 'somebody', ''],
  ])('with %s is served by a server that asks nobody', async (_parameters, user, key) => {
    const open = await Storage.start({ isOpen: true });
    const client = new Provisioner(open.resturl, user, key);
    try {
      await open.loadTopology();
      const { id } = await client.provision(PLAIN);
      expect(await client.expand(id, 1, 1.2)).toBe(2);
      await client.delete(id);
    } finally {
      client.close();
      await open.stop();
    }
  });
});

describe('a server that is killed between the request and its poll', () => {
  /** Held at the first command that `match` names; killed there; what the hosts have begun ends; another server starts. */
  async function killedAt(match: string, change: () => Promise<WireAnswer>): Promise<WireAnswer> {
    const { remote } = storage.hosts;
    await remote.setFaults([{ kind: 'hold', match }]);
    const accepted = await change();
    await remote.awaitHeld();
    await storage.killServer();
    await remote.releaseHeld(true);
    await remote.setFaults([]);
    await storage.startServer();
    return accepted;
  }

  /** Nothing is pending, and hosts and database tell of the same. */
  async function expectAgreement(): Promise<void> {
    const { total } = JSON.parse((await provisioner.send('GET', '/operations')).body) as { total: number };
    expect(total).toBe(0);
    await storage.killServer();
    const store = await openStore({ file: databaseFile(storage.folder), readOnly: true });
    expect(await differences(store, storage.hosts.remote)).toEqual([]);
    await store.close();
    await storage.startServer();
  }

  it('answers a create whose volume was complete with that volume', async () => {
    const accepted = await killedAt('volume start', () => provisioner.accepted('POST', '/volumes', PLAIN));
    const end = await provisioner.finished(accepted);
    expect(end.status).toBe(200);
    const { id, name, size } = JSON.parse(end.body) as { id: Id; name: string; size: number };
    made.push({ id, name, sizeGib: size, addresses: [] });
    await expectAgreement();
  });

  it('answers a create that had only begun with its failure, once nothing of it is left', async () => {
    const accepted = await killedAt('lvcreate', () => provisioner.accepted('POST', '/volumes', PLAIN));
    expect((await provisioner.finished(accepted)).status).toBe(500);
    expect(JSON.parse((await provisioner.send('GET', '/volumes')).body)).toEqual({ volumes: [] });
    await expectAgreement();
  });

  it('answers an expansion with the size that the claim then has', async () => {
    const { id } = await provision(PLAIN);
    const body = '{"expand_size":1}';
    const accepted = await killedAt('add-brick', () => provisioner.accepted('POST', `/volumes/${id}/expand`, body));
    expect(JSON.parse((await provisioner.finished(accepted)).body)).toMatchObject({ id, size: 2 });
    await expectAgreement();
  });

  it('answers a delete once nothing is left', async () => {
    const { id } = await provisioner.provision(PLAIN);
    const accepted = await killedAt('volume delete', () => provisioner.accepted('DELETE', `/volumes/${id}`));
    expect((await provisioner.finished(accepted)).status).toBe(204);
    expect(await provisioner.send('GET', `/volumes/${id}`)).toMatchObject({ status: 404 });
    await expectAgreement();
  });
});
