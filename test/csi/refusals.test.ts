import { describe, expect, it } from 'vitest';
import { ServerError } from '../../src/client/errors.js';
import { readVolume } from '../../src/client/wire.js';
import { createVolume } from '../../src/csi/controller/create-volume.js';
import { Groups } from '../../src/csi/controller/groups.js';
import type { CreateVolumeRequest } from '../../src/csi/rpc/messages.js';
import { explain } from '../../src/csi/servers/server-refusal.js';
import type { Servers } from '../../src/csi/servers/servers.js';

const NOT_FOUND = 'Id not found';
/** As kubernetes' ingresses say it while there is no server behind them. */
const OF_A_PROXY = 'default backend - 404';

it.each([
  [404, OF_A_PROXY, 'UNAVAILABLE'],
  [403, '<html>Forbidden</html>', 'UNAVAILABLE'],
  [404, NOT_FOUND, 'NOT_FOUND'],
  [400, 'no', 'INVALID_ARGUMENT'],
  [401, 'no', 'UNAUTHENTICATED'],
  [401, 'Administrator access required', 'PERMISSION_DENIED'],
  [429, 'busy', 'UNAVAILABLE'],
  [500, 'Failed to allocate new volume: no space', 'RESOURCE_EXHAUSTED'],
  [500, 'a defect', 'INTERNAL'],
] as const)('the answer %i %s is %s', (status, text, code) => {
  expect(explain(new ServerError(status, text))).toMatchObject({ code });
});

describe('a volume that is found by its name', () => {
  const volume = readVolume({
    id: 'a'.repeat(32),
    cluster: 'b'.repeat(32),
    name: 'vol_a',
    size: 1,
    client_name: 'pvc-1',
    durability: { type: 'replicate', replicate: { replica: 3 } },
    snapshot: { enable: true, factor: 1 },
  });
  const request = {
    name: 'pvc-1',
    capacityRange: null,
    volumeCapabilities: [{ mount: { fsType: '', mountFlags: [] }, accessMode: { mode: 'MULTI_NODE_MULTI_WRITER' } }],
    parameters: {},
    secrets: {},
    volumeContentSource: null,
    mutableParameters: {},
  } as unknown as CreateVolumeRequest;

  /** Creates it where the server answers a claim so; null: it takes it. */
  const create = (claim: ServerError | null): Promise<unknown> => {
    const server = {
      findByClientName: async () => volume,
      claim: () => (claim ? Promise.reject(claim) : Promise.resolve()),
    };
    return createVolume(request, { ofClass: async () => server } as unknown as Servers, new Groups());
  };

  it('is the answer', async () => {
    expect(await create(null)).toMatchObject({ volume: { volumeId: `${'b'.repeat(32)}-${'a'.repeat(32)}` } });
  });

  it('and is deleted in the same moment is to be asked for again', async () => {
    await expect(create(new ServerError(404, NOT_FOUND))).rejects.toMatchObject({ code: 'ABORTED' });
  });

  it('by a server that is away then is to be asked for again', async () => {
    await expect(create(new ServerError(404, OF_A_PROXY))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
