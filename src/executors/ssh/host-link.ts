import type { Client } from 'ssh2';
import { pause, startTimer } from '../../timing/timers.js';
import { TransportError } from '../executor.js';
import type { ChannelEnd, ChannelListener, ChannelRequest } from '../shell/channel.js';
import { connect } from './connect.js';
import { SessionLimit } from './session-limit.js';
import { SshChannel } from './ssh-channel.js';
import type { SshLimits, SshOptions } from './ssh-options.js';

/** sshd drops connections at random while many are being opened (MaxStartups); nothing is lost by trying again. */
const CONNECT_TRIES = 3;
const FIRST_PAUSE_MS = 250;

interface Job {
  readonly request: ChannelRequest;
  readonly listener: ChannelListener;
  /** Null while it waits for its turn. */
  channel: SshChannel | null;
}

/**
 * The one connection to a host: opened when there is work, kept while there is some, shared by up to `maxSessions`
 * channels at a time, the others waiting in order.
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

  /** Returns what gives it up, see `Channel`. */
  open(request: ChannelRequest, listener: ChannelListener): () => boolean {
    const job: Job = { request, listener, channel: null };
    if (this.#isClosed) {
      queueMicrotask(() => listener.onEnd(this.#unborn('the server is shutting down')));
    } else {
      if (request.goesFirst) this.#queue.unshift(job);
      else this.#queue.push(job);
      this.#pump();
    }
    return () => this.#giveUp(job);
  }

  close(): void {
    this.#isClosed = true;
    this.#sessions.stop();
    this.#endQueue(this.#unborn('the server is shutting down'));
    this.#client?.destroy();
  }

  #giveUp(job: Job): boolean {
    job.channel?.giveUp();
    this.#queue = this.#queue.filter((other) => other !== job);
    return job.channel === null;
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
    job.listener.onRequested();
    const onClosed = () => {
      if (this.#client !== client) return; // counted anew with the next connection
      this.#running--;
      this.#pump();
    };
    try {
      const onRefused = (error: Error) => this.#onRefused(client, job, error);
      job.channel = new SshChannel(client, job.request, job.listener, { onRefused, onClosed });
    } catch (error) {
      queueMicrotask(() => {
        job.listener.onEnd(this.#unborn('its connection is ending', error));
        onClosed();
      });
    }
  }

  #newLimit(): SessionLimit {
    return new SessionLimit(
      this.#options.maxSessions,
      () => this.#pump(),
      (maxSessions) =>
        this.#options.log.info({ host: this.#host, maxSessions }, 'host takes fewer ssh sessions than configured'),
    );
  }

  #onRefused(client: Client, job: Job, error: Error): void {
    const others = this.#running - 1;
    if (this.#client !== client || others === 0) {
      job.listener.onEnd(this.#unborn(`it opens no channel: ${error.message}`, error));
      return;
    }
    this.#sessions.refused(others);
    job.channel = null;
    this.#queue.unshift(job);
    job.listener.onPutBack();
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
    this.#endQueue({ kind: 'unborn', error: error as Error });
  }

  #waitForWork(client: Client): void {
    this.#idleTimer = startTimer(() => {
      this.#client = null;
      client.end();
    }, this.#limits.idleMs).unref();
  }

  #endQueue(end: ChannelEnd): void {
    const queue = this.#queue;
    this.#queue = [];
    for (const { listener } of queue) listener.onEnd(end);
  }

  #unborn(why: string, cause?: unknown): ChannelEnd {
    return { kind: 'unborn', error: new TransportError(this.#host, `${this.#host}: ${why}`, false, { cause }) };
  }
}

function isDropped(error: unknown): boolean {
  const { cause } = error as { cause?: unknown };
  const text = cause instanceof Error ? cause.message : '';
  return /ECONNRESET|lost before handshake|closed before it was ready/i.test(text);
}
