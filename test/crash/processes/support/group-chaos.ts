import type { PostgresServer } from '../../../support/postgres-server.js';
import type { Member, ServerGroup } from './server-group.js';
import type { Draw } from './soak-troubles.js';

/** Longer than a lease lasts, so that another server takes over. */
const CUT_MS = 12_000;
const TURN_MS = 100;

export interface GroupChaosOptions {
  readonly group: ServerGroup;
  readonly primary: PostgresServer;
  readonly standby: PostgresServer;
  readonly draw: Draw;
  /** How long a server stands still. */
  readonly standsStillMs: number;
  /** How many changes have come to their end so far. */
  ended(): number;
  /** All that were to be asked for have been. */
  isOver(): boolean;
}

/** What befalls servers and their database: in each round all of it once, in an order that is drawn. */
export class GroupChaos {
  readonly figures: Record<string, number> = {};
  readonly #options: GroupChaosOptions;
  #database: PostgresServer;
  readonly #troubles: Readonly<Record<string, () => Promise<void>>> = {
    kill: async () => (await this.#victim()).kill(),
    'stand still': () => this.#standStill(),
    'cut from the database': () => this.#cutFromDatabase(),
    'cut from hosts': () => this.#cutFromHosts(),
    'database restarted': () => this.#restartDatabase(),
    'standby promoted': () => this.#promoteStandby(),
  };

  constructor(options: GroupChaosOptions) {
    this.#options = options;
    this.#database = options.primary;
  }

  /** The one that is the primary now. */
  get database(): PostgresServer {
    return this.#database;
  }

  /** Until nothing more is asked for, and each trouble has struck; everything works again afterwards. */
  async run(changesBetween: number): Promise<void> {
    do {
      for (const name of this.#inAnyOrder(Object.keys(this.#troubles))) {
        await this.#changesEnd(changesBetween);
        await this.#troubles[name]?.();
        this.figures[name] = (this.figures[name] ?? 0) + 1;
      }
    } while (!this.#options.isOver());
  }

  /** The one that works on hosts, every other time. */
  async #victim(): Promise<Member> {
    const { group, draw } = this.#options;
    const worker = draw.chance(0.5) ? await group.worker() : null;
    return worker ?? draw.of(group.members);
  }

  async #standStill(): Promise<void> {
    const { group, draw, standsStillMs } = this.#options;
    const member = (await group.worker()) ?? draw.of(group.members);
    member.signal('SIGSTOP');
    await pause(standsStillMs);
    // It goes on beside another one, however late that has taken over.
    for (let other = await group.worker(); other === null || other === member; other = await group.worker())
      await pause(TURN_MS);
    member.signal('SIGCONT');
  }

  async #cutFromDatabase(): Promise<void> {
    const { cutter } = await this.#victim();
    cutter.refuse();
    await pause(CUT_MS);
    cutter.accept();
  }

  async #cutFromHosts(): Promise<void> {
    const { hosts } = await this.#victim();
    hosts.cut();
    await pause(CUT_MS / 4);
    hosts.mend();
  }

  async #restartDatabase(): Promise<void> {
    await this.#database.stop();
    await this.#database.run();
  }

  /** Once: then it is the only one. */
  async #promoteStandby(): Promise<void> {
    const { primary, standby, group } = this.#options;
    if (this.#database === standby) return this.#restartDatabase();
    await primary.stop();
    await standby.promote();
    this.#database = standby;
    for (const { cutter } of group.members) cutter.leadTo(standby);
  }

  async #changesEnd(count: number): Promise<void> {
    const until = this.#options.ended() + count;
    while (this.#options.ended() < until && !this.#options.isOver()) await pause(TURN_MS);
  }

  #inAnyOrder(names: readonly string[]): readonly string[] {
    const left = [...names];
    return names.map(() => left.splice(this.#options.draw.below(left.length), 1)[0] ?? '');
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((turn) => setTimeout(turn, ms));
}
