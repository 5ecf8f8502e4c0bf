import { writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openTemporary, temporaryFile } from '../store/temporary-database.js';
import { startApp } from '../support/app.js';
import { isLackingPostgres, ownPostgres, sharedPostgres } from '../support/postgres-server.js';

async function startOn(url: string) {
  const app = await startApp({}, { MORTAR_DATABASE_URL: url });
  let isGone = false;
  const remove = async (): Promise<void> => {
    if (!isGone) await app.remove();
    isGone = true;
  };
  onTestFinished(remove);
  return { ...app, remove };
}

const urlOf = (port: number, database: string) => `postgres://mortar@127.0.0.1:${port}/${database}`;

async function clusterOn(app: Awaited<ReturnType<typeof startOn>>): Promise<string> {
  return (await app.post('/clusters', { file: true, block: true })).json().id;
}

describe.skipIf(isLackingPostgres('a server on PostgreSQL'))('a server on PostgreSQL', () => {
  it('makes a cluster, its nodes, devices and a volume, and the next server finds them', async () => {
    const server = await sharedPostgres();
    const url = urlOf(server.port, await server.newDatabase());
    const first = await startOn(url);
    const cluster = await clusterOn(first);
    for (const n of [1, 2, 3]) {
      const hostnames = { manage: [`n${n}`], storage: [`10.0.0.${n}`] };
      const made = await first.post('/nodes', { zone: n, hostnames, cluster });
      const { id: node } = await fetched(first, made.headers['location']);
      await first.post('/devices', { name: '/dev/sdb', node });
    }
    const made = await first.post('/volumes', {
      size: 10,
      durability: { type: 'replicate', replicate: { replica: 3 } },
    });
    const volume = await fetched(first, made.headers['location']);
    expect(volume.bricks).toHaveLength(3);
    const second = startOn(url);
    await first.remove();
    const found = (await (await second).server.inject(`/volumes/${volume.id}`)).json();
    expect(found).toEqual(volume);
  });

  it('tells by a metric which of several works on the hosts, and that it is another one after a hand-over', async () => {
    const server = await sharedPostgres();
    const url = urlOf(server.port, await server.newDatabase());
    const first = await startOn(url);
    const second = await startOn(url);
    expect([await leaseOf(first), await leaseOf(second)]).toEqual(['1', '0']);
    await first.remove();
    await second.working;
    expect(await leaseOf(second)).toBe('1');
  });

  it('answers a backup that a server on a file goes on with', async () => {
    const server = await sharedPostgres();
    const app = await startOn(urlOf(server.port, await server.newDatabase()));
    const cluster = await clusterOn(app);
    const file = temporaryFile();
    writeFileSync(file, (await app.server.inject('/backup/db')).rawPayload);
    const copy = await openTemporary(file);
    expect((await copy.read((tx) => tx.clusters.list())).map(({ id }) => id)).toEqual([cluster]);
  });

  it('refuses reads and changes with 503 while the database is away, and goes on when it is back', async () => {
    const server = await ownPostgres();
    const app = await startOn(urlOf(server.port, await server.newDatabase()));
    const cluster = await clusterOn(app);
    await server.stop();
    for (const answer of [await app.server.inject(`/clusters/${cluster}`), await app.post('/clusters', {})]) {
      expect(answer.statusCode).toBe(503);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect(answer.body).toContain("can't be used at the moment");
    }
    await server.run();
    expect((await app.server.inject(`/clusters/${cluster}`)).statusCode).toBe(200);
    expect((await app.post('/clusters', { file: true, block: true })).statusCode).toBe(201);
  });
});

it('a server on a file, which has no lease, tells nothing of one', async () => {
  const app = await startApp();
  onTestFinished(() => app.remove());
  expect(await leaseOf(app)).toBeNull();
});

/** Null where nothing is told of it. */
async function leaseOf(app: Pick<Awaited<ReturnType<typeof startApp>>, 'server'>): Promise<string | null> {
  const { body } = await app.server.inject('/metrics');
  return /^mortar_work_lease_held (.*)$/m.exec(body)?.[1] ?? null;
}

/** What a job has made. */
async function fetched(app: Awaited<ReturnType<typeof startOn>>, location: unknown) {
  const done = await app.server.inject(String(location));
  return (await app.server.inject(String(done.headers['location']))).json();
}
