import type { RestartingServer } from './restarting-server.js';
import type { Trouble } from './soak-troubles.js';

const TURN_MS = 100;
/** In turns. */
const KILL_EVERY = 16;
const STUCK_AFTER = 600;
/** However slow the machine is, so much comes to its end between two kills. */
const ENDED_BETWEEN_KILLS = 10;

/** Lets each trouble have its turn again and again, and kills the server every few seconds, until stopped. */
export class SoakChaos {
  readonly #server: RestartingServer;
  readonly #troubles: readonly Trouble[];
  readonly #ended: () => number;
  readonly #random: () => number;
  #isStopped = false;
  #running: Promise<void> | null = null;

  /** `ended` tells how many changes have come to their end so far. */
  constructor(server: RestartingServer, troubles: readonly Trouble[], ended: () => number, random: () => number) {
    this.#server = server;
    this.#troubles = troubles;
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
    for (const trouble of this.#troubles) await trouble.end();
  }

  async #run(): Promise<void> {
    let killed = { turn: 0, ended: 0 };
    let moved = { turn: 0, ended: 0 };
    for (let turn = 1; !this.#isStopped; turn++) {
      await new Promise((done) => setTimeout(done, TURN_MS * (0.5 + this.#random())));
      for (const trouble of this.#troubles) await trouble.turn();
      const ended = this.#ended();
      if (ended > moved.ended) moved = { turn, ended };
      if (turn >= killed.turn + KILL_EVERY && ended >= killed.ended + ENDED_BETWEEN_KILLS) {
        await this.#server.killAndRestart();
        killed = { turn, ended };
      } else if (turn >= moved.turn + STUCK_AFTER) {
        const pending = await (await this.#server.client()).describePending();
        throw new Error(`no change ends any more; pending: ${pending}`);
      }
    }
  }
}
