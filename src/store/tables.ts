import { attributeRows } from './rows/attribute-rows.js';
import { auditRows } from './rows/audit-rows.js';
import { blockVolumeRows } from './rows/block-volume-rows.js';
import { brickRows } from './rows/brick-rows.js';
import { clusterRows } from './rows/cluster-rows.js';
import { deviceRows } from './rows/device-rows.js';
import { eventRows } from './rows/event-rows.js';
import { fillingPoolRows } from './rows/filling-pool-rows.js';
import { hostKeyRows } from './rows/host-key-rows.js';
import { linkFaultRows } from './rows/link-fault-rows.js';
import { nodeRows } from './rows/node-rows.js';
import { operationRows } from './rows/operation-rows.js';
import { originRows } from './rows/origin-rows.js';
import { idempotencyKeyRows, queueRows } from './rows/queue-rows.js';
import { serverIdentityRows } from './rows/server-identity-rows.js';
import { volumeRows } from './rows/volume-rows.js';
import type { Connection } from './statement.js';
import type { Tx } from './store.js';

/** All tables over one connection; the same for every engine. */
export function tables(connection: Connection): Tx {
  return {
    clusters: clusterRows(connection),
    nodes: nodeRows(connection),
    devices: deviceRows(connection),
    bricks: brickRows(connection),
    volumes: volumeRows(connection),
    blockVolumes: blockVolumeRows(connection),
    operations: operationRows(connection),
    queue: queueRows(connection),
    idempotencyKeys: idempotencyKeyRows(connection),
    attributes: attributeRows(connection),
    linkFaults: linkFaultRows(connection),
    hostKeys: hostKeyRows(connection),
    serverIdentity: serverIdentityRows(connection),
    origin: originRows(connection),
    events: eventRows(connection),
    audit: auditRows(connection),
    fillingPools: fillingPoolRows(connection),
  };
}
