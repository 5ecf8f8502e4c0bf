import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import type { CliIo } from '../../cli/io.js';
import { pause } from '../../timing/timers.js';
import { hasContents } from './database-volume.js';

/** What the client talks to: this very process. */
export interface OwnServer {
  readonly port: number;
  readonly isTls: boolean;
  readonly adminKey: string;
}

/** Which topology goes where. */
export interface DueTopology {
  readonly file: string;
  readonly database: string;
  /** An earlier start was loading it when it ended. Loading adds what is missing, so that it may be done again. */
  readonly isCutOff: boolean;
}

/** Null where nothing is to be loaded: there is a database, and no load of it was cut off. */
export function dueTopology(database: string, file: string | null): DueTopology | null {
  const isCutOff = existsSync(markOf(database));
  return file !== null && (isCutOff || !hasContents(database)) ? { file, database, isCutOff } : null;
}

/** Before the server makes the database. */
export function beginTopology({ database }: DueTopology): void {
  writeFileSync(markOf(database), '', { mode: 0o600 });
}

/** Another database takes the place of the one that it was loaded into. */
export function forgetTopology(database: string): void {
  rmSync(markOf(database), { force: true });
}

/**
 * Loads the topology with the client's own program. False: it could not be, and has to be tried again. Nodes and devices
 * that the server refuses are told, and are no failure, as everywhere.
 */
export async function loadTopology(
  { file, database, isCutOff }: DueTopology,
  server: OwnServer,
  version: string,
  interruption: AbortSignal,
  say: (text: string) => void,
): Promise<boolean> {
  // A whole second program, which most starts do not need.
  const { runCli } = await import('../../cli/run.js');
  const run = async (...words: readonly string[]): Promise<boolean> =>
    (await runCli(
      [...(server.isTls ? ['--insecure-tls'] : []), ...words],
      clientIo(server, interruption, say),
      version,
    )) === 0;
  // What the end of that start has cut off would keep its devices from being added.
  if (isCutOff && !(await run('server', 'operations', 'cleanup'))) return false;
  if (!(await run('topology', 'load', `--json=${file}`))) return false;
  forgetTopology(database);
  return true;
}

function clientIo({ port, isTls, adminKey }: OwnServer, interruption: AbortSignal, say: (text: string) => void): CliIo {
  const lines = new Lines(say);
  const sink = { write: (text: string) => lines.write(text), isTty: false, columns: 80 };
  return {
    stdout: sink,
    stderr: sink,
    env: {
      // The certificate need not be for this address; nobody stands between a process and itself.
      HEKETI_CLI_SERVER: `${isTls ? 'https' : 'http'}://127.0.0.1:${port}`,
      HEKETI_CLI_USER: 'admin',
      HEKETI_CLI_KEY: adminKey,
    },
    readFile: (file) => readFile(file),
    writeFile: (file, text) => writeFile(file, text),
    interruption,
    outputFailure: new AbortController().signal,
    flush: async () => lines.end(),
    sleep: (ms) => pause(ms),
    now: () => Date.now(),
    random: () => Math.random(),
  };
}

function markOf(database: string): string {
  return `${database}.loading-topology`;
}

/** The client prints parts of lines. */
class Lines {
  readonly #say: (text: string) => void;
  #begun = '';

  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  write(text: string): void {
    const lines = `${this.#begun}${text}`.split('\n');
    this.#begun = lines.pop() ?? '';
    for (const line of lines) this.#say(line);
  }

  end(): void {
    if (this.#begun !== '') this.#say(this.#begun);
    this.#begun = '';
  }
}
