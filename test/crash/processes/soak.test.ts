import { rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { FailingDisk } from '../../support/failing-disk.js';
import { JumpingClock } from '../../support/jumping-clock.js';
import { makeMemoryFolder } from '../../support/memory-folder.js';
import { seededRandom, seedFrom } from '../../support/seeded-random.js';
import { loadTopology } from '../support/scenario.js';
import { startWatchedHosts } from './support/hosts-process.js';
import { RestartingServer } from './support/restarting-server.js';
import { SoakAdministrator } from './support/soak-administrator.js';
import { SoakChaos } from './support/soak-chaos.js';
import { REFUSALS, SoakClient } from './support/soak-client.js';
import { type Slot, SoakTopology } from './support/soak-topology.js';
import {
  ClockJumps,
  Draw,
  FullDisk,
  Hands,
  HostFaults,
  Noise,
  Outages,
  type Trouble,
} from './support/soak-troubles.js';
import { SoakTruth } from './support/soak-truth.js';
import { type Shown, SoakVolumes } from './support/soak-volumes.js';

const operations = Number(process.env.MORTAR_SOAK_OPERATIONS ?? '2000');
const seed = seedFrom('MORTAR_SOAK_SEED');

const CLIENTS = 16;
const HOSTS = 5;
const DEVICES = 6;
/** The last of them, which the server never hears of. */
const OWN_DISK = '/dev/sdg';
const NODES = 4;
const DEVICES_IN_USE = 3;
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

/** Everything works by then, so each round ends all that can be: as many without a change tell that the rest is kept. */
const UNCHANGED_ROUNDS = 2;

it(`keeps hosts and store in agreement through ${operations} changes, faults, hands and kills`, {
  timeout: 1_800_000,
}, async () => {
  const folder = makeMemoryFolder('mortar-soak-');
  const hosts = await startWatchedHosts(folder, HOSTS, DEVICES, 2000);
  const disk = new FailingDisk(folder, ['.db-wal', '.db']);
  const clock = new JumpingClock(folder);
  const random = seededRandom(seed);
  const ownRandom = () => seededRandom(Math.floor(random() * 2 ** 32));
  const ownDraw = () => new Draw(ownRandom());
  const administrator = new SoakAdministrator(hosts.remote);
  const troubles: readonly Trouble[] = [
    new HostFaults(hosts.remote, NAMES, ownDraw()),
    new Outages(hosts.remote, NAMES, ownDraw()),
    new Noise(hosts.remote, NAMES, ownDraw()),
    new FullDisk(disk, ownDraw()),
    new ClockJumps(clock, ownDraw()),
    new Hands(administrator, ownDraw()),
  ];
  const options = {
    folder,
    socket: hosts.socket,
    glusterfs: {
      disable_monitor_gluster_nodes: false,
      start_time_monitor_gluster_nodes: 1,
      refresh_time_monitor_gluster_nodes: 1,
    },
    env: { ...disk.env, ...clock.env, LD_PRELOAD: `${disk.env['LD_PRELOAD']}:${clock.env['LD_PRELOAD']}` },
  };
  const server = new RestartingServer(options, async (hasRefused) => {
    for (const trouble of troubles) await trouble.beforeStart?.(hasRefused);
  });
  try {
    const clusterId = await loadTopology(await server.client(), NODES, DEVICES_IN_USE);
    await administrator.prepare(NODES, OWN_DISK);
    const volumes = Array.from({ length: CLIENTS }, (_, i) => new SoakVolumes(`s${i}`, ownRandom()));
    const clients = volumes.map((own, i) => {
      const topology = SLOTS[i] && new SoakTopology(server, clusterId, SLOTS[i], ownRandom());
      return new SoakClient(server, () => (topology ? topology.next() : own.next()));
    });
    const ended = () => clients.reduce((sum, client) => sum + client.ended, 0);
    const chaos = new SoakChaos(server, troubles, ended, ownRandom());
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
    const waiting = (await Promise.all(clients.map((client) => client.finish()))).flat();
    await settle(server);
    const sums = { done: 0, failed: 0, lost: 0, refused: 0 };
    for (const { counts } of clients)
      for (const key of ['done', 'failed', 'lost', 'refused'] as const) sums[key] += counts[key];
    const figures = Object.assign(
      { kills: server.kills, ends: server.ends },
      ...troubles.map((trouble) => trouble.figures),
    );
    console.log(`soak: MORTAR_SOAK_SEED=${seed}, ${operations} changes; ${JSON.stringify({ ...figures, ...sums })}`);
    expect(clients.flatMap(({ violations }) => violations)).toEqual([]);
    const shown = await show(server);
    expect(volumes.flatMap((own) => own.contradictions(shown))).toEqual([]);
    const truth = new SoakTruth(folder, hosts, administrator, OWN_DISK);
    await truth.expectToldAll(server, waiting);

    await administrator.giveUpRescued();
    await deleteAll(server);
    await settle(server);
    await truth.expectToldAll(server);
  } finally {
    await server.stop();
    await hosts.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Asks for clean-ups until nothing is pending, or nothing changes any more: the server itself pauses longer and longer. */
async function settle(server: RestartingServer): Promise<void> {
  const client = await server.client();
  let before = '';
  for (let unchanged = 0; unchanged < UNCHANGED_ROUNDS; ) {
    const pending = await client.pendingIds();
    if (pending.length === 0) return;
    unchanged = pending.join() === before ? unchanged + 1 : 0;
    before = pending.join();
    await client.settled((await client.operations.cleanUp([])).queueId);
    await pause();
  }
}

/** Clients go on: each volume is deleted, or the refusal says why not. */
async function deleteAll(server: RestartingServer): Promise<void> {
  const client = await server.client();
  const { volumes } = await client.view();
  const answers = await inTurns(CLIENTS, volumes, async ({ id, name }) => {
    const answer = await client.send('DELETE', `/volumes/${id}`);
    const end = answer.status === 202 ? await client.settled((answer.location ?? '').slice('/queue/'.length)) : null;
    const text = end === null ? answer.text : end.kind === 'failed' ? end.text : '';
    return { name, status: answer.status, text };
  });
  expect(
    answers.filter(({ status, text }) => ![202, ...REFUSALS].includes(status) || text.includes('internal error')),
  ).toEqual([]);
}

async function inTurns<T, U>(atOnce: number, of: readonly T[], work: (one: T) => Promise<U>): Promise<readonly U[]> {
  const left = [...of];
  const done: U[] = [];
  const worker = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) done.push(await work(one));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return done;
}

async function show(server: RestartingServer): Promise<Shown> {
  const { volumes } = await (await server.client()).view();
  return new Map(volumes.map((volume) => [volume.name, volume]));
}

function pause(): Promise<void> {
  return new Promise((turn) => setTimeout(turn, PAUSE_MS));
}
