import { randomUUID } from 'node:crypto';
import pLimit from 'p-limit';
import { HeketiClient, pathOf } from '../../client/client.js';
import { parseServer, withoutSlashes } from '../../client/server-address.js';
import { loadTokenSigner, type SignToken } from '../../client/token.js';
import { openTransport, type Transport } from '../../client/transport.js';
import {
  memberOf,
  type NodeInfo,
  readCluster,
  readList,
  readNode,
  readNumber,
  readText,
  readTexts,
  readVolume,
  type VolumeInfo,
} from '../../client/wire.js';
import type { JsonValue } from '../../json/json-value.js';
import { pause } from '../../timing/timers.js';
import { CsiError } from '../rpc/csi-error.js';
import type { ServerAccess } from './server-access.js';
import { explain, hasStatus, isNotFound } from './server-refusal.js';

/** Orchestrators ask again by themselves: only a restart is waited for, and only by who follows a change. */
const PATIENCE = { busyRetries: 0, outageMs: 10_000 };
/** The server answers polls after 4 s at the latest. */
const SILENCE_MS = 60_000;
const AT_ONCE = 8;

/** A volume as it is now; `busy`: it is being made, cloned or deleted. */
export type Look =
  | { readonly is: 'there'; readonly volume: VolumeInfo }
  | { readonly is: 'absent' }
  | { readonly is: 'busy' };

/** The requests to one server. Failures are ClientErrors as they are, for who has to tell what became of a change. */
export class VolumeServer {
  readonly access: ServerAccess;
  readonly #base: URL;
  readonly #transport: Transport;
  readonly #signToken: SignToken;

  private constructor(access: ServerAccess, base: URL, transport: Transport, signToken: SignToken) {
    this.access = access;
    this.#base = base;
    this.#transport = transport;
    this.#signToken = signToken;
  }

  /** Sends nothing. Throws CsiError INVALID_ARGUMENT for an address or an authority that is none. */
  static async open(access: ServerAccess): Promise<VolumeServer> {
    try {
      const base = parseServer(access.url, 'resturl');
      const tls = { isInsecure: false, certFiles: [], certificates: access.certificates, env: process.env };
      const transport = await openTransport(base, { ...tls, silenceMs: SILENCE_MS });
      return new VolumeServer(access, base, transport, await loadTokenSigner());
    } catch (error) {
      throw new CsiError('INVALID_ARGUMENT', (error as Error).message, { cause: error });
    }
  }

  close(): void {
    this.#transport.close();
  }

  async hasCluster(id: string): Promise<boolean> {
    return (await this.#find(pathOf('clusters', id))) !== null;
  }

  /** The nodes of some clusters, of all when none is named. */
  async nodes(clusters: readonly string[]): Promise<readonly NodeInfo[]> {
    const client = this.#client();
    const ids = clusters.length > 0 ? clusters : readTexts(memberOf(await client.getJson('/clusters'), 'clusters'));
    const found = await this.#each(ids, (id) => this.#find(pathOf('clusters', id)));
    const nodes = found.flatMap((cluster) => readCluster(cluster).nodes);
    return (await this.#each(nodes, (id) => this.#find(pathOf('nodes', id)))).map(readNode);
  }

  /** Of all complete volumes, in ascending order. */
  async volumeIds(): Promise<readonly string[]> {
    return readTexts(memberOf(await this.#client().getJson('/volumes'), 'volumes'));
  }

  /** Those of them that are complete, in their order. */
  async volumes(ids: readonly string[]): Promise<readonly VolumeInfo[]> {
    return (await this.#each(ids, (id) => this.#find(pathOf('volumes', id)))).map(readVolume);
  }

  /** Null: no complete volume is called so. */
  async findByClientName(name: string): Promise<VolumeInfo | null> {
    const answer = await this.#client().getJson(`/volumes?client_name=${encodeURIComponent(name)}`);
    if (readText(memberOf(answer, 'client_name')) !== name) {
      throw new CsiError(
        'FAILED_PRECONDITION',
        `the server at ${this.#base.origin} does not know volumes by their clients' names: it has to be a Mortar that takes client_name`,
      );
    }
    const [id] = readTexts(memberOf(answer, 'volumes'));
    const volume = id === undefined ? null : await this.#find(pathOf('volumes', id));
    return volume === null ? null : readVolume(volume);
  }

  /** What is not complete and is not being changed is not there: only a change hides a volume, and it may end while we look. */
  async lookAt(id: string): Promise<Look> {
    for (const isLast of [false, true]) {
      const volume = await this.#find(pathOf('volumes', id));
      if (volume !== null) return { is: 'there', volume: readVolume(volume) };
      if (!isLast && (await this.#isBeingChanged(id))) return { is: 'busy' };
    }
    return { is: 'absent' };
  }

  async #isBeingChanged(id: string): Promise<boolean> {
    const list = readList(memberOf(await this.#client().getJson('/operations/pending'), 'pendingoperations'));
    const operations = await this.#each(
      list.map((operation) => readText(memberOf(operation, 'id'))),
      (operation) => this.#findOperation(operation),
    );
    return operations.some((operation) =>
      readList(memberOf(operation, 'changes')).some((change) => readText(memberOf(change, 'id')) === id),
    );
  }

  async #findOperation(id: string): Promise<JsonValue | null> {
    try {
      return await this.#client().getJson(pathOf('operations', 'pending', id));
    } catch (error) {
      if (hasStatus(error, 404)) return null; // it has ended
      throw error;
    }
  }

  /** The same request is sent again under one key while its answer is lost. */
  async create(body: object): Promise<VolumeInfo> {
    const headers = { 'Idempotency-Key': randomUUID() };
    return readVolume(await this.#client().submitForJson('POST', '/volumes', body, 'creating a volume', headers));
  }

  async clone(source: string, body: object): Promise<VolumeInfo> {
    const path = pathOf('volumes', source, 'clone');
    return readVolume(await this.#client().submitForJson('POST', path, body, 'cloning a volume'));
  }

  /** GiB; refused (409) unless the volume has `fromGib` when the server begins. */
  async expand(id: string, fromGib: number, addGib: number): Promise<VolumeInfo> {
    const body = { expand_size: addGib, from_size: fromGib };
    return readVolume(
      await this.#client().submitForJson('POST', pathOf('volumes', id, 'expand'), body, 'expanding a volume'),
    );
  }

  delete(id: string): Promise<void> {
    return this.#client().submit('DELETE', pathOf('volumes', id), undefined, 'deleting a volume');
  }

  /** The volume is in use, and not left behind by a client that gave up. */
  async claim(id: string): Promise<void> {
    await this.#client().send('POST', pathOf('volumes', id, 'claim'), undefined, [204]);
  }

  /** GiB of the largest volume of the kind of `body` that would fit now; 0: none. */
  async largestGib(body: object): Promise<number> {
    const plan = await this.#client().send('POST', '/placements', body, [200]);
    return readNumber(memberOf(plan, 'largestGib'));
  }

  async #find(path: string): Promise<JsonValue | null> {
    try {
      return await this.#client().getJson(path);
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  }

  /** In their order, without those that there are not. */
  async #each(ids: readonly string[], find: (id: string) => Promise<JsonValue | null>): Promise<readonly JsonValue[]> {
    const limit = pLimit(AT_ONCE);
    const found = await Promise.all(ids.map((id) => limit(() => find(id))));
    return found.filter((one) => one !== null);
  }

  /** A client follows one request at a time. */
  #client(): HeketiClient {
    return new HeketiClient({
      transport: this.#transport,
      signToken: this.#signToken,
      basePath: withoutSlashes(this.#base.pathname),
      user: this.access.user,
      key: this.access.key,
      patience: PATIENCE,
      sleep: pause,
      now: Date.now,
      random: Math.random,
    });
  }
}

/** Runs `work`; what a server answered, or did not, is thrown as the specification has it. */
export async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explain(error);
  }
}
