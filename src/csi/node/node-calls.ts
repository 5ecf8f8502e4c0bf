import { requireField } from '../rpc/csi-error.js';
import type { Calls } from '../rpc/grpc-server.js';
import type {
  NodeGetVolumeStatsRequest,
  NodePublishVolumeRequest,
  NodeStageVolumeRequest,
  NodeUnpublishVolumeRequest,
  NodeUnstageVolumeRequest,
} from '../rpc/messages.js';
import { RunningCalls } from '../rpc/running-calls.js';
import type { Node } from './node.js';
import { publishVolume, unpublishVolume } from './publish-volume.js';
import { stageVolume, unstageVolume } from './stage-volume.js';
import { volumeStats } from './volume-stats.js';

/** Mounts show a new size by themselves: nothing has to be expanded here. */
const CAPABILITIES = ['STAGE_UNSTAGE_VOLUME', 'GET_VOLUME_STATS', 'VOLUME_CONDITION', 'SINGLE_NODE_MULTI_WRITER'];

/** The Node service. */
export function nodeCalls(nodeId: string, node: Node): Calls {
  const running = new RunningCalls();
  const alone = (volumeId: string, work: () => Promise<object>) =>
    running.alone(`volume ${requireField(volumeId, 'volume_id')}`, work);
  return {
    NodeStageVolume: async (request: NodeStageVolumeRequest) =>
      alone(request.volumeId, () => stageVolume(request, node)),
    NodeUnstageVolume: async (request: NodeUnstageVolumeRequest) =>
      alone(request.volumeId, () => unstageVolume(request, node)),
    NodePublishVolume: async (request: NodePublishVolumeRequest) =>
      alone(request.volumeId, () => publishVolume(request, node)),
    NodeUnpublishVolume: async (request: NodeUnpublishVolumeRequest) =>
      alone(request.volumeId, () => unpublishVolume(request, node)),
    NodeGetVolumeStats: (request: NodeGetVolumeStatsRequest) => volumeStats(request, node),
    NodeGetCapabilities: async () => ({ capabilities: CAPABILITIES.map((type) => ({ rpc: { type } })) }),
    NodeGetInfo: async () => ({ nodeId }),
  };
}
