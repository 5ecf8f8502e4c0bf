import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Id } from '../../../src/domain/ids.js';
import type { Command } from '../../../src/executors/executor.js';
import { findDifferences } from '../../../src/operations/examination/find-differences.js';
import type { QueueTicket } from '../../../src/operations/ports/queue.js';
import { HOST_SETTINGS } from '../../support/host-settings.js';
import { makeMemoryFolder } from '../../support/memory-folder.js';
import { openPool, type Pool, recover, retryOf, strictHosts } from '../../support/pool.js';
import { Administrator, type Hand, prepareOwnDisks } from './administrator.js';
import { Lab } from './lab.js';
import { unlisted } from './listed.js';
import { LiveBricks } from './live-bricks.js';
import { poolClient } from './pool-client.js';
import { DEVICES, HOSTS, type Scenario } from './scenario.js';
import { StrikingExecutor } from './striking-executor.js';

const OWN_DISK = '/dev/sdd';

/** When somebody changes the volume by hand. */
export interface HandPoint {
  readonly hand: Hand;
  readonly volume: string;
  /** Before this command, of the first life or, after a death, of the recovery. */
  readonly at: number;
  /** The command before which the server dies in its first life; null: it lives. */
  readonly death: number | null;
}

interface HandLife {
  readonly hasActed: boolean;
  /** Of the life in which the hand acts. */
  readonly commands: number;
}

/**
 * A request, or the recovery from a death in it, between two of whose host commands somebody changes the volume by
 * hand. Fails when a brick in use is destroyed, when an answer is not true, and when anything is left of which nobody
 * is told.
 */
export async function liveWithHand(scenario: Scenario, point: HandPoint): Promise<HandLife> {
  const folder = makeMemoryFolder('mortar-hand-');
  const file = join(folder, 'heketi.db');
  const lab = new Lab(strictHosts(HOSTS, DEVICES + 1));
  const settings = scenario.settings ?? {};
  try {
    const quiet = await openPool(file, new StrikingExecutor(lab, []), { settings });
    const id = await scenario.prepare(poolClient(quiet), lab.hosts);
    await quiet.runner.settled();
    await quiet.store.close();

    const administrator = new Administrator(lab.hosts, point.volume);
    await prepareOwnDisks(lab.hosts, HOSTS, OWN_DISK);
    await administrator.look();
    const live = new LiveBricks();
    const after = ({ argv }: Pick<Command, 'argv'>) => {
      if (!administrator.hasActed) live.ordered(argv);
      live.look(lab.hosts.state());
    };
    const before = async (at: number) => {
      if (at !== point.at) return;
      await administrator.act(point.hand);
      live.look(lab.hosts.state());
    };
    const executors: StrikingExecutor[] = [];
    let ticket: QueueTicket | null = null;
    if (point.death !== null) {
      const dying = new StrikingExecutor(lab, [{ at: point.death, kind: 'die before' }], { after });
      ticket = await oneLife(file, dying, scenario, (pool) => scenario.request(poolClient(pool), id));
      executors.push(dying);
    }
    const watched = new StrikingExecutor(lab, [], { before, after });
    const asked = await oneLife(file, watched, scenario, (pool) =>
      point.death === null ? scenario.request(poolClient(pool), id) : recover(pool).then(() => null),
    );
    ticket ??= asked;

    const last = new StrikingExecutor(lab, [], { after });
    const pool = await openPool(file, last, { settings });
    await recover(pool);
    await pool.runner.settled();
    await expectTruth(pool, scenario, id, ticket);
    expect(await unlistedIn(pool, lab.hosts, last)).toEqual([]);
    await deleteAll(pool);
    expect(live.destroyed).toEqual([]);
    expect(await unlistedIn(pool, lab.hosts, last)).toEqual([]);
    await expectReasons(pool);
    await pool.store.close();
    return { hasActed: administrator.hasActed, commands: watched.commands };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function oneLife(
  file: string,
  executor: StrikingExecutor,
  { settings = {} }: Scenario,
  work: (pool: Pool) => Promise<QueueTicket | null>,
): Promise<QueueTicket | null> {
  const pool = await openPool(file, executor, { settings });
  const ticket = await Promise.race([work(pool), executor.death.then(() => null)]);
  await Promise.race([pool.runner.settled(), executor.death]);
  await pool.store.close();
  return ticket;
}

async function unlistedIn(pool: Pool, hosts: Lab['hosts'], executor: StrikingExecutor): Promise<string[]> {
  const { differences } = await findDifferences(pool.store, { executor, settings: HOST_SETTINGS });
  return unlisted(pool.store, hosts, differences, OWN_DISK);
}

async function expectTruth(pool: Pool, scenario: Scenario, id: Id, ticket: QueueTicket | null): Promise<void> {
  await expectReasons(pool);
  if (!ticket) return;
  const entry = await pool.store.read((tx) => tx.queue.find(ticket.queueId));
  const view = await poolClient(pool).view();
  const isDone = scenario.isDone(view, id);
  expect(entry?.error ?? '').not.toContain('internal error');
  // What is kept is neither done nor undone, and says so.
  if (view.pendingOperations > 0) {
    if (!isDone) expect(entry?.state).not.toBe('done');
    return;
  }
  const answers = isDone && scenario.mayFinishLater ? ['done', 'failed'] : [isDone ? 'done' : 'failed'];
  expect(answers).toContain(entry?.state);
}

/** Whatever is not settled says why, to its client or to whoever looks. */
async function expectReasons(pool: Pool): Promise<void> {
  const kept = await pool.store.read((tx) => tx.operations.list());
  for (const { id } of kept) {
    const error = (await retryOf(pool, id))?.error ?? '';
    expect(error).not.toBe('');
    expect(error).not.toContain('internal error');
  }
  const waiting = await pool.store.read((tx) => tx.queue.listPending());
  expect(waiting.filter(({ operationId }) => !kept.some(({ id }) => id === operationId))).toEqual([]);
}

/** Clients go on: each volume is deleted, or the refusal says why not. */
async function deleteAll(pool: Pool): Promise<void> {
  for (const { id } of await pool.store.read((tx) => tx.volumes.list())) {
    const ticket = await pool.operations.deleteVolume(id).catch((error: Error) => error);
    if (ticket instanceof Error) {
      expect(ticket.name).toMatch(/^(?:DomainError|ChangeInProgress)$/);
      continue;
    }
    await pool.runner.settled();
    const entry = await pool.store.read((tx) => tx.queue.find(ticket.queueId));
    expect(entry?.state).not.toBe('pending');
    expect(entry?.error ?? '').not.toContain('internal error');
  }
}
