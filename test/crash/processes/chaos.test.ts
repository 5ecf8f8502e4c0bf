import { rmSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import type { Id } from '../../../src/domain/ids.js';
import { openPostgres } from '../../../src/store/open-store.js';
import { differences } from '../../support/differences.js';
import { makeMemoryFolder } from '../../support/memory-folder.js';
import { isLackingPostgres, ownPostgres, ownStandby, type PostgresServer } from '../../support/postgres-server.js';
import { seededRandom, seedFrom } from '../../support/seeded-random.js';
import { loadTopology } from '../support/scenario.js';
import { GroupChaos } from './support/group-chaos.js';
import { startWatchedHosts } from './support/hosts-process.js';
import { HttpClient } from './support/http-client.js';
import { ServerGroup } from './support/server-group.js';
import { SoakClient } from './support/soak-client.js';
import { type Slot, SoakTopology } from './support/soak-topology.js';
import { Draw } from './support/soak-troubles.js';
import { SoakVolumes } from './support/soak-volumes.js';

const changes = Number(process.env.MORTAR_CHAOS_CHANGES ?? '200');
const standsStillMs = Number(process.env.MORTAR_CHAOS_STILL_MS ?? '13000');
const seed = seedFrom('MORTAR_CHAOS_SEED');

const SERVERS = 3;
const CLIENTS = 16;
const HOSTS = 4;
const DEVICES_IN_USE = 3;
const CHANGES_BETWEEN = 10;
/** However slow the machine is: who takes longer hangs. */
const SETTLES_WITHIN_MS = 300_000;
/** Disks that come and go, with states and tags; the clients 0 and 1 own one each. */
const SLOTS: readonly (readonly Slot[])[] = [[{ host: 'h1', path: '/dev/sde' }], [{ host: 'h3', path: '/dev/sde' }]];

describe.skipIf(isLackingPostgres('chaos with several servers'))('three servers on one PostgreSQL', () => {
  it(`give each of ${changes} changes one outcome, whoever is killed, stopped or cut off`, {
    timeout: 900_000 + changes * 3_000,
  }, async () => {
    const folder = makeMemoryFolder('mortar-chaos-');
    const hosts = await startWatchedHosts(folder, HOSTS, DEVICES_IN_USE + 1, 2000);
    const primary = await ownPostgres({ settings: ['wal_level=replica', 'max_wal_senders=4'] });
    const standby = await ownStandby(primary);
    const database = await primary.newDatabase();
    const group = await ServerGroup.start(SERVERS, folder, hosts.socket, primary, database);
    const random = seededRandom(seed);
    const ownRandom = () => seededRandom(Math.floor(random() * 2 ** 32));
    try {
      const clusterId = await loadTopology(asking(group), HOSTS, DEVICES_IN_USE);
      const volumes = Array.from({ length: CLIENTS }, (_, i) => new SoakVolumes(`c${i}`, ownRandom()));
      const clients = volumes.map((own, i) => {
        const topology = SLOTS[i] && new SoakTopology(group, clusterId, SLOTS[i], ownRandom());
        return new SoakClient(group, () => (topology ? topology.next() : own.next()));
      });
      let left = changes;
      const chaos = new GroupChaos({
        group,
        primary,
        standby,
        standsStillMs,
        draw: new Draw(ownRandom()),
        ended: () => clients.reduce((sum, client) => sum + client.ended, 0),
        isOver: () => left <= 0,
      });
      const asked = clients.map(async (client) => {
        while (left-- > 0) await client.step();
      });
      await Promise.all([...asked, chaos.run(CHANGES_BETWEEN)]);

      await settle(group);
      // Nothing is left to anybody to look at here: each change gets its answer.
      const hangsAt = performance.now() + SETTLES_WITHIN_MS;
      const isEnough = () => performance.now() > hangsAt;
      const unanswered = (await Promise.all(clients.map((client) => client.finish(isEnough)))).flat();
      const sums = { done: 0, failed: 0, lost: 0, refused: 0 };
      for (const { counts } of clients)
        for (const key of ['done', 'failed', 'lost', 'refused'] as const) sums[key] += counts[key];
      const lives = group.members.map((member) => member.lives);
      const figures = { ...chaos.figures, lives, 'without an answer': group.unanswered, ...sums };
      console.log(`chaos: MORTAR_CHAOS_SEED=${seed}, ${changes} changes; ${JSON.stringify(figures)}`);

      // One that refuses everything would contradict nothing.
      expect(sums.done).toBeGreaterThan(changes / 4);
      expect(unanswered).toEqual([]);
      expect(clients.flatMap(({ violations }) => violations)).toEqual([]);
      const { volumes: listed } = await asking(group).view();
      const shown = new Map(listed.map((volume) => [volume.name, volume]));
      expect(shown.size).toBe(listed.length);
      expect(volumes.flatMap((own) => own.contradictions(shown))).toEqual([]);
      expect(hosts.destroyed()).toEqual([]);
      await claimAll(group);
      expect(await asking(group).differences()).toEqual([]);
      await group.end();
      await expectAgreement(
        chaos.database,
        database,
        hosts.remote,
        listed.map(({ id }) => id),
      );
    } finally {
      await group.end();
      await hosts.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** By itself from the database and the hosts: they agree, nothing is pending, and no event is missing or there twice. */
async function expectAgreement(
  postgres: PostgresServer,
  database: string,
  hosts: Parameters<typeof differences>[1],
  shown: readonly Id[],
): Promise<void> {
  const store = await openPostgres({ postgres: postgres.target(database) });
  try {
    // An empty mount point is no trace of data.
    expect((await differences(store, hosts)).filter((text) => !text.includes(': directory /'))).toEqual([]);
    expect(await store.read((tx) => tx.operations.list())).toEqual([]);
    expect(await store.read((tx) => tx.queue.listPending())).toEqual([]);
  } finally {
    await store.close();
  }
  const told = await postgres.query('select type, subject_id as id from event order by id', database);
  const of = (...types: string[]) => told.flatMap(({ type, id }) => (types.includes(String(type)) ? [String(id)] : []));
  const made = of('volume.created', 'volume.cloned');
  const gone = of('volume.deleted');
  expect(made.filter((id, at) => made.indexOf(id) !== at)).toEqual([]);
  expect(gone.filter((id, at) => gone.indexOf(id) !== at)).toEqual([]);
  expect(made.filter((id) => !gone.includes(id)).toSorted()).toEqual([...shown].toSorted());
}

/** At whichever server; all of them answer. */
function asking(group: ServerGroup): HttpClient {
  return new HttpClient(group.members[0]?.base ?? '');
}

/** Asks for clean-ups until all servers answer, one works on hosts, and nothing is pending: everything works again. */
async function settle(group: ServerGroup): Promise<void> {
  const isSettled = async () => {
    // Each by itself: one that was killed last may not listen yet.
    const seen = await Promise.all(group.members.map(({ base }) => pendingAt(base)));
    // The last look asks for none, whose queue entry would be pending after it.
    if (seen.flat().length > 0) await group.send('POST', '/operations/pending/cleanup', { operations: [] });
    expect(seen).toEqual(group.members.map(() => []));
    expect(await group.worker()).not.toBeNull();
  };
  await vi.waitFor(isSettled, { timeout: SETTLES_WITHIN_MS, interval: 300 });
}

async function pendingAt(base: string | null): Promise<readonly Id[]> {
  if (base === null) throw new Error('a server has not started yet');
  return new HttpClient(base).pendingIds();
}

/** Clients that got no answer have said in the end that they use what was made. */
async function claimAll(group: ServerGroup): Promise<void> {
  const { volumes } = JSON.parse((await group.send('GET', '/volumes/unclaimed'))?.text ?? '{}');
  for (const { id } of volumes) await group.send('POST', `/volumes/${id}/claim`);
}
