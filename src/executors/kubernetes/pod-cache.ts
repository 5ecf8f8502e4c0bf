import type { KubernetesApi } from '../../kubernetes/kubernetes-api.js';
import { KubernetesError } from '../../kubernetes/kubernetes-error.js';
import { isObject, readStatus, text } from '../../kubernetes/status-object.js';
import { startTimer } from '../../timing/timers.js';
import type { KubernetesLimits, KubernetesLog } from './kubernetes-options.js';
import { type Pod, readPod, readPodList } from './pod.js';

/** A watch is ended by the server after this time; one that is silently dead is noticed a little later. */
const WATCH_SECONDS = 120;
const FIRST_PAUSE_MS = 250;
/** A watch that ended so soon without an event is likely to do so again. */
const SHORT_WATCH_MS = 1_000;

export interface PodCacheOptions {
  readonly api: KubernetesApi;
  readonly namespace: string;
  /** Which pods: `labelSelector` or `fieldSelector`. */
  readonly selector: Readonly<Record<string, string>>;
  readonly log: KubernetesLog;
  readonly limits: Pick<KubernetesLimits, 'maxPauseMs'>;
}

/** A pod that is gone from the books. */
export interface Departure {
  readonly pod: Pod;
  /** By the monotonic clock. */
  readonly atMs: number;
}

/**
 * Some pods of a namespace, as a list and a watch show them: changes are known as soon as the API server tells of them.
 * It follows them from its making on until it is closed.
 */
export class PodCache {
  readonly #options: PodCacheOptions;
  readonly #path: readonly string[];
  readonly #closed = new AbortController();
  #pods = new Map<string, Pod>();
  #departures: Departure[] = [];
  /** From which the watch goes on; null: a list is needed. */
  #version: string | null = null;
  #isListed = false;
  #failure: Error | null = null;
  #waiting: (() => void)[] = [];
  #watch: AbortController | null = null;
  #listing: Promise<void> | null = null;

  constructor(options: PodCacheOptions) {
    this.#options = options;
    this.#path = ['api', 'v1', 'namespaces', options.namespace, 'pods'];
    void this.#follow();
  }

  get pods(): readonly Pod[] {
    return [...this.#pods.values()];
  }

  /** They have been listed once; they may be of earlier than now when the API server can't be asked. */
  get isListed(): boolean {
    return this.#isListed;
  }

  /** Those that were gone while their programs may have run on, the last one last. */
  get departures(): readonly Departure[] {
    return this.#departures;
  }

  /** Why the pods are not followed at this moment; null: they are, or are about to be. */
  get failure(): Error | null {
    return this.#failure;
  }

  /** Lists the pods anew: whatever was so when it was called is known then. Throws KubernetesError. */
  async refresh(): Promise<void> {
    await this.#listing?.catch(() => undefined); // it may have been answered before
    await this.#listOnce();
  }

  /** Resolves at the next change, or after a while. */
  changed(limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = startTimer(() => done(), limitMs);
      const done = () => {
        clearTimeout(timer);
        this.#waiting = this.#waiting.filter((other) => other !== done);
        resolve();
      };
      this.#waiting.push(done);
    });
  }

  close(): void {
    this.#closed.abort();
    this.#watch?.abort();
    this.#tell();
  }

  async #follow(): Promise<void> {
    const { log, limits, namespace } = this.#options;
    for (let failures = 0; !this.#closed.signal.aborted; ) {
      const [begunAt, earlier] = [performance.now(), failures];
      try {
        if (this.#version === null) await this.#listOnce();
        if (this.#closed.signal.aborted) return;
        const isShort = await this.#watchOn(() => {
          if (failures > 1) log.info({ namespace }, 'gluster pods are followed again');
          failures = 0;
        });
        if (isShort) await this.changed(Math.min(limits.maxPauseMs, SHORT_WATCH_MS));
      } catch (error) {
        if (this.#closed.signal.aborted) return;
        this.#version = null;
        if (performance.now() - begunAt < SHORT_WATCH_MS) failures = earlier; // to be open for a moment proves nothing
        const isExpired = error instanceof KubernetesError && error.failure === 'expired';
        if (failures++ === 0 && isExpired) continue;
        this.#failure = error as Error;
        if (failures === 1) log.warn({ namespace, err: error }, 'gluster pods are not followed at this moment');
        this.#tell();
        await this.changed(Math.min(limits.maxPauseMs, FIRST_PAUSE_MS * 2 ** Math.min(failures, 16)));
      }
    }
  }

  #listOnce(): Promise<void> {
    this.#listing ??= this.#list().finally(() => {
      this.#listing = null;
    });
    return this.#listing;
  }

  async #list(): Promise<void> {
    const { api, selector } = this.#options;
    const { signal } = this.#closed;
    const answer = await api.request({ method: 'GET', path: this.#path, query: selector, signal });
    const { pods, version } = readPodList(answer);
    this.#watch?.abort(); // what it would still tell may be older
    const next = new Map(pods.map((pod) => [pod.uid, pod]));
    for (const pod of this.#pods.values()) if (!next.has(pod.uid)) this.#depart(pod);
    this.#pods = next;
    this.#version = version;
    this.#isListed = true;
    this.#failure = null;
    this.#tell();
  }

  /** True: the API server ended it at once. */
  async #watchOn(onOpen: () => void): Promise<boolean> {
    const { api, selector } = this.#options;
    const watch = new AbortController();
    const begunAt = performance.now();
    let hasTold = false;
    this.#watch = watch;
    const query = { ...selector, resourceVersion: this.#version ?? '', allowWatchBookmarks: 'true' };
    await api.watch(
      { path: this.#path, query },
      {
        limitSeconds: WATCH_SECONDS,
        signal: watch.signal,
        onOpen,
        onEvent: (event) => {
          hasTold = true;
          if (!watch.signal.aborted) this.#onEvent(event);
        },
      },
    );
    return !hasTold && !watch.signal.aborted && performance.now() - begunAt < SHORT_WATCH_MS;
  }

  #onEvent(event: unknown): void {
    const { type, object } = isObject(event) ? event : {};
    if (type === 'ERROR') throw watchError(object);
    const metadata = isObject(object) && isObject(object['metadata']) ? object['metadata'] : {};
    this.#version = text(metadata['resourceVersion']) ?? this.#version;
    const pod = readPod(object);
    if (type === 'BOOKMARK' || !pod) return;
    if (type === 'DELETED') {
      this.#pods.delete(pod.uid);
      this.#depart(pod);
    } else this.#pods.set(pod.uid, pod);
    this.#tell();
  }

  /** Only of a container that is known to have ended is it known that nothing runs on in it. */
  #depart(pod: Pod): void {
    if (pod.container.state === 'terminated' || pod.container.id === null) return;
    this.#departures = [
      ...this.#departures.filter(({ pod: { nodeName } }) => nodeName !== pod.nodeName),
      { pod, atMs: performance.now() },
    ];
  }

  #tell(): void {
    for (const done of this.#waiting) done();
  }
}

/** The version from which was watched may be gone (410): a list tells the rest. */
function watchError(object: unknown): Error {
  const status = readStatus(object);
  const message = `the API server ended the watch: ${status?.message ?? 'it said no reason'}`;
  const failure = status?.code === 410 ? 'expired' : 'failing';
  return new KubernetesError(failure, message, { status: status?.code ?? null, reason: status?.reason ?? null });
}
