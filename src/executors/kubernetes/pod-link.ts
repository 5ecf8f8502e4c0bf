import type { Credentials } from '../../kubernetes/cluster.js';
import { pause, startTimer } from '../../timing/timers.js';
import { TransportError } from '../executor.js';
import type { ChannelEnd, ChannelListener, ChannelRequest } from '../shell/channel.js';
import { type ExecEnd, ExecSocket } from './exec-socket.js';
import { judgeEnd } from './exec-verdict.js';
import type { GlusterPods } from './gluster-pods.js';
import type { KubernetesLimits, KubernetesOptions } from './kubernetes-options.js';
import { type Place, placePrelude } from './place.js';
import { PlaceReader } from './place-reader.js';
import { isSameLife, type Pod } from './pod.js';
import type { StreamBudget } from './stream-budget.js';

const LONGEST_PAUSE_MS = 2_000;
/** A program that was killed, as all are that are left when a container ends. */
const KILLED = 137;

export interface Job {
  readonly request: ChannelRequest;
  readonly listener: ChannelListener;
  /** Where it runs, from its first word on. */
  readonly place: Place | null;
}

class LinkJob implements Job {
  readonly request: ChannelRequest;
  readonly listener: ChannelListener;
  tries = 1;
  areCredentialsRefused = false;
  isGivenUp = false;
  /** Null while it has not gone over. */
  socket: ExecSocket | null = null;
  reader = new PlaceReader();
  hasWritten = false;

  constructor(request: ChannelRequest, listener: ChannelListener) {
    this.request = request;
    this.listener = listener;
  }

  get place(): Place | null {
    return this.reader.place;
  }
}

export interface LinkSurroundings {
  readonly options: KubernetesOptions;
  readonly limits: KubernetesLimits;
  readonly pods: GlusterPods;
  readonly budget: StreamBudget;
  /** A stream of the budget is free. */
  readonly onFree: () => void;
}

/** Runs programs in the pod of a host, as many at a time as the container takes; the others wait in order. */
export class PodLink {
  readonly #host: string;
  readonly #around: LinkSurroundings;
  #queue: LinkJob[] = [];
  readonly #running = new Set<LinkJob>();
  /** It waits for a pod, or before a further try. */
  #isWaiting = false;
  #isClosed = false;

  constructor(host: string, around: LinkSurroundings) {
    this.#host = host;
    this.#around = around;
  }

  open(request: ChannelRequest, listener: ChannelListener): Job & { readonly giveUp: () => boolean } {
    const job = new LinkJob(request, listener);
    if (this.#isClosed) queueMicrotask(() => listener.onEnd(this.#unborn('the server is shutting down')));
    else this.#enqueue(job);
    return Object.assign(job, { giveUp: () => this.#giveUp(job) });
  }

  /** Where programs of this host run now. Throws TransportError when it can't be known. */
  locate(): Promise<{ readonly place: Place; readonly pod: Pod }> {
    const { handshakeMs } = this.#around.limits;
    return new Promise((resolve, reject) => {
      const fail = (why: string) => reject(new TransportError(this.#host, `${this.#host}: ${why}`, true));
      let timer: NodeJS.Timeout | null = null;
      const job = this.open(
        { argv: [], input: null, goesFirst: true },
        {
          onRequested: () => {
            timer = startTimer(() => {
              job.giveUp();
              fail('the pod did not say where it runs in time');
            }, 2 * handshakeMs);
          },
          onPutBack: () => clearTimeout(timer ?? undefined),
          onStdout: () => undefined,
          onStderr: () => undefined,
          onEnd: (end) => {
            clearTimeout(timer ?? undefined);
            const { pod } = this.#around.pods.find(this.#host);
            if (end.kind === 'unborn') reject(end.error);
            else if (end.kind === 'unknown') fail(end.reason);
            else if (!job.place || !pod) fail(`the pod did not say where it runs (exit code ${end.exitCode})`);
            else resolve({ place: job.place, pod });
          },
        },
      );
    });
  }

  /** Starts what may run now; answers whether there was something. */
  pump(): boolean {
    const { options, pods, budget } = this.#around;
    let hasStarted = false;
    while (this.#queue.length > 0 && !this.#isWaiting && this.#running.size < options.maxPerPod) {
      const { pod } = pods.find(this.#host);
      if (!pod) {
        this.#wait(pods.await(this.#host));
        break;
      }
      if (!budget.take()) break;
      const job = this.#queue.shift();
      if (job) void this.#start(job, pod);
      hasStarted = true;
    }
    return hasStarted;
  }

  close(): void {
    this.#isClosed = true;
    this.#endQueue(this.#unborn('the server is shutting down'));
    for (const { socket } of this.#running) socket?.giveUp();
  }

  #enqueue(job: LinkJob): void {
    if (job.request.goesFirst) this.#queue.unshift(job);
    else this.#queue.push(job);
    this.pump();
  }

  #giveUp(job: LinkJob): boolean {
    const { socket } = job;
    job.isGivenUp = true;
    this.#queue = this.#queue.filter((other) => other !== job);
    if (socket?.hasGone) {
      // Whoever gives it up says why, before the end of the socket can.
      queueMicrotask(() => socket.giveUp());
      return false;
    }
    socket?.giveUp();
    return true;
  }

  /** What waits is refused when that for which it waits does not come. */
  #wait(awaited: Promise<unknown>): void {
    this.#isWaiting = true;
    const proceed = () => {
      this.#isWaiting = false;
      this.pump();
    };
    awaited.then(proceed, (error: Error) => {
      this.#endQueue(this.#unborn(error.message, error));
      proceed();
    });
  }

  async #start(job: LinkJob, pod: Pod): Promise<void> {
    const { api } = this.#around.options;
    this.#running.add(job);
    try {
      const credentials = await api.cluster.credentials(job.areCredentialsRefused);
      if (job.isGivenUp || this.#isClosed) {
        this.#leave(job);
        if (!job.isGivenUp) job.listener.onEnd(this.#unborn('the server is shutting down'));
        return;
      }
      job.reader = new PlaceReader();
      job.listener.onRequested();
      job.socket = this.#openSocket(job, pod, credentials);
    } catch (error) {
      this.#finish(job, this.#unborn((error as Error).message, error));
    }
  }

  #openSocket(job: LinkJob, pod: Pod, credentials: Credentials): ExecSocket {
    const { options, limits } = this.#around;
    const { request, listener } = job;
    return new ExecSocket(
      {
        cluster: options.api.cluster,
        credentials,
        namespace: options.namespace,
        pod: pod.name,
        container: pod.container.name,
        argv: [...placePrelude(pod), ...request.argv],
        input: request.input,
      },
      {
        onStdout: (chunk) => {
          job.hasWritten = true;
          const rest = job.reader.push(chunk);
          if (rest.length > 0) listener.onStdout(rest);
        },
        onStderr: (chunk) => {
          job.hasWritten = true;
          listener.onStderr(chunk);
        },
        onEnd: (end) => this.#onEnd(job, pod, end),
      },
      limits,
    );
  }

  #onEnd(job: LinkJob, pod: Pod, end: ExecEnd): void {
    if (job.isGivenUp && end.kind === 'unsent') {
      this.#leave(job);
      return;
    }
    const account = this.#around.options.api.cluster.source;
    const verdict = judgeEnd(end, { pod, argv: job.request.argv, hasWritten: job.hasWritten, account });
    if (verdict.kind === 'exited') {
      if (verdict.exitCode === KILLED) this.#onKilled(job, pod, verdict);
      else this.#finish(job, verdict);
    } else if (verdict.kind === 'unknown') this.#finish(job, { kind: 'unknown', reason: verdict.why });
    else if (verdict.kind === 'not admitted' && !job.areCredentialsRefused) {
      job.areCredentialsRefused = true;
      this.#putBack(job, 0);
    } else if (verdict.kind === 'not started' && job.tries < verdict.mostTries) {
      this.#putBack(job, Math.min(LONGEST_PAUSE_MS, this.#around.limits.retryMs * 2 ** (job.tries++ - 1)));
    } else this.#finish(job, this.#unborn(verdict.why, 'cause' in verdict ? verdict.cause : undefined));
  }

  #onKilled(job: LinkJob, pod: Pod, exited: ChannelEnd): void {
    this.#leave(job);
    void this.#wasReplaced(job, pod).then((reason) =>
      job.listener.onEnd(reason === null ? exited : { kind: 'unknown', reason }),
    );
  }

  /**
   * Why a program that was killed may have gone with its container; null when the same container runs on, so that the
   * program alone was killed. The API server's books may lag behind, so that the container is asked as well.
   */
  async #wasReplaced({ place, request }: LinkJob, before: Pod): Promise<string | null> {
    const unknown = 'its script was killed, perhaps with the container in which it ran';
    if (!place || !before.hasOwnProcesses || request.argv.length === 0) return unknown;
    try {
      const { pod } = await this.#around.pods.look(this.#host);
      if (!pod || !isSameLife(before, pod)) return `the container in which it ran was replaced (pod ${before.name})`;
      const { place: now } = await this.locate();
      return now.lifeId === place.lifeId ? null : `the container in which it ran was replaced (pod ${before.name})`;
    } catch {
      return unknown;
    }
  }

  /** Nothing was started: it waits for a further try, in the pod that there is then. */
  #putBack(job: LinkJob, pauseMs: number): void {
    this.#leave(job);
    job.socket = null;
    this.#queue.unshift(job);
    job.listener.onPutBack();
    if (!this.#isWaiting) this.#wait(pause(pauseMs).then(() => this.#around.pods.look(this.#host)));
  }

  #finish(job: LinkJob, end: ChannelEnd): void {
    this.#leave(job);
    job.listener.onEnd(end);
  }

  #leave(job: LinkJob): void {
    if (!this.#running.delete(job)) return;
    this.#around.budget.giveBack();
    queueMicrotask(this.#around.onFree);
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
