import { startTimer } from '../../timing/timers.js';
import { TransportError } from '../executor.js';
import type { Channel, ChannelEnd, ChannelProvider } from './channel.js';
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
  /** Until its turn comes on the host. */
  readonly queueMs: number;
  /** From the request to the script's first word. */
  readonly beginMs: number;
  /** For the n-th command's answer. */
  readonly answerMs: (command: number) => number;
  readonly outputBytes: number;
  /** Told whether something of an earlier process may run in the place where the script has begun. */
  readonly onBegin: (hasOlder: boolean, place: string | null) => void;
  readonly onAnswer?: (command: number, answer: Answer) => void;
  /** Begins before the scripts that wait already. */
  readonly goesFirst?: boolean;
  readonly signal?: AbortSignal | undefined;
}

const STDERR_SHOWN_BYTES = 500;
const CLOSING_MS = 5_000;
const GIVEN_UP = 'the commands were given up before they began';

/**
 * Runs one script on a channel of its own. `end` rejects with a TransportError when its last word does not come, or with
 * ShellRefusedError.
 */
export class ScriptRun {
  readonly end: Promise<ScriptEnd>;
  /** The script is known to have begun. */
  hasBegun = false;
  /** The script is known never to begin. */
  isUnborn = false;

  readonly #script: ScriptToRun;
  readonly #stdout: MarkSplitter;
  readonly #stderr: MarkSplitter;
  #outputs: { readonly exitCode: number; readonly stdout: Buffer | null }[] = [];
  #errors: (Buffer | null)[] = [];
  #answered = 0;
  #lastEvent: string | null = null;
  #channel: Channel | null = null;
  #isWaiting = true;
  #isSettled = false;
  #hasEnded = false;
  #closing: NodeJS.Timeout | null = null;
  #turn: NodeJS.Timeout | null = null;
  #isTurnOver = false;
  #timer: NodeJS.Timeout | null = null;
  #onSettled: () => void = () => undefined;
  #resolve: (end: ScriptEnd) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;

  constructor(channels: ChannelProvider, script: ScriptToRun) {
    this.#script = script;
    this.#stdout = new MarkSplitter(script.mark, script.outputBytes);
    this.#stderr = new MarkSplitter(script.mark, script.outputBytes);
    this.end = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    if (script.signal?.aborted) this.#failUnsent(GIVEN_UP);
    else this.#start(channels);
  }

  /** What the script runs in, as far as that is known. */
  get place(): string | null {
    return this.#channel?.place ?? null;
  }

  #start(channels: ChannelProvider): void {
    const { host, text, queueMs, beginMs, goesFirst = false, signal } = this.#script;
    const onAbort = () => this.#giveUp('the wait for it was given up', GIVEN_UP);
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#onSettled = () => signal?.removeEventListener('abort', onAbort);
    // Whatever keeps the host from being tried or its channels from ending: nobody waits for ever.
    this.#turn = startTimer(() => {
      this.#isTurnOver = true;
      if (this.#isWaiting) this.#giveUpTurn();
    }, queueMs).unref();
    this.#channel = channels.open(
      host,
      { ...text, goesFirst },
      {
        onRequested: () => {
          this.#isWaiting = false;
          this.#setTimer(beginMs, `nothing began within ${beginMs / 1000} s`);
        },
        onPutBack: () => {
          this.#isWaiting = true;
          this.#clearTimer();
          if (this.#isTurnOver) this.#giveUpTurn();
        },
        onStdout: (chunk) => {
          for (const { before, event } of this.#stdout.push(chunk)) this.#onEvent(before, event);
        },
        onStderr: (chunk) => {
          for (const { before } of this.#stderr.push(chunk)) this.#errors.push(before);
          this.#advance();
        },
        onEnd: (end) => this.#onEnd(end),
      },
    );
  }

  #onEvent(before: Buffer | null, event: string): void {
    if (event.startsWith('begin ')) {
      this.hasBegun = true;
      this.#script.onBegin(event === 'begin 1', this.place);
      this.#setAnswerTimer();
    } else if (event.startsWith('end ')) {
      this.#outputs.push({ exitCode: Number(event.slice('end '.length)), stdout: before });
      this.#setAnswerTimer();
      this.#advance();
    } else {
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

  #onEnd(end: ChannelEnd): void {
    this.#hasEnded = true;
    if (this.#closing) clearTimeout(this.#closing);
    if (this.#isSettled) return;
    if (end.kind === 'unknown') this.#fail(end.reason);
    else if (this.hasBegun) this.#fail('its script ended without an answer');
    else {
      this.isUnborn = true;
      this.#settle(() => this.#reject(end.kind === 'unborn' ? end.error : this.#refusal(end.exitCode)));
    }
  }

  /** The script says so before it runs anything, and its words arrive before its exit code. */
  #refusal(exitCode: number): ShellRefusedError {
    const shown = (stream: MarkSplitter) => stream.remainder(STDERR_SHOWN_BYTES).trim();
    return new ShellRefusedError(exitCode, shown(this.#stderr) || shown(this.#stdout));
  }

  #setAnswerTimer(): void {
    const ms = this.#script.answerMs(this.#outputs.length);
    this.#setTimer(ms, `no answer came within ${ms / 1000} s`);
  }

  #setTimer(ms: number, why: string): void {
    if (this.#isSettled) return;
    this.#clearTimer();
    this.#timer = startTimer(() => this.#giveUp(why, why), ms);
  }

  #clearTimer(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #giveUpTurn(): void {
    const why = `its commands did not begin within ${this.#script.queueMs / 1000} s`;
    this.#giveUp(why, why);
  }

  /** Why, where it may run, and where it was not sent. */
  #giveUp(unknown: string, unsent: string): void {
    if (this.#isSettled) return;
    if (this.#channel?.giveUp()) this.#failUnsent(unsent);
    else this.#fail(unknown);
  }

  #failUnsent(why: string): void {
    const { host } = this.#script;
    this.isUnborn = true;
    this.#settle(() => this.#reject(new TransportError(host, `${host}: ${why}`, false)));
  }

  #fail(why: string): void {
    const { host } = this.#script;
    this.#settle(() =>
      this.#reject(
        new TransportError(host, `it is unknown what became of the commands on ${host}: ${why}`, !this.isUnborn),
      ),
    );
  }

  #settle(tell: () => void): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#clearTimer();
    if (this.#turn) clearTimeout(this.#turn);
    this.#onSettled();
    tell();
    // A program that went to the background may hold the channel open.
    if (this.#hasEnded || this.#isWaiting) return;
    this.#closing = startTimer(() => void this.#channel?.giveUp(), CLOSING_MS).unref();
  }
}
