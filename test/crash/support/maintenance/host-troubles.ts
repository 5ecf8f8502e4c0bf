import type { Lab } from '../lab.js';
import type { Story } from './story.js';

const PACE = { filesPerSecond: 2, secondsUntilDispersedKnow: 5 };
const DOWN_AT_MOST = 2;

/** What is drawn by the seed of a life. */
export interface Draws {
  below(count: number): number;
  /** Undefined when there is none. */
  pick<T>(from: readonly T[]): T | undefined;
}

/** Hosts go down and come back, heals stall, daemons end, heal info does not get through. */
export class HostTroubles {
  readonly down = new Set<string>();
  readonly #lab: Lab;
  readonly #names: readonly string[];
  readonly #draws: Draws;
  readonly #story: Story;

  constructor(lab: Lab, names: readonly string[], draws: Draws, story: Story) {
    this.#lab = lab;
    this.#names = names;
    this.#draws = draws;
    this.#story = story;
    lab.hosts.heals.setPace(PACE);
  }

  /** One of them, to one of the hosts but for `spared`, or to one of the volumes; or a client writes. */
  happen(volumes: readonly string[], spared: string | null, write: () => void): void {
    const { heals } = this.#lab.hosts;
    const host = this.#draws.pick(this.#names) ?? '';
    const isOn = (what: string) => {
      const drawn = this.#draws.below(3) === 0;
      this.#story.detail(`${what}: ${drawn}`);
      return drawn;
    };
    const volume = this.#draws.pick(volumes.filter((name) => this.#served().includes(name)));
    const events = [
      () => host !== spared && this.#takeDown(host),
      () => this.#bringBack([...this.down].slice(0, 1)),
      () => this.heal(),
      () => volume !== undefined && heals.setStalled(volume, isOn(`heal of ${volume} is stalled`)),
      () => volume !== undefined && heals.setMute(volume, isOn(`heal info of ${volume} is mute`)),
      () => heals.setDaemonUp(host, !isOn(`self-heal daemon of ${host} is down`)),
      write,
      write,
    ];
    this.#draws.pick<() => unknown>(events)?.();
  }

  /** Time goes by. */
  heal(): void {
    const seconds = this.#draws.below(10);
    this.#story.detail(`${seconds} seconds of healing`);
    this.#lab.hosts.heals.pass(seconds);
  }

  /** Everything works again, and has had the time to heal. */
  endAll(): void {
    const { heals } = this.#lab.hosts;
    this.#bringBack([...this.down]);
    for (const host of this.#names) heals.setDaemonUp(host, true);
    for (const volume of this.#served()) {
      heals.setStalled(volume, false);
      heals.setMute(volume, false);
    }
    heals.pass(100);
  }

  #takeDown(host: string): void {
    if (this.down.size >= DOWN_AT_MOST || this.down.has(host)) return;
    this.#story.add(`${host} down`);
    this.down.add(host);
    this.#lab.takeDown(host);
  }

  #bringBack(names: readonly string[]): void {
    for (const name of names) {
      this.#story.add(`${name} up`);
      this.down.delete(name);
      this.#lab.hosts.setHostUp(name, true);
    }
  }

  #served(): readonly string[] {
    return this.#lab.hosts.state().pools.flatMap(({ volumes }) => volumes.map(({ name }) => name));
  }
}
