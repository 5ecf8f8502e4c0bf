import { rmSync } from 'node:fs';
import { expect } from 'vitest';
import type { Id } from '../../../../src/domain/ids.js';
import type { QueueTicket } from '../../../../src/operations/ports/queue.js';
import { type DiskFault, FailingDisk } from '../../../support/failing-disk.js';
import { makeMemoryFolder } from '../../../support/memory-folder.js';
import { DEVICES, HOSTS, type Scenario } from '../../support/scenario.js';
import { startHosts } from './hosts-process.js';
import { HttpClient, RefusedError } from './http-client.js';
import { doAgree, expectAgreement, expectRecovery, settingsOf } from './kill-point.js';
import { startServer } from './server-process.js';

/** A commit that the disk refuses, counted from the request on; then SIGKILL. A sync that fails ends the server itself. */
export interface FailedCommit {
  readonly scenario: Scenario;
  readonly operation: DiskFault['operation'];
  readonly error: DiskFault['error'];
  readonly at: number;
  /** The disk does not recover before the kill. */
  readonly isLasting: boolean;
}

/** Of a commit; somewhere in it one fails. */
const WRITES = 9;

const POLL_MS = 5;

/** Fails unless the next server comes to terms with the hosts and with what was answered. False: no commit came. */
export async function failAt({ scenario, operation, error, at, isLasting }: FailedCommit): Promise<boolean> {
  const folder = makeMemoryFolder('mortar-failed-commit-');
  const hosts = await startHosts(folder, HOSTS, DEVICES);
  const disk = new FailingDisk(folder);
  const options = { folder, socket: hosts.socket, glusterfs: settingsOf(scenario) };
  try {
    const server = await startServer({ ...options, env: disk.env });
    const client = new HttpClient(server.base);
    const id = await scenario.prepare(client, hosts.remote);
    const skip = operation === 'sync' ? at : at * WRITES;
    disk.fail({ operation, error, skip, count: isLasting ? null : 1 });
    const asked = ask(scenario, client, id);
    await Promise.race([asked.ended, struck(disk)]);
    // The answer to the request is due when the disk works again.
    if (!isLasting) await asked.accepted;
    if (operation === 'sync' && disk.hits > 0) await server.ended;
    else await server.kill();
    await asked.ended;

    const again = await startServer(options);
    const next = new HttpClient(again.base);
    if (asked.isRefused && !scenario.isInvisible) expect(scenario.isDone(await next.view(), id)).toBe(false);
    const first = { ticket: asked.ticket, answer: null, isReached: true };
    await expectRecovery(scenario, { client: next, agrees: () => doAgree(folder, hosts) }, id, first, at % 2 === 0);
    await again.stop();
    await expectAgreement(folder, hosts);
    return disk.hits > 0;
  } finally {
    await hosts.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the client gets to know, as it does. */
interface Asked {
  ticket: QueueTicket | null;
  isRefused: boolean;
  readonly accepted: Promise<void>;
  /** With the final answer, or the end of the server. */
  readonly ended: Promise<void>;
}

function ask(scenario: Scenario, client: HttpClient, id: Id): Asked {
  const request = scenario.request(client, id);
  const accepted = request.then(
    (ticket) => {
      asked.ticket = ticket;
    },
    (error: unknown) => {
      asked.isRefused = error instanceof RefusedError;
    },
  );
  const asked: Asked = {
    ticket: null,
    isRefused: false,
    accepted,
    ended: accepted.then(() => waitForEnd(client, asked.ticket)),
  };
  return asked;
}

/** Without fetching the answer: it must still be there after the kill. */
async function waitForEnd(client: HttpClient, ticket: QueueTicket | null): Promise<void> {
  if (ticket === null) return;
  while (await client.pendingOperations().catch(() => 0)) await new Promise((turn) => setTimeout(turn, POLL_MS));
}

async function struck(disk: FailingDisk): Promise<void> {
  while (disk.hits === 0) await new Promise((turn) => setTimeout(turn, POLL_MS));
}
