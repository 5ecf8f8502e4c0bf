import type { Handlers } from '../contract/handlers.js';
import type { UserCreates } from '../user-creates.js';
import { adminHandlers } from './admin.js';
import { blockVolumeHandlers } from './block-volumes.js';
import { brickHandlers } from './bricks.js';
import { clusterHandlers } from './clusters.js';
import { comparisonHandlers } from './comparisons.js';
import { databaseHandlers } from './database.js';
import type { HandlerDeps } from './deps.js';
import { deviceHandlers } from './devices.js';
import { eventHandlers } from './events.js';
import { loggingHandlers } from './logging.js';
import { nodeHandlers } from './nodes.js';
import { operationHandlers } from './operations.js';
import { placementHandlers } from './placements.js';
import { probeHandlers } from './probes.js';
import { queueHandlers } from './queue.js';
import { restoreHandlers } from './restore.js';
import { systemHandlers } from './system.js';
import { topologyHandlers } from './topology.js';
import { usageHandlers } from './usage.js';
import { volumeHandlers } from './volumes.js';

/** One handler for every operation of openapi.yaml; without one of them this does not compile. */
export function allHandlers(deps: HandlerDeps, userCreates: UserCreates): Handlers {
  return {
    ...systemHandlers(deps),
    ...probeHandlers(deps),
    ...queueHandlers(deps),
    ...clusterHandlers(deps),
    ...topologyHandlers(deps),
    ...nodeHandlers(deps),
    ...deviceHandlers(deps),
    ...volumeHandlers(deps, userCreates),
    ...placementHandlers(deps),
    ...blockVolumeHandlers(deps),
    ...brickHandlers(deps),
    ...operationHandlers(deps),
    ...eventHandlers(deps),
    ...usageHandlers(deps),
    ...databaseHandlers(deps),
    ...comparisonHandlers(deps),
    ...restoreHandlers(deps),
    ...loggingHandlers(deps),
    ...adminHandlers(deps),
  };
}
