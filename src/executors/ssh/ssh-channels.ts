import type { Channel, ChannelListener, ChannelProvider, ChannelRequest } from '../shell/channel.js';
import { HostLink } from './host-link.js';
import { SSH_LIMITS, type SshLimits, type SshOptions } from './ssh-options.js';

/** A host is one machine. What it ran before it was started anew has ended with that, as its free locks show. */
const MACHINE = 'machine';

/** Opens channels over SSH, on one connection per host. */
export class SshChannels implements ChannelProvider {
  readonly #options: SshOptions;
  readonly #limits: SshLimits;
  readonly #links = new Map<string, HostLink>();

  constructor(options: SshOptions) {
    this.#options = options;
    this.#limits = { ...SSH_LIMITS, ...options.limits };
  }

  open(host: string, request: ChannelRequest, listener: ChannelListener): Channel {
    return { place: MACHINE, giveUp: this.#link(host).open(request, listener) };
  }

  async placeOf(): Promise<string> {
    return MACHINE;
  }

  close(): void {
    for (const link of this.#links.values()) link.close();
  }

  #link(host: string): HostLink {
    const link = this.#links.get(host) ?? new HostLink(host, this.#options, this.#limits);
    this.#links.set(host, link);
    return link;
  }
}
