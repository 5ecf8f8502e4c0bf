import type { GidRange } from '../class-parameters.js';
import { CsiError } from '../rpc/csi-error.js';
import type { VolumeServer } from '../servers/volume-server.js';

/** The groups of one server that volumes are being made with. */
interface Reservations {
  readonly running: Set<number>;
  /** Of calls that look at the volumes: what was reserved since they began, as its create may end unseen meanwhile. */
  readonly looks: Set<Set<number>>;
}

/**
 * Group ids for new volumes: the first of a class's range that no volume of the server has, as the in-tree provisioner
 * chose them. Those of creates that run are kept apart.
 */
export class Groups {
  /** By the address of the server. */
  readonly #reservations = new Map<string, Reservations>();

  /** Runs `create` with a free id; 0 when there is no range. Throws RESOURCE_EXHAUSTED when all are in use. */
  async using<T>(server: VolumeServer, range: GidRange | null, create: (gid: number) => Promise<T>): Promise<T> {
    if (range === null) return create(0);
    const { running, looks } = this.#reservationsOf(server);
    const used = new Set(running);
    looks.add(used);
    try {
      for (const { gid } of await server.volumes(await server.volumeIds())) used.add(Number(gid));
    } finally {
      looks.delete(used);
    }
    let gid = range.min;
    while (used.has(gid)) gid++;
    if (gid > range.max) {
      throw new CsiError(
        'RESOURCE_EXHAUSTED',
        `all group ids from ${range.min} to ${range.max} are in use: widen gidMin to gidMax`,
      );
    }
    running.add(gid);
    for (const look of looks) look.add(gid);
    try {
      return await create(gid);
    } finally {
      running.delete(gid);
    }
  }

  #reservationsOf({ access }: VolumeServer): Reservations {
    const found = this.#reservations.get(access.url) ?? { running: new Set(), looks: new Set() };
    this.#reservations.set(access.url, found);
    return found;
  }
}
