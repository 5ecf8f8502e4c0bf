import { manageName } from '../../../src/domain/node.js';
import type { Requester } from '../../../src/domain/requester.js';
import { done, type Pool } from '../../support/pool.js';
import type { SequenceClient } from './client.js';

const BY: Requester = { issuer: 'admin', requestId: 'test-1', address: '192.0.2.1' };

/** A client of a server inside this process, without HTTP. */
export function poolClient(pool: Pool): SequenceClient {
  return {
    beginSequence: (kind, request) => pool.engine.beginSequence(kind, request, BY),
    async cancel({ queueId }) {
      const entry = await pool.store.read((tx) => tx.queue.find(queueId));
      await pool.engine.cancel(entry?.operationId ?? '');
    },
    operations: pool.operations,
    done: (ticket) => done(pool, ticket),
    view: () =>
      pool.store.read(async (tx) => ({
        clusters: await tx.clusters.list(),
        nodes: (await tx.nodes.list()).map((node) => ({ ...node, name: manageName(node) })),
        devices: await tx.devices.list(),
        volumes: await Promise.all(
          (await tx.volumes.list()).map(async (volume) => ({
            ...volume,
            restriction: volume.blockInfo.restriction,
            brickIds: (await tx.bricks.listByVolume(volume.id)).map(({ id }) => id),
          })),
        ),
        blockVolumes: await tx.blockVolumes.list(),
        pendingOperations: (await tx.operations.list()).length,
      })),
  };
}
