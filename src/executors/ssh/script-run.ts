import type { Client, ClientChannel } from 'ssh2';
import { startTimer } from '../../timing/timers.js';
import { TransportError } from '../executor.js';
import type { ExecText } from './exec-text.js';
import { MarkSplitter } from './mark-splitter.js';

/** One command's answer; null where there was more output than the limit. */
export interface Answer {
  readonly exitCode: number;
  readonly stdout: Buffer | null;
  readonly stderr: Buffer | null;
}

/** The script's own last word: `done`, or why it stopped. */
export interface ScriptEnd {
  readonly answers: readonly Answer[];
  /** `done`, `fenced`, `refused WHY`, `sudo WHAT IT SAID`, `running NAME`, `over` or `stuck` (a command that went over its time). */
  readonly event: string;
}

/** The host would not open one more channel. Nothing was run. */
export class ChannelRefusedError extends Error {}

/** The user's login shell ended without running anything, as `nologin` does. */
export class ShellRefusedError extends Error {
  readonly exitCode: number;
  readonly said: string;

  constructor(exitCode: number, said: string) {
    super(`the login shell ended with exit code ${exitCode}`);
    this.exitCode = exitCode;
    this.said = said;
  }
}

export interface ScriptToRun {
  readonly host: string;
  readonly text: ExecText;
  readonly mark: string;
  /** From the request to the script's first word. */
  readonly beginMs: number;
  /** For the n-th command's answer. */
  readonly answerMs: (command: number) => number;
  readonly outputBytes: number;
  /** Told whether something of an earlier process may run on the host. */
  readonly onBegin: (hasOlder: boolean) => void;
  readonly onAnswer?: (command: number, answer: Answer) => void;
  /** Begins before the scripts that wait already. */
  readonly goesFirst?: boolean;
  readonly signal?: AbortSignal | undefined;
}

const STDERR_SHOWN_BYTES = 500;

/**
 * Runs one script on a channel of its own. `end` rejects with a TransportError when its last word does not come, with
 * ShellRefusedError or with ChannelRefusedError; `closed` resolves when the channel no longer counts on the host.
 */
export class ScriptRun {
  readonly end: Promise<ScriptEnd>;
  readonly closed: Promise<void>;
  /** The script is known to have begun. */
  hasBegun = false;
  /** The script is known never to begin. */
  isUnborn = false;

  readonly #client: Client;
  readonly #script: ScriptToRun;
  readonly #stdout: MarkSplitter;
  readonly #stderr: MarkSplitter;
  #outputs: { readonly exitCode: number; readonly stdout: Buffer | null }[] = [];
  #errors: (Buffer | null)[] = [];
  #answered = 0;
  #lastEvent: string | null = null;
  #channel: ClientChannel | null = null;
  #exitCode: number | null = null;
  #timer: NodeJS.Timeout | null = null;
  #resolve: (end: ScriptEnd) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;
  #close: () => void = () => undefined;

  constructor(client: Client, script: ScriptToRun) {
    this.#client = client;
    this.#script = script;
    this.#stdout = new MarkSplitter(script.mark, script.outputBytes);
    this.#stderr = new MarkSplitter(script.mark, script.outputBytes);
    this.end = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.closed = new Promise((resolve) => {
      this.#close = resolve;
    });
    this.#start();
  }

  #start(): void {
    const { host, text, beginMs, signal } = this.#script;
    const onConnectionClosed = () => {
      this.#fail('the connection was lost');
      this.#close();
    };
    const onAbort = () => this.#giveUp('the wait for it was given up');
    this.#client.once('close', onConnectionClosed);
    signal?.addEventListener('abort', onAbort, { once: true });
    void this.closed.then(() => {
      this.#client.off('close', onConnectionClosed);
      signal?.removeEventListener('abort', onAbort);
    });
    this.#setTimer(beginMs, `nothing began within ${beginMs / 1000} s`);
    this.#client.exec(text.command, (error, channel) => {
      if (error) {
        // ssh2 says the same when the request is refused and when the connection is lost before it is answered.
        if (error.message === 'Unable to exec') this.#fail('its request was not answered');
        this.isUnborn ||= !this.#isSettled;
        this.#settle(() => this.#reject(new ChannelRefusedError(`${host}: ${error.message}`, { cause: error })));
        this.#close();
        return;
      }
      this.#listen(channel);
      channel.end(text.stdin ?? undefined);
    });
  }

  #listen(channel: ClientChannel): void {
    this.#channel = channel;
    channel.on('data', (chunk: Buffer) => {
      for (const { before, event } of this.#stdout.push(chunk)) this.#onEvent(before, event);
    });
    channel.stderr.on('data', (chunk: Buffer) => {
      for (const { before } of this.#stderr.push(chunk)) this.#errors.push(before);
      this.#advance();
    });
    channel.on('error', () => undefined); // `close` follows
    channel.on('exit', (code: number | null) => {
      this.#exitCode = code;
    });
    channel.once('close', () => {
      this.#onClosed();
      this.#close();
    });
    if (this.#isSettled) channel.close();
  }

  #onEvent(before: Buffer | null, event: string): void {
    if (event.startsWith('begin ')) {
      this.hasBegun = true;
      this.#script.onBegin(event === 'begin 1');
      this.#setAnswerTimer();
    } else if (event.startsWith('end ')) {
      this.#outputs.push({ exitCode: Number(event.slice('end '.length)), stdout: before });
      this.#setAnswerTimer();
      this.#advance();
    } else if (event !== 'timeout') {
      if (/^(?:fenced$|refused |sudo )/.test(event)) this.isUnborn = true;
      this.#lastEvent = event;
      this.#advance();
    }
  }

  /** stdout and stderr arrive independently: a command is answered when both have told its end. */
  #advance(): void {
    const answers: Answer[] = [];
    this.#outputs.forEach(({ exitCode, stdout }, i) => {
      const stderr = this.#errors[i + 1]; // the first one is what the login shell said before the script
      if (stderr === undefined) return;
      answers.push({ exitCode, stdout, stderr });
    });
    for (const answer of answers.slice(this.#answered)) this.#script.onAnswer?.(this.#answered++, answer);
    const event = this.#lastEvent;
    if (event === null) return;
    const isComplete = event !== 'done' || this.#errors.length >= this.#outputs.length + 2;
    if (isComplete) this.#settle(() => this.#resolve({ answers, event }));
  }

  #onClosed(): void {
    if (this.#isSettled) return;
    if (this.hasBegun || this.#exitCode === null) {
      this.#fail('its script ended without an answer');
      return;
    }
    // The script says so before it runs anything, and its words arrive before its exit code.
    this.isUnborn = true;
    const shown = (stream: MarkSplitter) => stream.remainder(STDERR_SHOWN_BYTES).trim();
    const refusal = new ShellRefusedError(this.#exitCode, shown(this.#stderr) || shown(this.#stdout));
    this.#settle(() => this.#reject(refusal));
  }

  #setAnswerTimer(): void {
    const ms = this.#script.answerMs(this.#outputs.length);
    this.#setTimer(ms, `no answer came within ${ms / 1000} s`);
  }

  #setTimer(ms: number, why: string): void {
    if (this.#isSettled) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = startTimer(() => this.#giveUp(why), ms);
  }

  #giveUp(why: string): void {
    this.#fail(why);
    this.#channel?.close();
  }

  #fail(why: string): void {
    const { host } = this.#script;
    this.#settle(() =>
      this.#reject(
        new TransportError(host, `it is unknown what became of the commands on ${host}: ${why}`, !this.isUnborn),
      ),
    );
  }

  #isSettled = false;

  #settle(tell: () => void): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    if (this.#timer) clearTimeout(this.#timer);
    tell();
    // A program that went to the background may hold the channel open.
    const timer = startTimer(() => this.#channel?.close(), 5_000).unref();
    void this.closed.then(() => clearTimeout(timer));
  }
}
