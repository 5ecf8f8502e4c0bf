import { DomainError } from '../../domain/errors.js';
import { TransportError } from '../executor.js';
import type { KubernetesLimits, KubernetesOptions } from './kubernetes-options.js';
import { GLUSTER_LABEL, type Pod } from './pod.js';
import { type Departure, PodCache } from './pod-cache.js';
import { type Choice, choosePod } from './pod-choice.js';

/** What an object may be called in Kubernetes. */
const OBJECT_NAME = /^[a-z0-9][a-z0-9.-]*$/;

/** Which pod stands for which host. */
export class GlusterPods {
  readonly #options: KubernetesOptions;
  readonly #limits: KubernetesLimits;
  /** By what they are asked for: one for all labelled pods, or one for each name of a pod. */
  readonly #caches = new Map<string, PodCache>();
  /** Hosts that have had a pod, and since when they have none; null: they have one. */
  readonly #missingSince = new Map<string, number | null>();
  #isClosed = false;

  constructor(options: KubernetesOptions, limits: KubernetesLimits) {
    this.#options = options;
    this.#limits = limits;
  }

  /** As far as it is known now. */
  find(host: string): Choice {
    const { namedBy, namespace } = this.#options;
    const choice = choosePod(namedBy, host, this.#cacheOf(host)?.pods ?? [], namespace);
    if (choice.pod) this.#missingSince.set(host, null);
    return choice;
  }

  /** As the API server knows it now. Throws KubernetesError. */
  async look(host: string): Promise<Choice> {
    await this.#cacheOf(host)?.refresh();
    return this.find(host);
  }

  /**
   * The pod, also when it comes up a little later. Rejects with the reason why there is none; not before the API server
   * has been asked once more.
   */
  async await(host: string): Promise<Pod> {
    const cache = this.#cacheOf(host);
    await this.#listed(cache);
    for (let choice = this.find(host), hasLooked = false; ; choice = this.find(host)) {
      if (choice.pod) return choice.pod;
      this.#refuseClosed();
      const leftMs = this.#leftMs(host, choice.hope);
      if (!hasLooked) await cache?.refresh();
      else if (leftMs > 0) await cache?.changed(leftMs);
      else throw new Error(choice.why);
      hasLooked = true;
    }
  }

  /** Throws DomainError `invalid` when no pod is meant by that name, and TransportError when it can't be known. */
  async checkName(host: string): Promise<void> {
    const choice = await this.look(host).catch((cause: Error) => {
      throw new TransportError(host, `${host}: ${cause.message}`, false, { cause });
    });
    if (choice.pod || choice.hope !== 'perhaps') return;
    this.#forget(host);
    throw new DomainError('invalid', choice.why);
  }

  /** The last pod of the host's node that went while its programs may have run on. */
  departureFrom({ nodeName }: Pod): Departure | null {
    const departures = [...this.#caches.values()].flatMap((cache) => cache.departures);
    return departures.findLast(({ pod }) => pod.nodeName === nodeName) ?? null;
  }

  close(): void {
    this.#isClosed = true;
    for (const cache of this.#caches.values()) cache.close();
  }

  async #listed(cache: PodCache | null): Promise<void> {
    while (cache && !cache.isListed) {
      if (cache.failure) throw cache.failure;
      this.#refuseClosed();
      await cache.changed(this.#limits.podMs);
    }
  }

  /** Nobody follows pods any more, so that none would ever come. */
  #refuseClosed(): void {
    if (this.#isClosed) throw new Error('the server is shutting down');
  }

  /** How long a pod is waited for. */
  #leftMs(host: string, hope: 'likely' | 'perhaps' | 'none'): number {
    const since = this.#missingSince.get(host);
    if (hope === 'none' || (hope === 'perhaps' && since === undefined)) return 0;
    const now = performance.now();
    if (typeof since !== 'number') this.#missingSince.set(host, now);
    return (since ?? now) + this.#limits.podMs - now;
  }

  /** Nobody follows a pod that is none. */
  #forget(host: string): void {
    if (this.#options.namedBy !== 'pod') return;
    this.#caches.get(host)?.close();
    this.#caches.delete(host);
  }

  #cacheOf(host: string): PodCache | null {
    const { api, namespace, namedBy, log } = this.#options;
    if (namedBy === 'pod' && !OBJECT_NAME.test(host)) return null;
    const key = namedBy === 'pod' ? host : '';
    const known = this.#caches.get(key);
    if (known || this.#isClosed) return known ?? null;
    const selector = namedBy === 'pod' ? { fieldSelector: `metadata.name=${host}` } : { labelSelector: GLUSTER_LABEL };
    const cache = new PodCache({ api, namespace, selector, log, limits: this.#limits });
    this.#caches.set(key, cache);
    return cache;
  }
}
