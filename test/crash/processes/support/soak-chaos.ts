import type { Fault } from '../../../../src/executors/mock/faults.js';
import type { RemoteSimulatedHosts } from '../../../../src/executors/mock/remote-simulated-hosts.js';
import type { RestartingServer } from './restarting-server.js';

const FAULT_KINDS = ['fail', 'lose-link', 'cut-link'] as const;
const TURN_MS = 300;
/** In turns. */
const KILL_EVERY = 8;
const DOWN_AT_MOST = 4;

/** Injects faults, takes one host at a time down for a while, and kills the server every few seconds, until stopped. */
export class SoakChaos {
  readonly #server: RestartingServer;
  readonly #hosts: RemoteSimulatedHosts;
  readonly #names: readonly string[];
  readonly #random: () => number;
  #isStopped = false;
  #running: Promise<void> | null = null;
  faults = 0;
  outages = 0;

  constructor(server: RestartingServer, hosts: RemoteSimulatedHosts, names: readonly string[], random: () => number) {
    this.#server = server;
    this.#hosts = hosts;
    this.#names = names;
    this.#random = random;
  }

  start(): void {
    this.#running = this.#run();
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
      if (turn % KILL_EVERY === 0) await this.#server.killAndRestart();
    }
    if (down) await this.#hosts.setHostUp(down.host, true);
  }

  #fault(): Fault {
    return {
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
