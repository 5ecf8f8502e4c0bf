import type { Calls } from './rpc/grpc-server.js';

export interface Identity {
  readonly name: string;
  readonly version: string;
  readonly hasController: boolean;
}

/** The Identity service. Probes ask no server: a driver that is up need not be restarted when a server is down. */
export function identityCalls({ name, version, hasController }: Identity): Calls {
  return {
    GetPluginInfo: async () => ({ name, vendorVersion: version }),
    GetPluginCapabilities: async () => ({
      capabilities: hasController
        ? [{ service: { type: 'CONTROLLER_SERVICE' } }, { volumeExpansion: { type: 'ONLINE' } }]
        : [],
    }),
    Probe: async () => ({ ready: { value: true } }),
  };
}
