import { pause } from '../../timing/timers.js';
import { TransportError } from '../executor.js';
import type { Channel, ChannelListener, ChannelProvider, ChannelRequest } from '../shell/channel.js';
import { GlusterPods } from './gluster-pods.js';
import { KUBERNETES_LIMITS, type KubernetesLimits, type KubernetesOptions } from './kubernetes-options.js';
import { type Place, placeName, registryFolder } from './place.js';
import type { Pod } from './pod.js';
import { PodLink } from './pod-link.js';
import { StreamBudget } from './stream-budget.js';

/** Opens channels in the pods that run gluster on the hosts, by exec over WebSockets. */
export class KubernetesChannels implements ChannelProvider {
  readonly #options: KubernetesOptions;
  readonly #limits: KubernetesLimits;
  readonly #pods: GlusterPods;
  readonly #budget: StreamBudget;
  readonly #links = new Map<string, PodLink>();
  /** The place of each host beside which nothing runs in an earlier one. */
  readonly #certain = new Map<string, Place>();
  #isClosed = false;

  constructor(options: KubernetesOptions) {
    this.#options = options;
    this.#limits = { ...KUBERNETES_LIMITS, ...options.limits };
    this.#pods = new GlusterPods(options, this.#limits);
    this.#budget = new StreamBudget(options.maxConnections);
  }

  open(host: string, request: ChannelRequest, listener: ChannelListener): Channel {
    const job = this.#link(host).open(request, listener);
    return {
      get place() {
        return job.place && placeName(job.place);
      },
      giveUp: job.giveUp,
    };
  }

  /**
   * Where scripts of several pods see each other's locks, in a folder of the node, one place follows another only when
   * the node is started anew, and then nothing is left. Elsewhere the programs of an earlier pod, which its books may
   * have lost while they ran, are given time to end: the kubelet began to end them before it started this pod.
   */
  async placeOf(host: string): Promise<string> {
    const endsAt = performance.now() + 2 * this.#limits.podMs;
    for (;;) {
      const { place, pod } = await this.#link(host).locate();
      const name = placeName(place);
      if (name === null) throw new TransportError(host, `${host}: ${noFolder(pod)}`, true);
      const waitMs = this.#overlapMs(host, place, pod);
      if (waitMs <= 0) {
        this.#certain.set(host, place);
        return name;
      }
      if (performance.now() + waitMs > endsAt) {
        throw new TransportError(
          host,
          `${host}: programs of an earlier pod may still run beside the pod ${pod.name}; they are given ${Math.ceil(waitMs / 1000)} s more to end. ` +
            'With the folder /var/lib/heketi of the node mounted in it, it could be seen whether they have',
          true,
        );
      }
      await pause(waitMs);
    }
  }

  async checkName(host: string): Promise<void> {
    await this.#pods.checkName(host);
  }

  close(): void {
    this.#isClosed = true;
    for (const link of this.#links.values()) link.close();
    this.#pods.close();
  }

  /** How long programs of earlier places of the host may still run. */
  #overlapMs(host: string, place: Place, pod: Pod): number {
    const certain = this.#certain.get(host);
    if (certain && placeName(certain) === placeName(place)) return 0;
    const isSameBoot = certain?.bootId === place.bootId;
    if (place.isOfNode && !isSameBoot) return 0;
    const departure = this.#pods.departureFrom(pod);
    const { leastGraceMs, overlapMs } = this.#limits;
    const graceSeconds = Math.max(pod.graceSeconds, departure?.pod.graceSeconds ?? 0);
    const sinceMs = departure ? performance.now() - departure.atMs : Number.POSITIVE_INFINITY;
    return Math.max(leastGraceMs, graceSeconds * 1000) + overlapMs - Math.min(place.ageSeconds * 1000, sinceMs);
  }

  #link(host: string): PodLink {
    const known = this.#links.get(host);
    if (known) return known;
    const link = new PodLink(host, {
      options: this.#options,
      limits: this.#limits,
      pods: this.#pods,
      budget: this.#budget,
      onFree: () => this.#pumpAll(),
    });
    if (this.#isClosed) link.close();
    this.#links.set(host, link);
    return link;
  }

  /** The host that is served comes last the next time, so that a long queue keeps no other one waiting. */
  #pumpAll(): void {
    for (const [host, link] of [...this.#links]) {
      if (!link.pump()) continue;
      this.#links.delete(host);
      this.#links.set(host, link);
    }
  }
}

function noFolder(pod: Pod): string {
  const folder = registryFolder(pod) ?? 'a folder of its own';
  return `the pod ${pod.name} has no place for locks in ${folder}: is its file system full or read-only?`;
}
