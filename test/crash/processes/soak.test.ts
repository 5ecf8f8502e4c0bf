import { rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openSqliteStore } from '../../../src/store/sqlite.js';
import { differences } from '../../support/differences.js';
import { makeMemoryFolder } from '../../support/memory-folder.js';
import { seededRandom, seedFrom } from '../../support/seeded-random.js';
import { loadTopology } from '../support/scenario.js';
import { startHosts } from './support/hosts-process.js';
import { RestartingServer } from './support/restarting-server.js';
import { databaseFile } from './support/server-process.js';
import { SoakChaos } from './support/soak-chaos.js';
import { SoakClient } from './support/soak-client.js';
import { type Slot, SoakTopology } from './support/soak-topology.js';
import { type Shown, SoakVolumes } from './support/soak-volumes.js';

const operations = Number(process.env.MORTAR_SOAK_OPERATIONS ?? '2000');
const seed = seedFrom('MORTAR_SOAK_SEED');

const CLIENTS = 16;
const HOSTS = 5;
const DEVICES = 5;
const NODES = 4;
const DEVICES_IN_USE = 3;
/** Everything works by then, so each round ends all that is not being worked on. */
const SETTLED_AFTER_ROUNDS = 500;
const PAUSE_MS = 20;
const NAMES = Array.from({ length: HOSTS }, (_, i) => `h${i + 1}`);
/** What comes and goes; the clients 0 and 1 own half of it each. */
const SLOTS: readonly (readonly Slot[])[] = [
  [
    { host: 'h1', path: '/dev/sde' },
    { host: 'h2', path: '/dev/sde' },
    { host: 'h5', path: null },
  ],
  [
    { host: 'h3', path: '/dev/sde' },
    { host: 'h4', path: '/dev/sdf' },
  ],
];

it(`keeps hosts and store in agreement through ${operations} changes, faults and kills`, {
  timeout: 1_800_000,
}, async () => {
  const folder = makeMemoryFolder('mortar-soak-');
  const hosts = await startHosts(folder, HOSTS, DEVICES, 1000);
  const server = new RestartingServer({
    folder,
    socket: hosts.socket,
    glusterfs: {
      disable_monitor_gluster_nodes: false,
      start_time_monitor_gluster_nodes: 1,
      refresh_time_monitor_gluster_nodes: 1,
    },
  });
  try {
    const random = seededRandom(seed);
    const ownRandom = () => seededRandom(Math.floor(random() * 2 ** 32));
    const clusterId = await loadTopology(await server.client(), NODES, DEVICES_IN_USE);
    const volumes = Array.from({ length: CLIENTS }, (_, i) => new SoakVolumes(`s${i}`, ownRandom()));
    const clients = volumes.map((own, i) => {
      const topology = SLOTS[i] && new SoakTopology(server, clusterId, SLOTS[i], ownRandom());
      return new SoakClient(server, () => (topology ? topology.next() : own.next()));
    });
    const ended = () => clients.reduce((sum, client) => sum + client.ended, 0);
    const chaos = new SoakChaos(server, hosts.remote, NAMES, ended, ownRandom());
    let left = operations;
    const asked = Promise.all(
      clients.map(async (client) => {
        while (left-- > 0) {
          await client.step();
        }
      }),
    );
    await Promise.race([asked, chaos.run().then(() => asked)]);
    await chaos.stop();

    await settle(server);
    await Promise.all(clients.map((client) => client.finish()));
    await settle(server);
    const sums = { done: 0, failed: 0, lost: 0, refused: 0 };
    for (const { counts } of clients)
      for (const key of ['done', 'failed', 'lost', 'refused'] as const) sums[key] += counts[key];
    console.log(
      `soak: MORTAR_SOAK_SEED=${seed}, ${operations} changes, ${server.kills} kills, ${chaos.faults} faults, ` +
        `${chaos.outages} hosts down; ${JSON.stringify(sums)}`,
    );
    expect(clients.flatMap(({ violations }) => violations)).toEqual([]);
    const shown = await show(server);
    expect(volumes.flatMap((own) => own.contradictions(shown))).toEqual([]);
    await server.stop();

    const store = await openSqliteStore({ file: databaseFile(folder), readOnly: true });
    expect(await store.read((tx) => tx.operations.list())).toEqual([]);
    expect(await store.read((tx) => tx.queue.listPending())).toEqual([]);
    expect(await differences(store, hosts.remote)).toEqual([]);
    await store.close();
  } finally {
    await server.stop();
    await hosts.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Asks for clean-ups until nothing is pending: the server itself would take longer and longer pauses. */
async function settle(server: RestartingServer): Promise<void> {
  const client = await server.client();
  for (let rounds = 1; (await client.pendingOperations()) > 0; rounds++) {
    if (rounds > SETTLED_AFTER_ROUNDS) throw new Error(`no clean-up ends these: ${await client.describePending()}`);
    await client.done(await client.operations.cleanUp([]));
    await new Promise((turn) => setTimeout(turn, PAUSE_MS));
  }
}

async function show(server: RestartingServer): Promise<Shown> {
  const { volumes } = await (await server.client()).view();
  return new Map(volumes.map((volume) => [volume.name, volume]));
}
