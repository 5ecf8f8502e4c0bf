import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { isLackingPostgres, ownPostgres } from '../../support/postgres-server.js';

const HEKETI = resolve(import.meta.dirname, '../../../bin/heketi');
const TAKEN_OVER = 75;

interface Server {
  readonly process: ChildProcess;
  output(): string;
  /** Resolves once it listens: whoever works. */
  address(): Promise<string>;
  ended(): Promise<number | null>;
}

function startServer(database: string): Server {
  const folder = mkdtempSync(join(tmpdir(), 'mortar-server-'));
  const config = join(folder, 'heketi.json');
  writeFileSync(config, JSON.stringify({ port: '0', glusterfs: { executor: 'mock', db: database } }));
  const child = spawn(HEKETI, [`--config=${config}`, '--disable-auth'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      output += String(text);
    });
  }
  const exit = once(child, 'exit').then(([code]) => code as number | null);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exit;
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    process: child,
    output: () => output,
    ended: () => exit,
    address: () =>
      vi.waitFor(
        () => {
          const port = output.split('Listening on port ')[1]?.split('\n')[0];
          if (port === undefined) throw new Error(`it does not listen yet: ${output}`);
          return `http://127.0.0.1:${port}`;
        },
        { timeout: 60_000, interval: 50 },
      ),
  };
}

const hasSaid = (server: Server, text: string) =>
  vi.waitFor(() => expect(server.output()).toContain(text), { timeout: 60_000, interval: 50 });
const isWaiting = (server: Server) => hasSaid(server, 'waits for its turn');
const isWorking = (server: Server) => hasSaid(server, 'this server works on the hosts from now on');

async function addCluster(address: string): Promise<string> {
  const answer = await fetch(`${address}/clusters`, { method: 'POST', body: '{"file":true,"block":true}' });
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { id: string }).id;
}

/** By the work of whichever server works on hosts. */
async function addNode(address: string, cluster: string): Promise<void> {
  const body = JSON.stringify({ zone: 1, hostnames: { manage: ['n1'], storage: ['10.0.0.1'] }, cluster });
  const answer = await fetch(`${address}/nodes`, { method: 'POST', body });
  expect([answer.status, await answer.text()]).toEqual([202, '']);
  for (;;) {
    const poll = await fetch(`${address}${answer.headers.get('location')}`, { redirect: 'manual' });
    if (poll.headers.get('x-pending') === 'true') continue;
    expect([poll.status, await poll.text()]).toEqual([303, '']);
    return;
  }
}

async function clustersAt(address: string): Promise<readonly string[]> {
  const answer = await fetch(`${address}/clusters`);
  return ((await answer.json()) as { clusters: string[] }).clusters;
}

async function usageAt(address: string): Promise<readonly [number, string]> {
  const answer = await fetch(`${address}/usage`);
  return [answer.status, await answer.text()];
}

const tellsUsage = (address: string) =>
  vi.waitFor(async () => expect((await usageAt(address))[0]).toBe(200), { timeout: 60_000, interval: 50 });

describe.skipIf(isLackingPostgres('servers that take over from one another'))(
  'of two servers on one PostgreSQL',
  () => {
    it('both answer; the second works where the first was killed, stopped or told to end; one that stood still ends then', async () => {
      const postgres = await ownPostgres();
      const database = `postgres://mortar@127.0.0.1:${postgres.port}/${await postgres.newDatabase()}`;
      const killed = startServer(database);
      const first = await killed.address();
      const stopped = startServer(database);
      const second = await stopped.address();
      const made = [await addCluster(first), await addCluster(second)];
      expect((await clustersAt(first)).toSorted()).toEqual(made.toSorted());
      await isWaiting(stopped);
      await tellsUsage(first);
      expect(await usageAt(second)).toEqual([503, expect.stringMatching(/that is \S+\. Send the request there/)]);
      await addNode(second, made[0] ?? '');
      killed.process.kill('SIGKILL');
      await isWorking(stopped);
      await tellsUsage(second);
      made.push(await addCluster(second));

      const ending = startServer(database);
      const third = await ending.address();
      await isWaiting(ending);
      stopped.process.kill('SIGSTOP');
      await isWorking(ending);
      made.push(await addCluster(third));
      stopped.process.kill('SIGCONT');
      expect(await stopped.ended()).toBe(TAKEN_OVER);
      expect(stopped.output()).toContain('Another server has taken over');
      expect((await clustersAt(third)).toSorted()).toEqual(made.toSorted());

      const last = startServer(database);
      await isWaiting(last);
      ending.process.kill('SIGTERM');
      await isWorking(last);
      expect(await ending.ended()).toBe(0);
      expect((await clustersAt(await last.address())).toSorted()).toEqual(made.toSorted());
    });
  },
);
