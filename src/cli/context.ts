import { type Done, HeketiClient, type Wait } from '../client/client.js';
import { parseServer, withoutSlashes } from '../client/server-address.js';
import { loadTokenSigner } from '../client/token.js';
import { openTransport, type Transport } from '../client/transport.js';
import type { JsonValue } from '../json/json-value.js';
import { stringifyJson } from '../json/stringify-json.js';
import type { FlagSet } from './flags.js';
import { type CliIo, type Sink, withoutControls } from './io.js';
import { Progress } from './progress.js';

const CLEAR_SCREEN = '\u001b[H\u001b[2J';
/** Characters: a write for each of many small pieces would take longer than to make them. */
const PRINTED_AT_ONCE = 64 * 1024;
const DEFAULT_SERVER = 'http://localhost:8080';

/** What a command works with: the server, and the user's terminal. */
export class CliContext {
  readonly io: CliIo;
  readonly progress: Progress;
  #transport: Transport | null = null;
  #wait: Wait | null = null;
  readonly #done: Done[] = [];

  constructor(io: CliIo) {
    this.io = io;
    this.progress = new Progress(io);
  }

  /** Prints on stdout: exactly as given, but for what would steer a terminal. */
  print(text: string): void {
    if (text === '') return;
    this.#write(this.io.stdout, text);
  }

  /** Prints on stdout what comes piece by piece, no faster than it is taken. */
  async printPieces(pieces: AsyncIterable<string>): Promise<void> {
    let text = '';
    for await (const piece of pieces) {
      text += piece;
      if (text.length < PRINTED_AT_ONCE) continue;
      this.print(text);
      text = '';
      await this.io.flush();
    }
    this.print(text);
  }

  /** Prints on stderr, like `print`. */
  warn(text: string): void {
    this.#write(this.io.stderr, text);
  }

  /** For a terminal only. */
  clearScreen(): void {
    this.progress.beforePrinting(CLEAR_SCREEN);
    this.io.stdout.write(CLEAR_SCREEN);
  }

  #write(sink: Sink, text: string): void {
    const shown = sink.isTty ? withoutControls(text) : text;
    this.progress.beforePrinting(shown);
    sink.write(shown);
  }

  /** What a command found or made: as JSON if the user asked for it, otherwise as `format` has it. */
  printResult(flags: FlagSet, json: JsonValue, format: (json: JsonValue) => string): void {
    if (flags.bool('json')) this.printJson(json);
    else this.print(format(json));
  }

  /** `--json` output: compact, without a final newline. */
  printJson(json: JsonValue): void {
    this.print(stringifyJson(json));
  }

  /** The server named by flags, then environment, then default. */
  async connect(flags: FlagSet): Promise<HeketiClient> {
    const { env, sleep, now, random } = this.io;
    const setting = (name: string, variable: string): string => flags.string(name) || env[variable] || '';
    const server = setting('server', 'HEKETI_CLI_SERVER') || DEFAULT_SERVER;
    const base = parseServer(server, '--server');
    this.#transport = await openTransport(base, {
      isInsecure: flags.bool('insecure-tls'),
      certFiles: flags.strings('tls-cert'),
      env,
    });
    return new HeketiClient({
      transport: this.#transport,
      signToken: await loadTokenSigner(),
      basePath: withoutSlashes(base.pathname),
      user: setting('user', 'HEKETI_CLI_USER'),
      key: setting('secret', 'HEKETI_CLI_KEY'),
      sleep,
      now,
      random,
      onDone: (done) => this.#done.push(done),
      onWait: (wait) => {
        this.#wait = wait;
        this.progress.wait(wait && (wait.notice ? `${wait.what}: ${wait.notice}` : wait.what));
      },
    });
  }

  /** What the client is waiting for at the moment. */
  get currentWait(): Wait | null {
    return this.#wait;
  }

  /** The changes that the server has made for this command. */
  get doneSoFar(): readonly Done[] {
    return this.#done;
  }

  /** Whether the command got as far as talking to the server: its flags and arguments are right then. */
  get hasConnected(): boolean {
    return this.#transport !== null;
  }

  close(): void {
    this.progress.wait(null);
    this.#transport?.close();
  }
}

/** Runs `fetch` on all items, `limit` at a time, and yields the results in the items' order. */
export async function* fetchInOrder<T, R>(
  items: readonly T[],
  fetch: (item: T) => Promise<R>,
  limit = 8,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  let next = 0;
  const start = (): void => {
    const item = items[next];
    if (next >= items.length || item === undefined) return;
    next += 1;
    const promise = fetch(item);
    promise.catch(() => {}); // reported when its turn comes, or not at all after an earlier failure
    running.push(promise);
  };
  while (running.length < limit && next < items.length) start();
  for (let promise = running.shift(); promise !== undefined; promise = running.shift()) {
    const result = await promise;
    start();
    yield result;
  }
}
