import { expect } from 'vitest';
import type { Id } from '../../../src/domain/ids.js';
import type { HostNoise } from '../../../src/executors/mock/world/host-noise.js';
import type { QueueTicket } from '../../../src/operations/ports/queue.js';
import { differences } from '../../support/differences.js';
import { openPool, type Pool, type PoolOptions, recover, strictHosts } from '../../support/pool.js';
import { rerunningStore } from '../../support/rerunning-store.js';
import { type CutCommit, type LivedOn, onFile } from './databases.js';
import { type CommitStrike, DyingStore } from './dying-store.js';
import { Lab } from './lab.js';
import { poolClient } from './pool-client.js';
import { DEVICES, HOSTS, type Scenario, type SequenceScenario } from './scenario.js';
import { type CommandFault, type Strike, StrikingExecutor } from './striking-executor.js';
import { expectAnswerTold, expectToldOnce } from './told.js';

export type AnyScenario = Scenario | SequenceScenario;

/** What goes wrong in one life of a server. */
export interface Faults {
  readonly commands?: readonly Strike[];
  readonly commit?: CommitStrike;
  /** Of a database behind a connection. */
  readonly cut?: CutCommit;
  /** In every output of every host, from the first command of the life to its end. */
  readonly noise?: HostNoise;
}

/** How far one life came. */
export interface Lived {
  readonly commands: number;
  readonly commits: number;
  /** Commits that were sent to a database behind a connection; fewer, as several units may share one. */
  readonly sentCommits: number;
  /** By number of the command. */
  readonly ofLvm: readonly boolean[];
  readonly struck: readonly string[];
  readonly glusterChanges: readonly number[];
}

/**
 * Faults after which a server that was told of a failure may find later, with the hosts back, that there is nothing
 * to undo.
 */
const UNDECIDED: readonly CommandFault[] = ['host unreachable', 'host down', 'glusterd down', 'disks away'];

function isUnanswered(kind: CommandFault): boolean {
  return kind.startsWith('link lost') || kind === 'gluster is late';
}

/**
 * A request in a life of a server with faults in it, further lives in which recovery meets faults, and a last one
 * with none. Fails unless everything agrees in the end; answers how far each life came.
 */
export async function live(
  scenario: AnyScenario,
  first: Faults,
  ...later: readonly Faults[]
): Promise<readonly Lived[]> {
  return liveOn(await onFile(), scenario, first, ...later);
}

/** The same on another database, which is gone then. */
export async function liveOn(
  database: LivedOn,
  scenario: AnyScenario,
  first: Faults,
  ...later: readonly Faults[]
): Promise<readonly Lived[]> {
  const lab = new Lab(strictHosts(HOSTS, DEVICES));
  const lives: Lived[] = [];
  try {
    const quiet = await openOn(database, new StrikingExecutor(lab, []), scenario);
    const id = await scenario.prepare(poolClient(quiet), lab.hosts);
    await quiet.runner.settled();
    await quiet.store.close();

    let ticket: QueueTicket | null = null;
    lives.push(
      await oneLife(database, lab, scenario, first, async (pool) => {
        ticket = await scenario.request(poolClient(pool), id);
      }),
    );
    for (const faults of later) lives.push(await oneLife(database, lab, scenario, faults, recover));

    const executor = new StrikingExecutor(lab, []);
    const after = await openOn(database, executor, scenario);
    await recover(after);
    await after.runner.settled();
    await runUntilSettled(after);
    await lab.finishLeftovers();
    const { commands, ofLvm, glusterChanges } = executor;
    lives.push({ commands, commits: 0, sentCommits: 0, ofLvm, struck: [], glusterChanges });
    const isThere = async () =>
      scenario.isDone(await poolClient(after).view(), id) &&
      !(scenario.isAgreement && (await apart(after, scenario, lab, lives)).length > 0);
    const isApart = scenario.beginsApart && !(await isThere());
    const away = await awayHost(after, scenario, id);
    await moveHost(after, lab, away, true);
    if (isApart) await expectSettled(after);
    else await expectAgreement(after, scenario, lab, lives);
    await moveHost(after, lab, away, false);
    const all = [first, ...later];
    const isDone = await isThere();
    await expectTrueAnswer(after, scenario, isDone, ticket, all);
    if (!scenario.isInvisible && !isDone) {
      await requestAgain(after, scenario, id);
      await expectAgreement(after, scenario, lab, lives);
      expect(await isThere()).toBe(true);
    }
    await after.store.close();
    return lives;
  } finally {
    await database.remove();
  }
}

/** Work of many parts may wait for a heal, and then for a host of which another part was not told enough. */
async function runUntilSettled(pool: Pool): Promise<void> {
  const isSettled = () => pool.store.read(async (tx) => (await tx.operations.list()).length === 0);
  for (let runs = 0; runs < 3 && !(await isSettled()); runs++) await pool.recovery.run();
}

/** The host that is away still, and may come back: '' for none. */
async function awayHost(pool: Pool, scenario: AnyScenario, id: Id): Promise<string> {
  const view = await poolClient(pool).view();
  return scenario.isDone(view, id) ? '' : (scenario.away?.(view, id) ?? '');
}

async function moveHost(pool: Pool, { hosts }: Lab, host: string, isUp: boolean): Promise<void> {
  if (host === '') return;
  hosts.setHostUp(host, isUp);
  if (!isUp) return;
  // What waits for the end of work of many parts is led out after that.
  for (let times = 0; times < 2; times++) await pool.recovery.run();
}

async function openOn(database: LivedOn, executor: StrikingExecutor, scenario: AnyScenario): Promise<Pool> {
  return openPool('', executor, { ...optionsOf(scenario), store: rerunningStore(await database.open()) });
}

function optionsOf(scenario: AnyScenario): PoolOptions {
  const { settings = {} } = scenario;
  return { settings, sequences: 'sequences' in scenario ? scenario.sequences : [] };
}

/** Runs `work` until it has ended or the server has died; then the hosts come back, and nothing of the server goes on. */
async function oneLife(
  database: LivedOn,
  lab: Lab,
  scenario: AnyScenario,
  faults: Faults,
  work: (pool: Pool) => Promise<void>,
): Promise<Lived> {
  if (faults.noise) lab.makeNoise(faults.noise);
  const executor = new StrikingExecutor(lab, faults.commands ?? []);
  const opened = await database.open();
  const store = new DyingStore(rerunningStore(opened), faults.commit ?? null, () => executor.kill());
  const pool = await openPool('', executor, { ...optionsOf(scenario), store });
  database.cut(faults.cut ?? null);
  await Promise.race([work(pool).catch(() => undefined), executor.death]);
  await Promise.race([pool.runner.settled(), executor.death]);
  // Units of work that were begun before the death may still be on their way to the file.
  await opened.close();
  const sentCommits = database.commits;
  database.cut(null);
  lab.bringBack();
  const { commands, ofLvm, struck, glusterChanges } = executor;
  return { commands, commits: store.commits, sentCommits, ofLvm, struck, glusterChanges };
}

async function expectSettled(pool: Pool): Promise<void> {
  expect(await pool.store.read((tx) => tx.operations.list())).toEqual([]);
  expect(await pool.store.read((tx) => tx.queue.listPending())).toEqual([]);
}

async function expectAgreement(pool: Pool, scenario: AnyScenario, lab: Lab, lives: readonly Lived[]): Promise<void> {
  await expectSettled(pool);
  expect(await apart(pool, scenario, lab, lives)).toEqual([]);
  await expectToldOnce(pool.store);
}

/** What store and hosts differ in, but for what faults may leave. */
async function apart(pool: Pool, scenario: AnyScenario, lab: Lab, lives: readonly Lived[]): Promise<readonly string[]> {
  const struck = new Set(lives.flatMap((lived) => lived.struck));
  const isTolerated = (text: string) =>
    // An empty mount point that its host refused to remove is left there.
    (struck.has('rmdir') && text.startsWith('on the hosts but not in the store: directory ')) ||
    (struck.size > 0 && scenario.tolerates?.test(text));
  const found = await differences(pool.store, lab.hosts);
  return found.filter((text) => !isTolerated(text));
}

async function expectTrueAnswer(
  pool: Pool,
  scenario: AnyScenario,
  isDone: boolean,
  ticket: QueueTicket | null,
  faults: readonly Faults[],
): Promise<void> {
  if (!ticket) return;
  await expectAnswerTold(pool.store, ticket.queueId);
  const entry = await pool.store.read((tx) => tx.queue.find(ticket.queueId));
  const strikes = faults.flatMap(({ commands = [], commit }) => [
    ...commands.map(({ kind }) => kind),
    ...(commit ? [commit.kind] : []),
  ]);
  // Words around an answer keep nobody from understanding it.
  if (!scenario.mayBeRefused && strikes.every((kind) => kind === 'lvm chatters')) expect(entry?.state).toBe('done');
  if (scenario.goesOn && strikes.every((kind) => kind.startsWith('die'))) expect(entry?.state).toBe('done');
  if (scenario.isInvisible) return expect(['done', 'failed']).toContain(entry?.state);
  // A second command without an answer keeps the server from asking what became of the first.
  const isUndecided = faults.some(
    ({ commands = [] }) =>
      commands.some(({ kind }) => UNDECIDED.includes(kind)) ||
      commands.filter(({ kind }) => isUnanswered(kind)).length > 1,
  );
  const answers =
    isDone && (isUndecided || scenario.mayFinishLater) ? ['done', 'failed'] : [isDone ? 'done' : 'failed'];
  expect(answers).toContain(entry?.state);
}

async function requestAgain(pool: Pool, scenario: AnyScenario, id: Id): Promise<void> {
  const client = poolClient(pool);
  const ticket = await scenario.request(client, id);
  // Work of many parts may wait between two of them.
  await pool.runner.settled();
  await pool.recovery.run();
  if (ticket) await client.done(ticket);
}
