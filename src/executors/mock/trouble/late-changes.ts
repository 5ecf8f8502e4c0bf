import type { CommandResult } from '../../executor.js';
import { anotherTransaction, lockedVolume, parseGluster } from '../gluster/gluster-program.js';
import type { Pool, SimulatedHost } from '../world/simulated-host.js';

/** So many commands that meet the change come too early. */
const MEETINGS = 2;

interface LateChange {
  readonly host: SimulatedHost;
  readonly pool: Pool;
  /** Null for changes that take no lock: they are met by every command of the pool. */
  readonly volume: string | null;
  readonly make: () => void;
  meetingsLeft: number;
}

/** What gluster's client says when its time is over; glusterd goes on. */
export const REQUEST_TIMED_OUT: CommandResult = { exitCode: 1, stdout: 'Error : Request timed out\n', stderr: '' };

/** Changes that glusterd makes after its client has given up: until then it holds the volume's lock. */
export class LateChanges {
  #waiting: LateChange[] = [];

  begin(host: SimulatedHost, args: readonly string[], make: () => void): void {
    const volume = lockedVolume(host, args);
    this.#waiting.push({ host, pool: host.pool, volume, make, meetingsLeft: MEETINGS });
  }

  /** The refusal that a gluster command meets, or null. */
  meet(host: SimulatedHost, args: readonly string[]): CommandResult | null {
    let refusal: CommandResult | null = null;
    const volume = lockWanted(host, args);
    for (const change of [...this.#waiting]) {
      if (change.pool !== host.pool || (change.volume !== null && change.volume !== volume)) continue;
      if (change.volume !== null) refusal = anotherTransaction(args, change.volume);
      if (--change.meetingsLeft === 0) this.#end(change);
    }
    return refusal;
  }

  /** A glusterd that ends makes nothing any more. */
  drop(host: SimulatedHost): void {
    this.#waiting = this.#waiting.filter((change) => change.host !== host);
  }

  endAll(): void {
    for (const change of [...this.#waiting]) this.#end(change);
  }

  #end(change: LateChange): void {
    this.#waiting = this.#waiting.filter((other) => other !== change);
    change.make();
  }
}

/** `volume status` takes the lock as changes do; here it is only noticed when it meets one. */
function lockWanted(host: SimulatedHost, args: readonly string[]): string | null {
  const [area, verb, name = ''] = parseGluster(args).words;
  return area === 'volume' && verb === 'status' ? name : lockedVolume(host, args);
}
