import type { Fault } from '../../../../src/executors/mock/faults.js';
import type { RemoteSimulatedHosts } from '../../../../src/executors/mock/remote-simulated-hosts.js';
import type { RestartingServer } from './restarting-server.js';

const FAULT_KINDS = ['fail', 'lose-link', 'cut-link'] as const;
const TURN_MS = 100;
/** In turns. */
const KILL_EVERY = 16;
const DOWN_AT_MOST = 12;
const STUCK_AFTER = 600;
/** However slow the machine is, so much comes to its end between two kills. */
const ENDED_BETWEEN_KILLS = 10;

/** Injects faults, takes one host at a time down for a while, and kills the server every few seconds, until stopped. */
export class SoakChaos {
  readonly #server: RestartingServer;
  readonly #hosts: RemoteSimulatedHosts;
  readonly #names: readonly string[];
  readonly #ended: () => number;
  readonly #random: () => number;
  #isStopped = false;
  #running: Promise<void> | null = null;
  faults = 0;
  outages = 0;

  /** `ended` tells how many changes have come to their end so far. */
  constructor(
    server: RestartingServer,
    hosts: RemoteSimulatedHosts,
    names: readonly string[],
    ended: () => number,
    random: () => number,
  ) {
    this.#server = server;
    this.#hosts = hosts;
    this.#names = names;
    this.#ended = ended;
    this.#random = random;
  }

  /** Goes on until it is stopped; rejects when no change comes to its end any more. */
  run(): Promise<void> {
    this.#running = this.#run();
    return this.#running;
  }

  /** Everything works again afterwards. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
    await this.#hosts.setFaults([]);
    for (const name of this.#names) await this.#hosts.setHostUp(name, true);
  }

  async #run(): Promise<void> {
    let down: { readonly host: string; left: number } | null = null;
    let killed = { turn: 0, ended: 0 };
    let moved = { turn: 0, ended: 0 };
    for (let turn = 1; !this.#isStopped; turn++) {
      await new Promise((done) => setTimeout(done, TURN_MS * (0.5 + this.#random())));
      await this.#hosts.setFaults(Array.from({ length: 3 }, () => this.#fault()));
      this.faults += 3;
      if (down && --down.left <= 0) {
        await this.#hosts.setHostUp(down.host, true);
        down = null;
      } else if (!down && this.#random() < 0.2) {
        down = { host: this.#pick(this.#names), left: 1 + Math.floor(this.#random() * DOWN_AT_MOST) };
        await this.#hosts.setHostUp(down.host, false);
        this.outages++;
      }
      const ended = this.#ended();
      if (ended > moved.ended) moved = { turn, ended };
      if (turn >= killed.turn + KILL_EVERY && ended >= killed.ended + ENDED_BETWEEN_KILLS) {
        await this.#server.killAndRestart();
        killed = { turn, ended };
      } else if (turn >= moved.turn + STUCK_AFTER) {
        const pending = await (await this.#server.client()).describePending();
        throw new Error(`no change ends any more, with ${down?.host ?? 'no host'} down; pending: ${pending}`);
      }
    }
    if (down) await this.#hosts.setHostUp(down.host, true);
  }

  /** An empty mount point that its host refuses to remove is left there, which would look like a trace of something. */
  #fault(): Fault {
    return {
      match: '^(?!rmdir )',
      kind: this.#pick(FAULT_KINDS),
      nth: 1 + Math.floor(this.#random() * 60),
      after: this.#random() < 0.5,
      ...(this.#random() < 0.5 && { host: this.#pick(this.#names) }),
    };
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random() * from.length)] as T;
  }
}
