import type { Logger } from '../logger.js';
import type { GlusterClient } from './gluster-client.js';
import type { NodeHost } from './host.js';

/** What the calls of the Node service work with. */
export interface Node {
  readonly host: NodeHost;
  readonly client: GlusterClient;
  readonly log: Logger;
}
