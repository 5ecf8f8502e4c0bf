import { AsyncLocalStorage } from 'node:async_hooks';
import type { Hosts } from '../../../../src/executors/commands/host/hosts.js';
import { HostWork } from '../../../../src/operations/hosts/host-work.js';
import { hastyPacing, WORK_LIMITS } from '../../../support/pool.js';

/** One change has a volume for itself. */
export interface VolumeTurn {
  readonly volume: string;
  /** How often it has asked for heal info since its last change. */
  looks: number;
  /** Other commands of its own since the last time. */
  commandsSince: number;
}

const turns = new AsyncLocalStorage<VolumeTurn>();

/** In which a command is run; undefined outside of any. */
export function currentTurn(): VolumeTurn | undefined {
  return turns.getStore();
}

/** Lets whoever watches commands know which of them belong together, whatever else runs between them. */
export class TurnTellingWork extends HostWork {
  readonly #active = new Set<VolumeTurn>();

  constructor() {
    super(WORK_LIMITS, hastyPacing());
  }

  /**
   * A set was looked at for the second time, and its brick is taken away next. What happens in this moment no server can
   * know; it takes no time, but for other commands, which run here one after the other.
   */
  get isAboutToChange(): boolean {
    return [...this.#active].some(({ looks }) => looks > 0 && looks % 2 === 0);
  }

  override onVolume<T>(
    clusterId: string,
    volume: string,
    hosts: Hosts,
    work: (hosts: Hosts) => Promise<T>,
  ): Promise<T> {
    return super.onVolume(clusterId, volume, hosts, async (patient) => {
      const turn: VolumeTurn = { volume, looks: 0, commandsSince: 0 };
      this.#active.add(turn);
      try {
        return await turns.run(turn, () => work(patient));
      } finally {
        this.#active.delete(turn);
      }
    });
  }
}
