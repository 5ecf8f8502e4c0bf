import type { Id } from '../../../../src/domain/ids.js';
import type { QueueTicket } from '../../../../src/operations/ports/queue.js';
import type { VolumeRequest } from '../../../../src/operations/ports/requests.js';
import type { Client, Requests, View } from '../../support/client.js';

export interface HttpAnswer {
  readonly status: number;
  readonly location: string | null;
  readonly text: string;
}

export class RefusedError extends Error {
  readonly status: number;

  constructor(what: string, { status, text }: HttpAnswer) {
    super(`${what}: ${status} ${text}`);
    this.status = status;
  }
}

/** Final answer of a queue entry; `gone`: it has been read already. */
export type QueueAnswer =
  | { readonly kind: 'done'; readonly location: string }
  | { readonly kind: 'failed'; readonly text: string }
  | { readonly kind: 'pending' }
  | { readonly kind: 'gone' };

const POLL_MS = 10;

/** A client over HTTP. */
export class HttpClient implements Client {
  readonly #base: string;

  constructor(base: string) {
    this.#base = base;
  }

  async send(
    method: string,
    path: string,
    body?: object,
    more: Pick<RequestInit, 'headers' | 'signal'> = {},
  ): Promise<HttpAnswer> {
    const answer = await fetch(`${this.#base}${path}`, {
      ...more,
      method,
      redirect: 'manual',
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, location: answer.headers.get('location'), text: await answer.text() };
  }

  /** The parsed body of an answer, which must be a success. */
  async #json<T>(method: string, path: string, body?: object): Promise<T> {
    const answer = await this.send(method, path, body);
    if (answer.status >= 300) throw new RefusedError(`${method} ${path}`, answer);
    return (answer.text === '' ? null : JSON.parse(answer.text)) as T;
  }

  async #ticket(method: string, path: string, body?: object): Promise<QueueTicket> {
    const answer = await this.send(method, path, body);
    if (answer.status !== 202) throw new RefusedError(`${method} ${path}`, answer);
    return { queueId: (answer.location ?? '').slice('/queue/'.length) };
  }

  async poll(queueId: Id): Promise<QueueAnswer> {
    const { status, location, text } = await this.send('GET', `/queue/${queueId}`);
    if (status === 200) return { kind: 'pending' };
    if (status === 303 || status === 204) return { kind: 'done', location: location ?? '' };
    return status === 404 ? { kind: 'gone' } : { kind: 'failed', text };
  }

  async settled(queueId: Id): Promise<QueueAnswer> {
    for (;;) {
      const answer = await this.poll(queueId);
      if (answer.kind !== 'pending') return answer;
      await new Promise((turn) => setTimeout(turn, POLL_MS));
    }
  }

  async done({ queueId }: QueueTicket): Promise<string> {
    const answer = await this.settled(queueId);
    if (answer.kind !== 'done') throw new Error(`queue entry ${queueId}: ${JSON.stringify(answer)}`);
    return answer.location;
  }

  /** Resolves when no operation is pending any more. */
  async nothingPending(): Promise<void> {
    while ((await this.pendingOperations()) > 0) await new Promise((turn) => setTimeout(turn, POLL_MS));
  }

  async pendingOperations(): Promise<number> {
    return (await this.#json<{ total: number }>('GET', '/operations')).total;
  }

  async pendingIds(): Promise<readonly Id[]> {
    const { pendingoperations } = await this.#json<{ pendingoperations: { id: Id }[] }>('GET', '/operations/pending');
    return pendingoperations.map(({ id }) => id);
  }

  /** What `heketi-cli server state examine differences` lists. */
  async differences(): Promise<readonly { readonly subject: string; readonly text: string }[]> {
    const found = await this.#json<{ differences: { subject: string; text: string }[] }>(
      'GET',
      '/internal/state/examine/differences',
    );
    return found.differences;
  }

  /** What is pending, for a person to read. */
  async describePending(): Promise<string> {
    const details = (await this.pendingIds()).map((id) => this.send('GET', `/operations/pending/${id}`));
    return (await Promise.all(details)).map(({ text }) => text).join('\n');
  }

  readonly operations: Requests = {
    createCluster: async (flags) =>
      (await this.#json<{ id: Id }>('POST', '/clusters', { block: flags.allowsBlock, file: flags.allowsFile })).id,
    setClusterFlags: (id, flags) =>
      this.#json('POST', `/clusters/${id}/flags`, { block: flags.allowsBlock, file: flags.allowsFile }),
    deleteCluster: (id) => this.#json('DELETE', `/clusters/${id}`),
    changeNodeTags: (id, { kind, tags }) => this.#json('POST', `/nodes/${id}/tags`, { change_type: kind, tags }),
    changeDeviceTags: (id, { kind, tags }) => this.#json('POST', `/devices/${id}/tags`, { change_type: kind, tags }),
    addNode: ({ clusterId, zone, manageNames, storageNames }) =>
      this.#ticket('POST', '/nodes', {
        cluster: clusterId,
        zone,
        hostnames: { manage: manageNames, storage: storageNames },
      }),
    deleteNode: (id) => this.#ticket('DELETE', `/nodes/${id}`),
    setNodeState: (id, state) => this.#ticket('POST', `/nodes/${id}/state`, { state }),
    loseNode: (id, { mustBeHealed, mayHostAnswer }) =>
      this.#ticket('POST', `/nodes/${id}/lost`, {
        ...(mustBeHealed ? {} : { healcheck: 'disable' }),
        hostanswers: mayHostAnswer,
      }),
    addDevice: ({ nodeId, name, mayDestroyData }) =>
      this.#ticket('POST', '/devices', { node: nodeId, name, destroydata: mayDestroyData }),
    deleteDevice: (id, forceForget) =>
      this.#ticket('DELETE', `/devices/${id}`, forceForget ? { forceforget: true } : undefined),
    setDeviceState: (id, state) => this.#ticket('POST', `/devices/${id}/state`, { state }),
    resyncDevice: (id) => this.#ticket('GET', `/devices/${id}/resync`),
    createVolume: (request) => this.#ticket('POST', '/volumes', volumeBody(request)),
    expandVolume: (id, addGib) => this.#ticket('POST', `/volumes/${id}/expand`, { expand_size: addGib }),
    cloneVolume: (id, name) => this.#ticket('POST', `/volumes/${id}/clone`, { name }),
    deleteVolume: (id) => this.#ticket('DELETE', `/volumes/${id}`),
    setBlockRestriction: (id, restriction) => this.#ticket('POST', `/volumes/${id}/block-restriction`, { restriction }),
    createBlockVolume: ({ sizeGib, name, haCount, hasAuth }) =>
      this.#ticket('POST', '/blockvolumes', { size: sizeGib, name, hacount: haCount, auth: hasAuth }),
    expandBlockVolume: (id, sizeGib) => this.#ticket('POST', `/blockvolumes/${id}/expand`, { new_size: sizeGib }),
    deleteBlockVolume: (id) => this.#ticket('DELETE', `/blockvolumes/${id}`),
    evictBrick: (id) => this.#ticket('POST', `/bricks/to-evict/${id}`),
    reinstateNode: (id, disks) => this.#ticket('POST', `/nodes/${id}/reinstate`, { disks }),
    repairState: (wish) => this.#ticket('POST', '/internal/state/repair', wish),
    planStateRepair: (wish) => this.#json('POST', '/internal/state/repair/plan', wish),
    cleanUp: (operations) => this.#ticket('POST', '/operations/pending/cleanup', { operations }),
  };

  async view(): Promise<View> {
    const ids = async (path: string, key: string) => (await this.#json<Record<string, Id[]>>('GET', path))[key] ?? [];
    const clusters = await Promise.all(
      (await ids('/clusters', 'clusters')).map((id) =>
        this.#json<{ id: Id; block: boolean; nodes: Id[] }>('GET', `/clusters/${id}`),
      ),
    );
    const nodes = await Promise.all(
      clusters.flatMap((cluster) => cluster.nodes).map((id) => this.#json<WireNode>('GET', `/nodes/${id}`)),
    );
    const volumes = await Promise.all(
      (await ids('/volumes', 'volumes')).map((id) => this.#json<WireVolume>('GET', `/volumes/${id}`)),
    );
    const blockVolumes = await Promise.all(
      (await ids('/blockvolumes', 'blockvolumes')).map((id) => this.#json<WireBlock>('GET', `/blockvolumes/${id}`)),
    );
    return {
      clusters: clusters.map(({ id, block }) => ({ id, allowsBlock: block })),
      nodes: nodes.map(({ id, state, tags, hostnames }) => ({
        id,
        state,
        tags: tags ?? {},
        name: hostnames.manage[0] ?? '',
      })),
      devices: nodes.flatMap((node) =>
        node.devices.map(({ id, name, state, tags }) => ({ id, name, state, tags: tags ?? {}, nodeId: node.id })),
      ),
      volumes: volumes.map(({ id, name, size, blockinfo, bricks }) => ({
        id,
        name,
        sizeGib: size,
        restriction: blockinfo?.restriction ?? '',
        brickIds: bricks.map((brick) => brick.id),
      })),
      blockVolumes: blockVolumes.map(({ id, name, size }) => ({ id, name, sizeGib: size })),
      pendingOperations: await this.pendingOperations(),
    };
  }
}

interface WireDevice {
  readonly id: Id;
  readonly name: string;
  readonly state: View['devices'][number]['state'];
  readonly tags?: object;
}

interface WireNode extends Omit<WireDevice, 'name'> {
  readonly hostnames: { readonly manage: readonly string[] };
  readonly devices: readonly WireDevice[];
}

interface WireBlock {
  readonly id: Id;
  readonly name: string;
  readonly size: number;
}

interface WireVolume {
  readonly id: Id;
  readonly name: string;
  readonly size: number;
  readonly bricks: readonly { readonly id: Id }[];
  readonly blockinfo?: { readonly restriction?: View['volumes'][number]['restriction'] };
}

function volumeBody(request: VolumeRequest): object {
  const { durability } = request;
  return {
    size: request.sizeGib,
    name: request.name,
    durability: {
      type: durability.type,
      replicate: { replica: durability.replica },
      disperse: { data: durability.disperseData, redundancy: durability.disperseRedundancy },
    },
    gid: request.gid,
    glustervolumeoptions: request.options,
    block: request.isBlockHosting,
    snapshot: { enable: request.snapshotEnabled, factor: request.snapshotFactor },
  };
}
