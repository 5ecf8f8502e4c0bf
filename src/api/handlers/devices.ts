import type { Handlers } from '../contract/handlers.js';
import { deviceInfo } from '../wire/device.js';
import { accepted, found } from './answers.js';
import type { HandlerDeps } from './deps.js';

type DeviceHandlers = Pick<
  Handlers,
  'deviceAdd' | 'devicePreflight' | 'deviceInfo' | 'deviceDelete' | 'deviceSetState' | 'deviceResync' | 'deviceSetTags'
>;

export function deviceHandlers({ store, operations }: HandlerDeps): DeviceHandlers {
  return {
    deviceAdd({ body }) {
      const { node, name, destroydata = false, tags = {} } = body;
      return accepted(operations.addDevice({ nodeId: node, name, mayDestroyData: destroydata, tags }));
    },

    devicePreflight: async ({ body }) => ({
      status: 200,
      json: await operations.preflightDevice(body.node, body.name),
    }),

    async deviceInfo({ id }) {
      const json = await store.read(async (tx) =>
        deviceInfo(found(await tx.devices.find(id)), await tx.bricks.listByDevice(id)),
      );
      return { status: 200, json };
    },

    deviceDelete: ({ id, body }) => accepted(operations.deleteDevice(id, body?.forceforget ?? false)),

    deviceSetState: ({ id, body }) => accepted(operations.setDeviceState(id, body.state, body.healcheck || 'enable')),

    deviceResync: ({ id }) => accepted(operations.resyncDevice(id)),

    async deviceSetTags({ id, body }) {
      return {
        status: 200,
        json: await operations.changeDeviceTags(id, { kind: body.change_type, tags: body.tags ?? {} }),
      };
    },
  };
}
