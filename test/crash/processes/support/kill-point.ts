import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Id } from '../../../../src/domain/ids.js';
import type { QueueTicket } from '../../../../src/operations/ports/queue.js';
import { openStore } from '../../../../src/store/open-store.js';
import { differences } from '../../../support/differences.js';
import { makeMemoryFolder } from '../../../support/memory-folder.js';
import { DEVICES, HOSTS, type Scenario } from '../../support/scenario.js';
import { type HostsProcess, startHosts } from './hosts-process.js';
import { HttpClient, type QueueAnswer } from './http-client.js';
import { databaseFile, type ServerOptions, type ServerProcess, startServer } from './server-process.js';

/** Where SIGKILL hits the server, counted from the request on. */
export interface KillPoint {
  readonly scenario: Scenario;
  readonly when: 'before' | 'after' | 'while the batch runs on';
  readonly at: number;
  readonly of: 'command' | 'commit';
}

/**
 * Kills a server at one point of a request and starts it again on the same files. Fails unless it comes to terms
 * with the hosts. Answers false when the request had ended before the point came.
 */
export async function killAt(point: KillPoint, isCleanedUpByRequest: boolean): Promise<boolean> {
  const folder = makeMemoryFolder('mortar-kill-');
  const hosts = await startHosts(folder, HOSTS, DEVICES);
  const armed = join(folder, 'armed');
  const options: ServerOptions = { folder, socket: hosts.socket, glusterfs: settingsOf(point.scenario) };
  try {
    const server = await startServer({
      ...options,
      ...(point.of === 'commit' && { databaseFaults: faults(point, armed) }),
    });
    const client = new HttpClient(server.base);
    const id = await point.scenario.prepare(client, hosts.remote);
    if (point.of === 'commit') writeFileSync(armed, '');
    else await hosts.remote.setFaults([{ kind: 'hold', nth: point.at + 1, after: point.when === 'after' }]);
    const first = await untilKilled(point, server, client, hosts, id);

    const again = await startServer(options);
    await hosts.remote.releaseHeld(true);
    const agrees = () => doAgree(folder, hosts);
    await expectRecovery(
      point.scenario,
      { client: new HttpClient(again.base), agrees },
      id,
      first,
      isCleanedUpByRequest,
    );
    await again.stop();
    await expectAgreement(folder, hosts);
    return first.isReached;
  } finally {
    await hosts.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function faults({ at, when }: KillPoint, armed: string): Readonly<Record<string, string>> {
  return { KILL_AT: String(at + 1), KILL_OF: 'commit', KILL_WHEN: when, KILL_ARMED: armed };
}

export function settingsOf({ settings }: Scenario): object {
  const { volumeCreateRetries, autoCreateBlockHosting, blockHostingSizeGib } = settings ?? {};
  return {
    ...(volumeCreateRetries ? { operation_retry_limits: { volume_create: volumeCreateRetries } } : {}),
    ...(autoCreateBlockHosting ? { auto_create_block_hosting_volume: true } : {}),
    ...(blockHostingSizeGib ? { block_hosting_volume_size: blockHostingSizeGib } : {}),
  };
}

/** What the client knew when the server died. */
export interface FirstLife {
  readonly ticket: QueueTicket | null;
  readonly answer: QueueAnswer | null;
  readonly isReached: boolean;
}

async function untilKilled(
  point: KillPoint,
  server: ServerProcess,
  client: HttpClient,
  { remote }: HostsProcess,
  id: Id,
): Promise<FirstLife> {
  let ticket: QueueTicket | null = null;
  const requested = (async (): Promise<QueueAnswer | null> => {
    ticket = await point.scenario.request(client, id);
    return ticket && client.settled(ticket.queueId);
  })();
  const answered = requested.then(
    (answer) => ({ answer, isReached: false }),
    async () => {
      await server.ended;
      return { answer: null, isReached: true };
    },
  );
  const reached = point.of === 'command' ? remote.awaitHeld() : server.ended;
  const { answer, isReached } = await Promise.race([answered, reached.then(() => ({ answer: null, isReached: true }))]);
  await server.kill();
  await answered;
  if (point.of === 'command' && point.when !== 'while the batch runs on') await remote.releaseHeld(false);
  await remote.setFaults([]);
  return { ticket, answer, isReached };
}

export async function expectRecovery(
  scenario: Scenario,
  { client, agrees }: { readonly client: HttpClient; agrees(): Promise<boolean> },
  id: Id,
  { ticket, answer: known }: FirstLife,
  isCleanedUpByRequest: boolean,
): Promise<void> {
  if (isCleanedUpByRequest) await client.done(await client.operations.cleanUp([]));
  await client.nothingPending();
  const isThere = async () => scenario.isDone(await client.view(), id) && (!scenario.isAgreement || (await agrees()));
  const isDone = await isThere();
  if (ticket) {
    const answer = known ?? (await client.settled(ticket.queueId));
    // The answer may have been read by the poll that the death cut off.
    const isOpen = scenario.isInvisible || (scenario.isJob && isDone);
    const answers = isOpen ? ['done', 'failed'] : [isDone ? 'done' : 'failed'];
    expect([...answers, 'gone']).toContain(answer.kind);
  }
  if (scenario.isInvisible || isDone) return;
  const second = await scenario.request(client, id);
  if (second) await client.done(second);
  expect(await isThere()).toBe(true);
}

/** While the server runs: a copy of its database is read. */
export async function doAgree(folder: string, { remote }: HostsProcess): Promise<boolean> {
  const store = await openStore({ file: databaseFile(folder), readOnly: true });
  try {
    return (await differences(store, remote)).length === 0;
  } finally {
    await store.close();
  }
}

/** The server has ended, so its database can be read. */
export async function expectAgreement(folder: string, { remote }: HostsProcess): Promise<void> {
  const store = await openStore({ file: databaseFile(folder), readOnly: true });
  try {
    expect(await store.read((tx) => tx.operations.list())).toEqual([]);
    expect(await store.read((tx) => tx.queue.listPending())).toEqual([]);
    expect(await differences(store, remote)).toEqual([]);
  } finally {
    await store.close();
  }
}
