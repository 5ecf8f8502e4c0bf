import { readFile, writeFile } from 'node:fs/promises';
import type { CliIo, Sink } from '../../../src/cli/io.js';
import { runCli } from '../../../src/cli/run.js';
import { type FakeServer, type Script, startFakeServer } from './fake-server.js';

export interface RunResult {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Milliseconds of every sleep asked for; none was slept. */
  readonly sleeps: readonly number[];
}

interface RunSettings {
  readonly env?: Readonly<Record<string, string>>;
  readonly random?: number;
  readonly isTty?: boolean;
  /** Sleeps never end. */
  readonly isPatient?: boolean;
  /** `interrupt` is what Ctrl-C does. */
  readonly onSleep?: (ms: number, interrupt: () => void) => void | Promise<void>;
  readonly onPrint?: (text: string) => void;
  /** Standard output can't be written: the first print on it meets this error. */
  readonly outputError?: Error;
}

class Capture implements Sink {
  text = '';
  readonly isTty: boolean;
  readonly columns = 100;
  readonly #onPrint: (text: string) => void;

  constructor(isTty: boolean, onPrint: (text: string) => void = () => {}) {
    this.isTty = isTty;
    this.#onPrint = onPrint;
  }

  write(text: string): void {
    this.text += text;
    this.#onPrint(text);
  }
}

/** Runs one command line inside this process; sleeps take no time. */
export async function runCommand(argv: readonly string[], settings: RunSettings = {}): Promise<RunResult> {
  const outputFailure = new AbortController();
  const { outputError } = settings;
  const stdout = new Capture(settings.isTty ?? false, (text) => {
    settings.onPrint?.(text);
    if (outputError) setImmediate(() => outputFailure.abort(outputError));
  });
  const stderr = new Capture(settings.isTty ?? false);
  const sleeps: number[] = [];
  const interruption = new AbortController();
  const io: CliIo = {
    stdout,
    stderr,
    env: settings.env ?? {},
    readFile: (path) => readFile(path),
    writeFile: (path, text) => writeFile(path, text),
    interruption: interruption.signal,
    outputFailure: outputFailure.signal,
    flush: () => new Promise((done) => setImmediate(() => setImmediate(done))),
    sleep: async (ms) => {
      sleeps.push(ms);
      await settings.onSleep?.(ms, () => interruption.abort());
      if (settings.isPatient === true) await new Promise(() => {});
    },
    now: () => 1_700_000_000_000,
    random: () => settings.random ?? 0,
  };
  const exit = await runCli(argv, io, '1.2.3');
  return { exit, stdout: stdout.text, stderr: stderr.text, sleeps };
}

/** Runs command lines against a scripted server, which is closed afterwards. */
export async function withServer<T>(
  script: Script,
  use: (server: FakeServer, run: (argv: readonly string[], settings?: RunSettings) => Promise<RunResult>) => Promise<T>,
): Promise<T> {
  const server = await startFakeServer(script);
  try {
    return await use(server, (argv, settings = {}) =>
      runCommand(argv, { ...settings, env: { HEKETI_CLI_SERVER: server.url, ...settings.env } }),
    );
  } finally {
    await server.close();
  }
}
