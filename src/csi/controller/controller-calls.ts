import { requireField } from '../rpc/csi-error.js';
import type { Calls } from '../rpc/grpc-server.js';
import type {
  ControllerExpandVolumeRequest,
  ControllerGetVolumeRequest,
  CreateVolumeRequest,
  DeleteVolumeRequest,
  GetCapacityRequest,
  ListVolumesRequest,
  ValidateVolumeCapabilitiesRequest,
} from '../rpc/messages.js';
import { RunningCalls } from '../rpc/running-calls.js';
import type { Servers } from '../servers/servers.js';
import { createVolume } from './create-volume.js';
import { deleteVolume } from './delete-volume.js';
import { expandVolume } from './expand-volume.js';
import { getCapacity } from './get-capacity.js';
import { Groups } from './groups.js';
import { controllerGetVolume, listVolumes } from './list-volumes.js';
import { validateVolumeCapabilities } from './validate-capabilities.js';

const CAPABILITIES = [
  'CREATE_DELETE_VOLUME',
  'LIST_VOLUMES',
  'GET_CAPACITY',
  'CLONE_VOLUME',
  'EXPAND_VOLUME',
  'VOLUME_CONDITION',
  'GET_VOLUME',
  'SINGLE_NODE_MULTI_WRITER',
];

/** The Controller service. `zoneKey`: the topology segment that names a zone of the server. */
export function controllerCalls(servers: Servers, zoneKey: string): Calls {
  const running = new RunningCalls();
  const groups = new Groups();
  const onVolume = <T>(volumeId: string, work: () => Promise<T>) =>
    running.alone(`volume ${requireField(volumeId, 'volume_id')}`, work);
  return {
    CreateVolume: async (request: CreateVolumeRequest) =>
      running.alone(`name ${JSON.stringify(requireField(request.name, 'name'))}`, () =>
        createVolume(request, servers, groups),
      ),
    DeleteVolume: async (request: DeleteVolumeRequest) =>
      onVolume(request.volumeId, () => deleteVolume(request, servers)),
    ControllerExpandVolume: async (request: ControllerExpandVolumeRequest) =>
      onVolume(request.volumeId, () => expandVolume(request, servers)),
    ValidateVolumeCapabilities: (request: ValidateVolumeCapabilitiesRequest) =>
      validateVolumeCapabilities(request, servers),
    ListVolumes: (request: ListVolumesRequest) => listVolumes(request, servers),
    ControllerGetVolume: (request: ControllerGetVolumeRequest) => controllerGetVolume(request, servers),
    GetCapacity: (request: GetCapacityRequest) => getCapacity(request, servers, zoneKey),
    ControllerGetCapabilities: async () => ({ capabilities: CAPABILITIES.map((type) => ({ rpc: { type } })) }),
  };
}
