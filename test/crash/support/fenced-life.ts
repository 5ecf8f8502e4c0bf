import { expect } from 'vitest';
import type { SimulatedHosts } from '../../../src/executors/mock/simulated-hosts.js';
import { openPostgres, type PostgresStore } from '../../../src/store/open-store.js';
import type { PostgresTarget } from '../../../src/store/store-config.js';
import { differences } from '../../support/differences.js';
import { openPool, type Pool, recover, strictHosts } from '../../support/pool.js';
import { sharedPostgres } from '../../support/postgres-server.js';
import type { AnyScenario } from './one-life.js';
import { poolClient } from './pool-client.js';
import { DEVICES, HOSTS } from './scenario.js';
import { FencedExecutor, type Fences, Standstill, type Stop, type StopPoint, standingStore } from './standstill.js';

/** Does not renew the lease for the time of a test, and believes that it has it all the while. */
const STANDS_STILL_MS = 3600_000;
/** How long who takes over looks on. */
const TAKES_OVER_MS = 300;

interface Server {
  readonly pool: Pool;
  readonly store: PostgresStore;
  readonly executor: FencedExecutor;
  readonly still: Standstill;
}

interface Ground {
  readonly target: PostgresTarget;
  readonly hosts: SimulatedHosts;
  readonly fences: Fences;
}

export interface FencedLife {
  /** How often the server came past each kind of point, up to where it was stopped for good. */
  readonly counts: Readonly<Record<Stop, number>>;
  /** False: it ended before it came to the point. */
  readonly isStopped: boolean;
  /** Scripts of the paused server that hosts refused. */
  readonly refused: number;
}

/**
 * A request at a server that is stopped at one point. Another one takes over and ends the work, and then the first goes on,
 * as if no time had passed: neither hosts nor database may change any more.
 */
export async function liveFenced(scenario: AnyScenario, point: StopPoint): Promise<FencedLife> {
  const postgres = await sharedPostgres();
  const target = postgres.target(await postgres.newDatabase());
  const ground: Ground = { target, hosts: strictHosts(HOSTS, DEVICES), fences: new Map() };
  const first = await startServer(ground, scenario, STANDS_STILL_MS);
  const stores = [first.store];
  try {
    const client = poolClient(first.pool);
    const id = await scenario.prepare(client, ground.hosts);
    await first.pool.runner.settled();
    first.still.begin(point);
    const asking = Promise.resolve(scenario.request(client, id)).catch(() => null);
    const ending = asking.then(() => first.pool.runner.settled());
    const isStopped = await Promise.race([first.still.reached.then(() => true), ending.then(() => false)]);
    const counts = { ...first.still.counts };
    if (!isStopped) return { counts, isStopped, refused: 0 };

    const second = await startServer(ground, scenario, TAKES_OVER_MS);
    stores.push(second.store);
    await recover(second.pool);
    for (let runs = 0; runs < 3; runs++) {
      await second.pool.runner.settled();
      await second.pool.recovery.run();
    }
    await second.pool.runner.settled();
    const before = await stateOf(second.pool, ground);
    expect(before.pending).toEqual([]);
    if (!scenario.beginsApart) expect(before.apart).toEqual([]);

    first.still.goOn();
    await Promise.race([ending, first.still.death]);
    first.still.die();
    expect(await stateOf(second.pool, ground)).toEqual(before);
    return { counts, isStopped, refused: first.executor.refused };
  } finally {
    first.still.die();
    for (const store of stores) await store.close();
  }
}

/** Waits for its turn, and does what a start does. */
async function startServer({ target, hosts, fences }: Ground, scenario: AnyScenario, lifeMs: number): Promise<Server> {
  const still = new Standstill();
  const alone = { name: 'server', lifeMs, answersMeanwhile: true, onLost: () => still.die() };
  const store = await openPostgres({ postgres: target, alone });
  await store.sharing?.turn;
  const { generation } = await store.write((tx) => tx.serverIdentity.begin(Date.now()));
  const executor = new FencedExecutor(hosts, fences, generation, still);
  const { settings = {} } = scenario;
  const sequences = 'sequences' in scenario ? scenario.sequences : [];
  const pool = await openPool('', executor, { settings, sequences, store: standingStore(store, still) });
  pool.engine.lead();
  return { pool, store, executor, still };
}

async function stateOf(pool: Pool, { hosts }: Ground) {
  const rows = await pool.store.read(async (tx) => ({
    pending: (await tx.operations.list()).map(({ type, status, retry }) => ({ type, status, retry })),
    unanswered: await tx.queue.listPending(),
    volumes: await tx.volumes.list(),
    bricks: await tx.bricks.list(),
    blockVolumes: await tx.blockVolumes.list(),
    devices: await tx.devices.list(),
    nodes: await tx.nodes.list(),
    lastEvent: await tx.events.findLastId(),
  }));
  return { ...rows, hosts: structuredClone(hosts.state()), apart: await differences(pool.store, hosts) };
}
