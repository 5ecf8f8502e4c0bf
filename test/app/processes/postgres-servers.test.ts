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
  /** Resolves once it listens: when it may work. */
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

const isWaiting = (server: Server) =>
  vi.waitFor(() => expect(server.output()).toContain('waits for its turn'), { timeout: 60_000, interval: 50 });

async function addCluster(address: string): Promise<string> {
  const answer = await fetch(`${address}/clusters`, { method: 'POST', body: '{"file":true,"block":true}' });
  expect(answer.status).toBe(201);
  return ((await answer.json()) as { id: string }).id;
}

async function clustersAt(address: string): Promise<readonly string[]> {
  const answer = await fetch(`${address}/clusters`);
  return ((await answer.json()) as { clusters: string[] }).clusters;
}

describe.skipIf(isLackingPostgres('servers that take over from one another'))(
  'of two servers on one PostgreSQL',
  () => {
    it('the second goes on where the first was killed, stopped or told to end; one that stood still ends then', async () => {
      const postgres = await ownPostgres();
      const database = `postgres://mortar@127.0.0.1:${postgres.port}/${await postgres.newDatabase()}`;
      const killed = startServer(database);
      const made = [await addCluster(await killed.address())];
      const stopped = startServer(database);
      await isWaiting(stopped);
      killed.process.kill('SIGKILL');
      const second = await stopped.address();
      expect(await clustersAt(second)).toEqual(made);
      made.push(await addCluster(second));

      const ending = startServer(database);
      await isWaiting(ending);
      stopped.process.kill('SIGSTOP');
      const third = await ending.address();
      made.push(await addCluster(third));
      stopped.process.kill('SIGCONT');
      expect(await stopped.ended()).toBe(TAKEN_OVER);
      expect(stopped.output()).toContain('Another server has taken over');
      expect((await clustersAt(third)).toSorted()).toEqual(made.toSorted());

      const last = startServer(database);
      await isWaiting(last);
      ending.process.kill('SIGTERM');
      expect(await ending.ended()).toBe(0);
      expect((await clustersAt(await last.address())).toSorted()).toEqual(made.toSorted());
    });
  },
);
