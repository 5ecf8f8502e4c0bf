import type { Id } from '../../../../src/domain/ids.js';
import type { Asked } from './restarting-server.js';
import type { SoakRequest } from './soak-client.js';

interface WireDevice {
  readonly id: Id;
  readonly name: string;
  readonly state: string;
  readonly bricks: readonly unknown[];
}

interface WireNode {
  readonly id: Id;
  readonly state: string;
  readonly hostnames: { readonly manage: readonly string[] };
  readonly devices: readonly WireDevice[];
}

/** A disk that comes and goes, or, without a path, a whole node that does. */
export interface Slot {
  readonly host: string;
  readonly path: string | null;
}

/** Takes nodes and devices in, changes their states and tags, and removes them again; each slot has one owner. */
export class SoakTopology {
  readonly #server: Asked;
  readonly #clusterId: Id;
  readonly #slots: readonly Slot[];
  readonly #random: () => number;

  constructor(server: Asked, clusterId: Id, slots: readonly Slot[], random: () => number) {
    this.#server = server;
    this.#clusterId = clusterId;
    this.#slots = slots;
    this.#random = random;
  }

  /** The next step in the life of one of its slots; null when the server could not be asked for its state. */
  async next(): Promise<SoakRequest | null> {
    const slot = this.#slots[Math.floor(this.#random() * this.#slots.length)];
    const nodes = await this.#nodes();
    if (!slot || !nodes) return null;
    const node = nodes.find(({ hostnames }) => hostnames.manage[0] === slot.host);
    if (slot.path === null) return node ? this.#changeNode(node) : addNode(this.#clusterId, slot.host);
    const device = node?.devices.find(({ name }) => name === slot.path);
    if (!node) return null;
    return device
      ? this.#changeDevice(device)
      : request('POST', '/devices', { node: node.id, name: slot.path, destroydata: this.#random() < 0.5 });
  }

  #changeNode({ id, state, devices }: WireNode): SoakRequest {
    const dice = this.#random();
    if (dice < 0.3) return request('POST', `/nodes/${id}/tags`, { change_type: 'set', tags: { n: String(dice) } });
    if (dice < 0.6 || devices.length > 0)
      return request('POST', `/nodes/${id}/state`, { state: state === 'online' ? 'offline' : 'online' });
    return request('DELETE', `/nodes/${id}`);
  }

  #changeDevice({ id, state, bricks }: WireDevice): SoakRequest {
    const dice = this.#random();
    if (dice < 0.15) return request('POST', `/devices/${id}/tags`, { change_type: 'set', tags: { n: String(dice) } });
    if (dice < 0.3) return request('GET', `/devices/${id}/resync`);
    if (state === 'failed') return request('DELETE', `/devices/${id}`);
    const to = state === 'online' ? 'offline' : bricks.length > 0 || dice < 0.5 ? 'online' : 'failed';
    return request('POST', `/devices/${id}/state`, { state: to });
  }

  async #nodes(): Promise<readonly WireNode[] | null> {
    const cluster = await this.#server.send('GET', `/clusters/${this.#clusterId}`);
    if (cluster?.status !== 200) return null;
    const { nodes } = JSON.parse(cluster.text) as { nodes: readonly Id[] };
    const answers = await Promise.all(nodes.map((id) => this.#server.send('GET', `/nodes/${id}`)));
    return answers.flatMap((answer) => (answer?.status === 200 ? [JSON.parse(answer.text) as WireNode] : []));
  }
}

function addNode(cluster: Id, host: string): SoakRequest {
  const storage = `10.0.0.${host.slice(1)}`;
  return request('POST', '/nodes', { cluster, zone: 1, hostnames: { manage: [host], storage: [storage] } });
}

function request(method: string, path: string, body?: object): SoakRequest {
  return { method, path, ...(body && { body }), ended: () => undefined };
}
