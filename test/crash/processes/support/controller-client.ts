import type { Id } from '../../../../src/domain/ids.js';
import { type HttpAnswer, HttpClient } from './http-client.js';

/** As a provisioner sends it: a size, and a name that the server makes up. */
const REQUEST = { name: '', durability: { type: 'replicate', replicate: { replica: 3 }, disperse: {} }, gid: 2000 };
const POLL_MS = 400;
const RETRY_MS = 50;

/** What a client believes to own. */
export interface OwnVolume {
  readonly id: Id;
  readonly sizeGib: number;
}

/** Anything that keeps a try from its end. */
class Failed extends Error {}

/**
 * Asks for volumes as Kubernetes' controller does: it gives a request up at the first poll that is refused or fails,
 * never returns to a queue id, and asks anew: for another volume, or for what a volume lacks of its size.
 */
export class ControllerClient {
  /** Requests for a change that were accepted. */
  accepted = 0;
  readonly #base: () => Promise<string>;

  /** `base`: where a server listens; resolves once there is one. */
  constructor(base: () => Promise<string>) {
    this.#base = base;
  }

  create(sizeGib: number): Promise<OwnVolume> {
    return this.#untilDone(async () => {
      const location = await this.#change('POST', '/volumes', { size: sizeGib, ...REQUEST });
      const volume = await this.#json<{ id: Id; size: number; cluster: Id }>(location);
      const { nodes } = await this.#json<{ nodes: readonly Id[] }>(`/clusters/${volume.cluster}`);
      for (const node of nodes) await this.#json(`/nodes/${node}`);
      return { id: volume.id, sizeGib: volume.size };
    });
  }

  /** Adds what the volume lacks, as its owner was last told; one that is large enough already is left alone. */
  expand(own: OwnVolume, toGib: number): Promise<OwnVolume> {
    return this.#untilDone(async () => {
      const found = await this.#json<{ size: number }>(`/volumes/${own.id}`);
      if (found.size >= toGib) return { id: own.id, sizeGib: found.size };
      const location = await this.#change('POST', `/volumes/${own.id}/expand`, { expand_size: toGib - own.sizeGib });
      return { id: own.id, sizeGib: (await this.#json<{ size: number }>(location)).size };
    });
  }

  delete({ id }: OwnVolume): Promise<null> {
    return this.#untilDone(async () => {
      await this.#change('DELETE', `/volumes/${id}`);
      return null;
    });
  }

  async #untilDone<T>(attempt: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof Failed)) throw error;
      }
      await new Promise((done) => setTimeout(done, RETRY_MS));
    }
  }

  /** The location of the result; '' for a deletion. */
  async #change(method: string, path: string, body?: object): Promise<string> {
    const first = await this.#send(method, path, body);
    // Said of a volume to be deleted, this is its end.
    if (method === 'DELETE' && first.text.trim() === 'Id not found') return '';
    if (first.status !== 202 || first.location === null) throw new Failed(first.text);
    this.accepted++;
    for (;;) {
      const { status, location, text } = await this.#send('GET', first.location);
      if (status === 303 || status === 204) return location ?? '';
      if (status !== 200) throw new Failed(text);
      await new Promise((done) => setTimeout(done, POLL_MS));
    }
  }

  async #json<T>(path: string): Promise<T> {
    const { status, text } = await this.#send('GET', path);
    if (status !== 200) throw new Failed(text);
    return JSON.parse(text) as T;
  }

  async #send(method: string, path: string, body?: object): Promise<HttpAnswer> {
    const client = new HttpClient(await this.#base());
    try {
      return await client.send(method, path, body);
    } catch (cause) {
      throw new Failed('no connection', { cause });
    }
  }
}
