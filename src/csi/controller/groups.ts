import type { GidRange } from '../class-parameters.js';
import { CsiError } from '../rpc/csi-error.js';
import type { VolumeServer } from '../servers/volume-server.js';

/**
 * Group ids for new volumes: the first of a class's range that no volume of the server has, as the in-tree provisioner
 * chose them. Those of creates that run are kept apart.
 */
export class Groups {
  readonly #reserved = new Map<VolumeServer, Set<number>>();

  /** Runs `create` with a free id; 0 when there is no range. Throws RESOURCE_EXHAUSTED when all are in use. */
  async using<T>(server: VolumeServer, range: GidRange | null, create: (gid: number) => Promise<T>): Promise<T> {
    if (range === null) return create(0);
    const volumes = await server.volumes(await server.volumeIds());
    const reserved = this.#reserved.get(server) ?? new Set();
    this.#reserved.set(server, reserved);
    const used = new Set([...volumes.map(({ gid }) => Number(gid)), ...reserved]);
    let gid = range.min;
    while (used.has(gid)) gid++;
    if (gid > range.max) {
      throw new CsiError(
        'RESOURCE_EXHAUSTED',
        `all group ids from ${range.min} to ${range.max} are in use: widen gidMin to gidMax`,
      );
    }
    reserved.add(gid);
    try {
      return await create(gid);
    } finally {
      reserved.delete(gid);
    }
  }
}
