import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { manageName } from '../../../src/domain/node.js';
import type { SimulatedHosts } from '../../../src/executors/mock/simulated-hosts.js';
import { markInterrupted } from '../../../src/operations/engine/recovery.js';
import type { QueueTicket } from '../../../src/operations/ports/queue.js';
import { differences } from '../../support/differences.js';
import { makeMemoryFolder } from '../../support/memory-folder.js';
import { openPool, type Pool, SILENT, STAYING, strictHosts } from '../../support/pool.js';
import { poolClient } from './pool-client.js';
import { DEVICES, HOSTS, type Scenario } from './scenario.js';
import { type CutAt, SeveredExecutor } from './severed-executor.js';

/** What comes after the answer, until all hosts can be reached again and recovery comes to its end. */
export interface Ending {
  /** The client has its answer, so that the queue knows nothing of it any more. */
  readonly isFetched: boolean;
  readonly isRestarted: boolean;
  /** Recovery is tried once before the hosts are back. */
  readonly isTriedInVain: boolean;
  meanwhile?(hosts: SimulatedHosts): Promise<void>;
}

const BOTH = [true, false];
export const ENDINGS: readonly Ending[] = BOTH.flatMap((isFetched) =>
  BOTH.flatMap((isRestarted) => BOTH.map((isTriedInVain) => ({ isFetched, isRestarted, isTriedInVain }))),
);

export interface AnsweredLife {
  readonly commands: number;
  /** See SeveredExecutor. */
  readonly decisive: readonly number[];
  readonly answer: 'done' | 'failed';
  /** A failure after which the change was there in the end, since the hosts had done it already. */
  readonly isDoneAllTheSame: boolean;
  /** See `outcomeOf`. */
  readonly outcome: unknown;
  /** Names of volumes that nobody is known to have learnt of. */
  readonly unclaimed: readonly string[];
}

/** One record may wait for the end of another. */
const ROUNDS = 5;

/**
 * A change whose connections break off, its answer, and then recovery with all hosts back. Fails unless what is there in
 * the end is what the client was told: after a failure the pool as it was, but for what hosts had done by then.
 * `expected`: the outcome of the change.
 */
export async function answeredLife(
  scenario: Scenario,
  cut: CutAt | null,
  ending: Ending,
  expected: unknown = null,
): Promise<AnsweredLife> {
  const folder = makeMemoryFolder('mortar-answered-');
  const file = join(folder, 'heketi.db');
  const hosts = strictHosts(HOSTS, DEVICES);
  const executor = new SeveredExecutor(hosts);
  const options = { settings: scenario.settings ?? {} };
  let pool = await openPool(file, executor, options);
  try {
    const id = await scenario.prepare(poolClient(pool), hosts);
    await pool.runner.settled();
    const before = { rows: await rowsOf(pool), hosts: hosts.state() };
    executor.begin(cut);
    const ticket = await scenario.request(poolClient(pool), id).catch(() => null); // refused before it was accepted
    await pool.runner.settled();
    const { commands, decisive } = executor;
    const answer = ticket ? await answerOf(pool, ticket) : 'failed';
    const isDecided = scenario.isDecided?.(hosts.state(), before.hosts) === true;

    if (ticket && ending.isFetched) await fetchAnswer(pool, ticket);
    await ending.meanwhile?.(hosts);
    if (ending.isRestarted) {
      await pool.store.close();
      pool = await openPool(file, executor, options);
      await markInterrupted(pool.store, SILENT);
    }
    if (ending.isTriedInVain) await pool.recovery.run();
    executor.reconnect();
    await recoverAll(pool);

    expect(await pool.store.read((tx) => tx.operations.list())).toEqual([]);
    expect(await pool.store.read((tx) => tx.queue.listPending())).toEqual([]);
    if (ticket && !ending.isFetched) expect(await answerOf(pool, ticket)).toBe(answer);
    if (answer === 'failed') await expectAgreement(pool, hosts, scenario);
    const outcome = await outcomeOf(pool);
    if (answer === 'failed' && !isDecided) expect(await rowsOf(pool)).toEqual(before.rows);
    else {
      if (expected) expect(outcome).toEqual(expected);
      expect(scenario.isDone(await poolClient(pool).view(), id)).toBe(true);
    }
    const unclaimed = (await pool.store.read((tx) => tx.volumes.listUnclaimed())).map(({ name }) => name);
    return { commands, decisive, answer, isDoneAllTheSame: answer === 'failed' && isDecided, outcome, unclaimed };
  } finally {
    await pool.runner.settled();
    await pool.store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function answerOf(pool: Pool, { queueId }: QueueTicket): Promise<'done' | 'failed'> {
  const entry = await pool.store.read((tx) => tx.queue.find(queueId));
  if (!entry || entry.state === 'pending') throw new Error('nobody was answered');
  return entry.state;
}

/** As the API does: the entry goes with the answer. */
async function fetchAnswer(pool: Pool, { queueId }: QueueTicket): Promise<void> {
  expect(await pool.answers.fetch(queueId, STAYING)).not.toBeNull();
  await pool.store.write(async () => undefined);
  expect(await pool.store.read((tx) => tx.queue.find(queueId))).toBeNull();
}

async function recoverAll(pool: Pool): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    await pool.recovery.run();
    await pool.runner.settled();
    if ((await pool.store.read((tx) => tx.operations.list())).length === 0) return;
  }
}

async function expectAgreement(pool: Pool, hosts: SimulatedHosts, { tolerates }: Scenario): Promise<void> {
  expect((await differences(pool.store, hosts)).filter((text) => !tolerates?.test(text))).toEqual([]);
}

/** What clients see. How large lvm's spare is they do not: it stays as large as it once had to be. */
async function rowsOf(pool: Pool) {
  return pool.store.read(async (tx) => ({
    clusters: await tx.clusters.list(),
    nodes: await tx.nodes.list(),
    devices: (await tx.devices.list()).map(({ spareMetadataKib: _, ...device }) => device),
    volumes: await tx.volumes.list(),
    bricks: await tx.bricks.list(),
    blockVolumes: await tx.blockVolumes.list(),
  }));
}

/** The same without what differs each time a scenario is played: ids, and where bricks are put. */
async function outcomeOf(pool: Pool) {
  const { clusters, nodes, devices, volumes, bricks, blockVolumes } = await rowsOf(pool);
  return {
    clusters: clusters.map(({ allowsBlock, allowsFile }) => ({ allowsBlock, allowsFile })),
    nodes: nodes.map((node) => `${manageName(node)} ${node.state}`).sort(),
    devices: devices.map(({ name, state }) => `${name} ${state}`).sort(),
    volumes: volumes
      .map(({ id, name, sizeGib }) => {
        const count = bricks.filter(({ volumeId }) => volumeId === id).length;
        return `${name.replace(id, '*')} ${sizeGib} GiB on ${count} bricks`;
      })
      .sort(),
    blockVolumes: blockVolumes.map(({ id, name, sizeGib }) => `${name.replace(id, '*')} ${sizeGib} GiB`).sort(),
  };
}
