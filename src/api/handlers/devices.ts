import type { Handlers } from '../contract/handlers.js';
import { deviceInfo } from '../wire/device.js';
import { accepted, found, mustBeHealed } from './answers.js';
import type { HandlerDeps } from './deps.js';

type DeviceHandlers = Pick<
  Handlers,
  | 'deviceAdd'
  | 'devicePreflight'
  | 'deviceInfo'
  | 'deviceDelete'
  | 'deviceSetState'
  | 'deviceResync'
  | 'deviceSetTags'
  | 'deviceHealthList'
  | 'deviceHealth'
  | 'deviceHealthCheck'
>;

export function deviceHandlers({ store, operations }: HandlerDeps): DeviceHandlers {
  return {
    deviceAdd({ by, body }) {
      const { node, name, destroydata = false, tags = {} } = body;
      return accepted(operations.addDevice(by, { nodeId: node, name, mayDestroyData: destroydata, tags }));
    },

    devicePreflight: async ({ body }) => ({
      status: 200,
      json: await operations.preflightDevice(body.node, body.name),
    }),

    deviceHealthList: async () => ({ status: 200, json: { devices: await operations.listDeviceHealth() } }),

    deviceHealth: async ({ id }) => ({ status: 200, json: await operations.deviceHealth(id) }),

    deviceHealthCheck: async ({ id }) => ({ status: 200, json: await operations.checkDeviceHealth(id) }),

    async deviceInfo({ id }) {
      const json = await store.read(async (tx) =>
        deviceInfo(found(await tx.devices.find(id)), await tx.bricks.listByDevice(id)),
      );
      return { status: 200, json };
    },

    deviceDelete: ({ by, id, body }) => accepted(operations.deleteDevice(by, id, body?.forceforget ?? false)),

    deviceSetState: ({ by, id, body }) => accepted(operations.setDeviceState(by, id, body.state, mustBeHealed(body))),

    deviceResync: ({ by, id }) => accepted(operations.resyncDevice(by, id)),

    async deviceSetTags({ by, id, body }) {
      return {
        status: 200,
        json: await operations.changeDeviceTags(by, id, { kind: body.change_type, tags: body.tags ?? {} }),
      };
    },
  };
}
