import type { Calls } from './rpc/grpc-server.js';

export interface Identity {
  readonly name: string;
  readonly version: string;
}

/**
 * The Identity service. Probes ask no server: a driver that is up need not be restarted when a server is down. Capabilities
 * are those of the program as a whole: a driver of nodes tells of the controller too, which is another process.
 */
export function identityCalls({ name, version }: Identity): Calls {
  return {
    GetPluginInfo: async () => ({ name, vendorVersion: version }),
    GetPluginCapabilities: async () => ({
      capabilities: [{ service: { type: 'CONTROLLER_SERVICE' } }, { volumeExpansion: { type: 'ONLINE' } }],
    }),
    Probe: async () => ({ ready: { value: true } }),
  };
}
