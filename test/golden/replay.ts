import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { sharedPostgres } from '../support/postgres-server.js';

export type Side = 'http' | 'cli';

interface Lists {
  /** Scenarios that have to pass, by group. */
  readonly pass: Readonly<Record<string, readonly string[]>>;
  /** What keeps each of the others off the list. */
  readonly waiting: Readonly<Record<string, string>>;
}

const ROOT = path.resolve(import.meta.dirname, '../..');
const START = `"${ROOT}/bin/heketi" --config {config} {disable-auth}`;

export function readLists(side: Side): Lists {
  const lists = JSON.parse(readFileSync(path.join(import.meta.dirname, 'scenarios.json'), 'utf8')) as Record<
    Side,
    Lists
  >;
  return lists[side];
}

export function scenarioNames(side: Side): readonly string[] {
  return readdirSync(path.join(import.meta.dirname, side))
    .filter((file) => file.endsWith('.json'))
    .map((file) => path.basename(file, '.json'));
}

export function stepCount(side: Side, name: string): number {
  return (JSON.parse(readFileSync(scenarioFile(side, name), 'utf8')) as { steps: unknown[] }).steps.length;
}

/** The same server on PostgreSQL answers the same; for a scenario each a database of its own. */
export async function replayOnPostgres(side: Side, name: string): Promise<string> {
  const server = await sharedPostgres();
  const url = `postgres://mortar@127.0.0.1:${server.port}/${await server.newDatabase()}`;
  return replay(side, name, { MORTAR_DATABASE_URL: url });
}

/** Replays one scenario against the built server and client; the text that the replay program printed. */
export function replay(side: Side, name: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const program = side === 'http' ? 'replay-with-texts.mjs' : 'replay-cli.mjs';
  const args = [path.join(import.meta.dirname, program), '--start', START];
  if (side === 'cli') args.push('--cli', `"${ROOT}/bin/heketi-cli"`);
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [...args, scenarioFile(side, name)],
      { cwd: ROOT, env: { ...process.env, ...env } },
      (error, stdout, stderr) => {
        // Exit code 1 is a failed step; the text says which.
        if (error && typeof error.code !== 'number') reject(error);
        else resolve(`${stdout}${stderr}`.trim());
      },
    );
  });
}

function scenarioFile(side: Side, name: string): string {
  return path.join(import.meta.dirname, side, `${name}.json`);
}
