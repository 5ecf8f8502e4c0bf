import { manageName } from '../../../src/domain/node.js';
import { done, type Pool } from '../../support/pool.js';
import type { Client } from './client.js';

/** A client of a server inside this process, without HTTP. */
export function poolClient(pool: Pool): Client {
  return {
    operations: pool.operations,
    done: (ticket) => done(pool, ticket),
    view: () =>
      pool.store.read(async (tx) => ({
        clusters: await tx.clusters.list(),
        nodes: (await tx.nodes.list()).map((node) => ({ ...node, name: manageName(node) })),
        devices: await tx.devices.list(),
        volumes: (await tx.volumes.list()).map((volume) => ({ ...volume, restriction: volume.blockInfo.restriction })),
        pendingOperations: (await tx.operations.list()).length,
      })),
  };
}
