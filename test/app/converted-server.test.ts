import { writeFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { DATABASE_VOLUME_NAME } from '../../src/domain/database-volume.js';
import { checkDatabase } from '../../src/interchange/check.js';
import { contradictions } from '../../src/interchange/heketi-contents.js';
import { temporaryFile } from '../store/temporary-database.js';
import { startApp, type TestApp } from '../support/app.js';
import { readSample, samples } from '../support/heketi-database/samples.js';

const CONVERTIBLE = samples()
  .filter((sample) => sample.expect === 'convert')
  .map((sample) => [sample.name, sample] as const);
/** Of the volumes of one database. */
const MOST_VOLUMES = 3;
/** Enough for brick sets of eight with data. */
const EXPANSION_GIB = 8;

it.each(CONVERTIBLE)(
  "a server starts on Heketi's database, lists what it holds, expands and deletes: %s",
  async (_name, sample) => {
    const app = await startOn(readSample(sample));
    const { clusters } = await get<{ clusters: string[] }>(app, '/clusters');
    const stored = await app.store.read(async (tx) => ({
      clusters: (await tx.clusters.list()).map(({ id }) => id),
      volumes: await tx.volumes.list(),
    }));
    expect(clusters).toEqual(stored.clusters);
    const { volumes } = await get<{ volumes: string[] }>(app, '/volumes');
    expect(volumes.length).toBeLessThanOrEqual(stored.volumes.length);
    await leadOut(app);
    const before = new Set(await found(app));

    const usable = (await app.store.read((tx) => tx.volumes.list())).filter(
      ({ name, isBlockHosting, pendingId }) => name !== DATABASE_VOLUME_NAME && !isBlockHosting && pendingId === null,
    );
    for (const { id, sizeGib } of usable.slice(0, MOST_VOLUMES)) {
      expect(await change(app, 'POST', `/volumes/${id}/expand`, { expand_size: EXPANSION_GIB })).toMatchObject({
        status: 303,
      });
      expect(await get(app, `/volumes/${id}`)).toMatchObject({ size: sizeGib + EXPANSION_GIB });
      expect(await change(app, 'DELETE', `/volumes/${id}`)).toEqual({ status: 204, text: '' });
      expect((await get<{ volumes: string[] }>(app, '/volumes')).volumes).not.toContain(id);
    }
    expect((await found(app)).filter((text) => !before.has(text))).toEqual([]);
  },
);

it.each(['pending-create.db', 'pending-mixed.db', 'pending-many.db.gz', 'pending-every.db.gz'])(
  'operations that were under way come along and are led out: %s',
  async (file) => {
    const app = await startOn(readSample({ file }));
    const kept = await app.store.read((tx) => tx.operations.list());
    expect(kept.length).toBeGreaterThan(0);
    expect(new Set(kept.map(({ origin }) => origin))).toEqual(new Set(['heketi']));
    await leadOut(app);
    expect(await app.store.read((tx) => tx.operations.list())).toEqual([]);
  },
);

async function startOn(database: Buffer): Promise<TestApp> {
  const file = temporaryFile();
  writeFileSync(file, database);
  const app = await startApp({ db: file }, { MORTAR_MOCK_MODE: 'strict' });
  onTestFinished(() => app.remove());
  return app;
}

async function leadOut(app: TestApp): Promise<void> {
  await app.recover();
  await app.settled();
}

async function get<T>(app: TestApp, url: string): Promise<T> {
  const answer = await app.server.inject({ method: 'GET', url });
  expect(answer.statusCode, `${url}: ${answer.body}`).toBe(200);
  return answer.json<T>();
}

/** The final answer. */
async function change(app: TestApp, method: 'POST' | 'DELETE', url: string, body?: object) {
  const answer = await app.server.inject({ method, url, ...(body && { payload: JSON.stringify(body) }) });
  if (answer.statusCode !== 202) return { status: answer.statusCode, text: answer.body };
  await app.settled();
  const ended = await app.server.inject({ method: 'GET', url: String(answer.headers.location) });
  return { status: ended.statusCode, text: ended.body };
}

async function found(app: TestApp): Promise<readonly string[]> {
  return contradictions(await app.store.read(checkDatabase));
}
