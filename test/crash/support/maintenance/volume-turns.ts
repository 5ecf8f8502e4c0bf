import { AsyncLocalStorage } from 'node:async_hooks';
import type { Hosts } from '../../../../src/executors/commands/host/hosts.js';
import { HostWork } from '../../../../src/operations/hosts/host-work.js';
import { hastyPacing, WORK_LIMITS } from '../../../support/pool.js';

/** One change has a volume for itself. */
export interface VolumeTurn {
  readonly volume: string;
}

const turns = new AsyncLocalStorage<VolumeTurn>();

/** In which a command is run; undefined outside of any. */
export function currentTurn(): VolumeTurn | undefined {
  return turns.getStore();
}

/** Lets whoever watches commands know which of them belong together, whatever else runs between them. */
export class TurnTellingWork extends HostWork {
  constructor() {
    super(WORK_LIMITS, hastyPacing());
  }

  override onVolume<T>(
    clusterId: string,
    volume: string,
    hosts: Hosts,
    work: (hosts: Hosts) => Promise<T>,
  ): Promise<T> {
    return super.onVolume(clusterId, volume, hosts, (patient) => turns.run({ volume }, () => work(patient)));
  }
}
