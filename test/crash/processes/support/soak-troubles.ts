import type { RemoteSimulatedHosts } from '../../../../src/executors/mock/remote/remote-simulated-hosts.js';
import type { Fault } from '../../../../src/executors/mock/trouble/faults.js';
import { HOST_NOISES } from '../../../../src/executors/mock/world/host-noise.js';
import type { FailingDisk } from '../../../support/failing-disk.js';
import type { JumpingClock } from '../../../support/jumping-clock.js';
import { HANDS } from '../../support/administrator.js';
import type { SoakAdministrator } from './soak-administrator.js';

/** Something that goes wrong again and again, and works again in the end. */
export interface Trouble {
  /** How often it has struck, by what it is. */
  readonly figures: Readonly<Record<string, number>>;
  turn(): Promise<void>;
  /** Before a server starts; `hasRefused`: it has just refused to. */
  beforeStart?(hasRefused: boolean): Promise<void>;
  end(): Promise<void>;
}

export class Draw {
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  chance(of: number): boolean {
    return this.#random() < of;
  }

  below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  of<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }
}

const FAULT_KINDS = ['fail', 'lose-link', 'cut-link'] as const;

/** Commands that fail, connections that break. */
export class HostFaults implements Trouble {
  readonly figures = { faults: 0 };
  readonly #hosts: RemoteSimulatedHosts;
  readonly #names: readonly string[];
  readonly #draw: Draw;

  constructor(hosts: RemoteSimulatedHosts, names: readonly string[], draw: Draw) {
    this.#hosts = hosts;
    this.#names = names;
    this.#draw = draw;
  }

  async turn(): Promise<void> {
    await this.#hosts.setFaults(Array.from({ length: 3 }, () => this.#fault()));
    this.figures.faults += 3;
  }

  async end(): Promise<void> {
    await this.#hosts.setFaults([]);
  }

  /** An empty mount point that its host refuses to remove is left there, which would look like a trace of something. */
  #fault(): Fault {
    return {
      match: '^(?!rmdir )',
      kind: this.#draw.of(FAULT_KINDS),
      nth: 1 + this.#draw.below(60),
      after: this.#draw.chance(0.5),
      ...(this.#draw.chance(0.5) && { host: this.#draw.of(this.#names) }),
    };
  }
}

/** One host at a time is down for a while. */
export class Outages implements Trouble {
  readonly figures = { 'hosts down': 0 };
  readonly #hosts: RemoteSimulatedHosts;
  readonly #names: readonly string[];
  readonly #draw: Draw;
  #down: { readonly host: string; turnsLeft: number } | null = null;

  constructor(hosts: RemoteSimulatedHosts, names: readonly string[], draw: Draw) {
    this.#hosts = hosts;
    this.#names = names;
    this.#draw = draw;
  }

  async turn(): Promise<void> {
    if (this.#down) {
      if (--this.#down.turnsLeft <= 0) await this.end();
    } else if (this.#draw.chance(0.2)) {
      this.#down = { host: this.#draw.of(this.#names), turnsLeft: 1 + this.#draw.below(12) };
      await this.#hosts.setHostUp(this.#down.host, false);
      this.figures['hosts down']++;
    }
  }

  async end(): Promise<void> {
    if (this.#down) await this.#hosts.setHostUp(this.#down.host, true);
    this.#down = null;
  }
}

/** All hosts are chatty, each in its own way, for whole lives of the server. */
export class Noise implements Trouble {
  readonly figures = { 'noisy lives': 0 };
  readonly #hosts: RemoteSimulatedHosts;
  readonly #names: readonly string[];
  readonly #draw: Draw;

  constructor(hosts: RemoteSimulatedHosts, names: readonly string[], draw: Draw) {
    this.#hosts = hosts;
    this.#names = names;
    this.#draw = draw;
  }

  async turn(): Promise<void> {}

  async beforeStart(): Promise<void> {
    const isNoisy = this.#draw.chance(0.6);
    if (isNoisy) this.figures['noisy lives']++;
    for (const name of this.#names) await this.#hosts.setNoise(name, isNoisy ? this.#draw.of(HOST_NOISES) : null);
  }

  async end(): Promise<void> {}
}

/** The disk with the database fills up, and somebody makes room. */
export class FullDisk implements Trouble {
  readonly figures = { 'full disks': 0 };
  readonly #disk: FailingDisk;
  readonly #draw: Draw;
  #turnsLeft = 0;

  constructor(disk: FailingDisk, draw: Draw) {
    this.#disk = disk;
    this.#draw = draw;
  }

  async turn(): Promise<void> {
    if (this.#turnsLeft > 0) {
      if (--this.#turnsLeft === 0) await this.end();
    } else if (this.#draw.chance(0.02)) {
      this.#turnsLeft = 1 + this.#draw.below(6);
      const operation = this.#draw.of(['write', 'sync'] as const);
      this.#disk.fail({ operation, error: 'ENOSPC', skip: 0, count: null });
      this.figures['full disks']++;
    }
  }

  /** A server that finds no room may refuse to start; whoever starts it makes some. */
  async beforeStart(hasRefused: boolean): Promise<void> {
    if (hasRefused) await this.end();
  }

  async end(): Promise<void> {
    this.#turnsLeft = 0;
    this.#disk.mend();
  }
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** NTP, a summer time of somebody's own, a battery that is empty, a typing error. */
const JUMPS_MS = [-30_000, 45_000, -HOUR_MS, HOUR_MS, -7 * DAY_MS, 400 * DAY_MS, -20_000 * DAY_MS] as const;

/** The clock of the server's machine is set, at any time and before starts. */
export class ClockJumps implements Trouble {
  readonly figures = { 'clock jumps': 0 };
  readonly #clock: JumpingClock;
  readonly #draw: Draw;

  constructor(clock: JumpingClock, draw: Draw) {
    this.#clock = clock;
    this.#draw = draw;
  }

  async turn(): Promise<void> {
    if (this.#draw.chance(0.1)) this.#jump();
  }

  async beforeStart(): Promise<void> {
    if (this.#draw.chance(0.5)) this.#jump();
  }

  async end(): Promise<void> {
    this.#clock.set(0);
  }

  #jump(): void {
    this.#clock.set(this.#draw.chance(0.2) ? 0 : this.#draw.of(JUMPS_MS));
    this.figures['clock jumps']++;
  }
}

/** Somebody with a shell on the hosts changes volumes. */
export class Hands implements Trouble {
  readonly figures = { hands: 0 };
  readonly #administrator: SoakAdministrator;
  readonly #draw: Draw;

  constructor(administrator: SoakAdministrator, draw: Draw) {
    this.#administrator = administrator;
    this.#draw = draw;
  }

  async turn(): Promise<void> {
    if (!this.#draw.chance(0.1)) return;
    const volume = this.#draw.of(await this.#administrator.volumes());
    if (
      volume &&
      (await this.#administrator.act(volume, this.#draw.of(HANDS), this.#draw.of(['h1', 'h2', 'h3', 'h4'])))
    )
      this.figures.hands++;
  }

  async end(): Promise<void> {}
}
