import type { Client } from 'ssh2';
import { pause, startTimer } from '../../timing/timers.js';
import { TransportError } from '../executor.js';
import { connect } from './connect.js';
import { ChannelRefusedError, type ScriptEnd, ScriptRun, type ScriptToRun } from './script-run.js';
import { SessionLimit } from './session-limit.js';
import type { SshLimits, SshOptions } from './ssh-options.js';

/** sshd drops connections at random while many are being opened (MaxStartups); nothing is lost by trying again. */
const CONNECT_TRIES = 3;
const FIRST_PAUSE_MS = 250;

interface Job {
  readonly script: ScriptToRun;
  /** Called when the script is about to go over. */
  readonly onStart: (run: ScriptRun) => void;
  readonly resolve: (end: ScriptEnd) => void;
  readonly reject: (error: unknown) => void;
  /** Called when it waits no more. */
  onLeft: () => void;
}

/**
 * The one connection to a host: opened when there is work, kept while there is some, shared by up to `maxSessions`
 * scripts at a time, the others waiting in order.
 */
export class HostLink {
  readonly #host: string;
  readonly #options: SshOptions;
  readonly #limits: SshLimits;
  #queue: Job[] = [];
  #running = 0;
  #sessions: SessionLimit;
  #client: Client | null = null;
  #isConnecting = false;
  #failures = 0;
  #nextTryAt = 0;
  #idleTimer: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(host: string, options: SshOptions, limits: SshLimits) {
    this.#host = host;
    this.#options = options;
    this.#limits = limits;
    this.#sessions = this.#newLimit();
  }

  run(script: ScriptToRun, onStart: (run: ScriptRun) => void): Promise<ScriptEnd> {
    const { signal } = script;
    if (signal?.aborted) return Promise.reject(this.#unsent('the commands were given up before they began'));
    if (this.#isClosed) return Promise.reject(this.#unsent('the server is shutting down'));
    return new Promise((resolve, reject) => {
      const job: Job = { script, onStart, resolve, reject, onLeft: () => undefined };
      signal?.addEventListener('abort', () => this.#refuse(job, 'the commands were given up before they began'), {
        once: true,
      });
      // Whatever keeps the host from being tried or its sessions from ending: nobody waits for ever.
      const seconds = this.#limits.queueMs / 1000;
      const late = startTimer(
        () => this.#refuse(job, `its commands did not begin within ${seconds} s`),
        this.#limits.queueMs,
      ).unref();
      job.onLeft = () => clearTimeout(late);
      if (script.goesFirst) this.#queue.unshift(job);
      else this.#queue.push(job);
      this.#pump();
    });
  }

  /** What waits is refused; what runs is left to its host, its outcome unknown. */
  close(): void {
    this.#isClosed = true;
    this.#sessions.stop();
    this.#rejectQueue(this.#unsent('the server is shutting down'));
    this.#client?.destroy();
  }

  #refuse(job: Job, why: string): void {
    if (!this.#queue.includes(job)) return;
    this.#queue = this.#queue.filter((other) => other !== job);
    job.onLeft();
    job.reject(this.#unsent(why));
  }

  #pump(): void {
    if (this.#idleTimer) clearTimeout(this.#idleTimer);
    this.#idleTimer = null;
    if (this.#queue.length > 0 && !this.#client) this.#connectSoon();
    while (this.#client && this.#running < this.#sessions.value) {
      const job = this.#queue.shift();
      if (!job) break;
      this.#start(this.#client, job);
    }
    if (this.#client && this.#running === 0 && this.#queue.length === 0) this.#waitForWork(this.#client);
  }

  #start(client: Client, job: Job): void {
    this.#running++;
    const run = new ScriptRun(client, job.script);
    void run.end.catch(() => undefined).then(() => !this.#queue.includes(job) && job.onLeft());
    job.onStart(run);
    run.end.then(job.resolve, (error: unknown) => {
      if (error instanceof ChannelRefusedError) this.#onRefused(client, job, error);
      else job.reject(error);
    });
    void run.closed.then(() => {
      if (this.#client !== client) return; // counted anew with the next connection
      this.#running--;
      this.#pump();
    });
  }

  #newLimit(): SessionLimit {
    return new SessionLimit(
      this.#options.maxSessions,
      () => this.#pump(),
      (maxSessions) =>
        this.#options.log.info({ host: this.#host, maxSessions }, 'host takes fewer ssh sessions than configured'),
    );
  }

  #onRefused(client: Client, job: Job, error: ChannelRefusedError): void {
    const others = this.#running - 1;
    if (this.#client !== client || others === 0) {
      job.reject(this.#unsent(`it opens no channel: ${error.message}`, error));
      return;
    }
    this.#sessions.refused(others);
    this.#queue.unshift(job);
  }

  #connectSoon(): void {
    if (this.#isConnecting) return;
    this.#isConnecting = true;
    const pauseMs = Math.max(0, this.#nextTryAt - performance.now());
    void new Promise<void>((done) => (pauseMs > 0 ? startTimer(done, pauseMs) : done()))
      .then(() => this.#connectWithTries())
      .then(
        (client) => this.#onConnected(client),
        (error: unknown) => this.#onUnreachable(error),
      );
  }

  async #connectWithTries(): Promise<Client> {
    for (let triesLeft = CONNECT_TRIES - 1; ; triesLeft--) {
      try {
        return await connect(this.#host, this.#options, this.#limits);
      } catch (error) {
        if (triesLeft === 0 || !isDropped(error)) throw error;
        await pause(FIRST_PAUSE_MS);
      }
    }
  }

  #onConnected(client: Client): void {
    this.#isConnecting = false;
    if (this.#isClosed) return void client.destroy();
    this.#failures = 0;
    this.#client = client;
    this.#running = 0;
    this.#sessions.stop();
    this.#sessions = this.#newLimit();
    this.#options.log.debug({ host: this.#host }, 'ssh connection opened');
    client.once('close', () => {
      if (this.#client !== client) return;
      this.#options.log.debug({ host: this.#host }, 'ssh connection closed');
      this.#client = null;
      this.#pump();
    });
    this.#pump();
  }

  #onUnreachable(error: unknown): void {
    this.#isConnecting = false;
    const pauseMs = Math.min(this.#limits.maxPauseMs, FIRST_PAUSE_MS * 2 ** this.#failures++);
    this.#nextTryAt = performance.now() + pauseMs;
    this.#rejectQueue(error);
  }

  #waitForWork(client: Client): void {
    this.#idleTimer = startTimer(() => {
      this.#client = null;
      client.end();
    }, this.#limits.idleMs).unref();
  }

  #rejectQueue(error: unknown): void {
    const queue = this.#queue;
    this.#queue = [];
    for (const job of queue) {
      job.onLeft();
      job.reject(error);
    }
  }

  #unsent(why: string, cause?: unknown): TransportError {
    return new TransportError(this.#host, `${this.#host}: ${why}`, false, { cause });
  }
}

function isDropped(error: unknown): boolean {
  const { cause } = error as { cause?: unknown };
  const text = cause instanceof Error ? cause.message : '';
  return /ECONNRESET|lost before handshake|closed before it was ready/i.test(text);
}
