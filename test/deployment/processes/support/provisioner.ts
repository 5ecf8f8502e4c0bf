import { createHash, createHmac } from 'node:crypto';
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { isIP } from 'node:net';
import type { Id } from '../../../../src/domain/ids.js';

/** An answer as it went over the wire. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a PersistentVolume and its Endpoints are made from. */
export interface Provisioned {
  readonly id: Id;
  /** The path of the PersistentVolume. */
  readonly name: string;
  readonly sizeGib: number;
  readonly addresses: readonly string[];
}

/** What stands in the event of a claim: the body of an answer, or what it lacked. */
export class ProvisioningError extends Error {}

const TOKEN_LIFE_S = 300;

/**
 * The in-tree provisioner of Kubernetes, request by request as recorded: its headers, a token for each path, one pool
 * of connections, and what it makes of each answer. `resturl`, `restuser` and `restuserkey` are those of the
 * StorageClass. It asks again at once where the real one pauses for 400 ms.
 */
export class Provisioner {
  /** `METHOD PATH STATUS` of everything that was asked. */
  readonly conversation: string[] = [];
  /** Of the connections that carried it. */
  readonly localPorts = new Set<number>();
  readonly #resturl: string;
  readonly #user: string;
  readonly #key: string;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(resturl: string, user: string, key: string) {
    this.#resturl = resturl;
    this.#user = user;
    this.#key = key;
  }

  close(): void {
    this.#agent.destroy();
  }

  /** `body`: of `POST /volumes`, byte for byte. */
  async provision(body: string): Promise<Provisioned> {
    const volume = await this.#jsonOf(await this.finished(await this.accepted('POST', '/volumes', body)));
    const cluster = await this.#jsonOf(await this.ask('GET', `/clusters/${volume['cluster']}`));
    const addresses: string[] = [];
    for (const id of cluster['nodes'] as Id[]) {
      const { hostnames } = (await this.#jsonOf(await this.ask('GET', `/nodes/${id}`))) as { hostnames: HostNames };
      const address = hostnames.storage.join('');
      if (isIP(address) === 0) throw new ProvisioningError(`${address} must be a valid IP address`);
      addresses.push(address);
    }
    return {
      id: String(volume['id']),
      name: String(volume['name']),
      sizeGib: Number(volume['size']),
      addresses,
    };
  }

  /** Resolves with the new capacity of the PersistentVolume. `capacityGib` is the one it has. */
  async expand(id: Id, capacityGib: number, requestedGib: number): Promise<number> {
    const { size } = await this.#jsonOf(await this.ask('GET', `/volumes/${id}`));
    if (Number(size) >= requestedGib) return Number(size);
    const body = `{"expand_size":${Math.ceil(requestedGib - capacityGib)}}`;
    const expanded = await this.finished(await this.accepted('POST', `/volumes/${id}/expand`, body));
    return Number((await this.#jsonOf(expanded))['size']);
  }

  async delete(id: Id): Promise<void> {
    const answer = await this.ask('DELETE', `/volumes/${id}`);
    // By its text alone, whatever the status: nothing is left to delete.
    if (errorText(answer) === 'Id not found') return;
    if (answer.status !== 202) throw new ProvisioningError(errorText(answer));
    const end = await this.finished(answer);
    if (end.status !== 204) throw new ProvisioningError(errorText(end));
  }

  /** A change that must be answered with exactly 202 and where to ask for its result. */
  async accepted(method: string, path: string, body?: string): Promise<WireAnswer> {
    const answer = await this.ask(method, path, body);
    if (answer.status !== 202) throw new ProvisioningError(errorText(answer));
    if (answer.headers.location === undefined) throw new ProvisioningError('no Location header');
    return answer;
  }

  /** The final answer of what was accepted, its redirect followed. */
  async finished({ headers: { location = '' } }: WireAnswer): Promise<WireAnswer> {
    for (;;) {
      const answer = await this.ask('GET', location);
      if (answer.headers['x-pending'] !== 'true') return answer;
      if (answer.status !== 200) throw new ProvisioningError(errorText(answer));
    }
  }

  /** Redirects are followed as Go's client does: with GET, naming the address that led there, and a token for the new path. */
  async ask(method: string, path: string, body?: string): Promise<WireAnswer> {
    const answer = await this.send(method, path, { ...(body !== undefined && { body }) });
    const { location } = answer.headers;
    if (![301, 302, 303].includes(answer.status) || location === undefined) return answer;
    return this.send('GET', location, { referer: `${this.#resturl}${path}`, isAbsolute: true });
  }

  /** One request; `path` is put behind resturl as it is, unless the server has named it. */
  send(method: string, path: string, options: SendOptions = {}): Promise<WireAnswer> {
    const { body, referer, isAbsolute = path.startsWith('/queue/') } = options;
    const url = isAbsolute ? new URL(path, this.#resturl) : new URL(`${this.#resturl}${path}`);
    const headers = {
      Host: url.host,
      'User-Agent': 'Go-http-client/1.1',
      ...(body !== undefined && { 'Content-Length': Buffer.byteLength(body) }),
      Authorization: `bearer ${this.#token(method, url.pathname)}`,
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...(referer !== undefined && { Referer: referer }),
      'Accept-Encoding': 'gzip',
    };
    return new Promise((resolve, reject) => {
      const sent = request(url, { method, headers, agent: this.#agent }, (answer) => {
        this.localPorts.add(answer.socket.localPort ?? 0);
        this.conversation.push(`${method} ${url.pathname} ${answer.statusCode}`);
        resolve(received(answer));
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  #token(method: string, path: string): string {
    const iat = Math.floor(Date.now() / 1000);
    const qsh = createHash('sha256').update(`${method}&${path}`).digest('hex');
    const claims = { exp: iat + TOKEN_LIFE_S, iat, iss: this.#user, qsh };
    const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');
    const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
    return `${signed}.${createHmac('sha256', this.#key).update(signed).digest('base64url')}`;
  }

  #jsonOf(answer: WireAnswer): Record<string, unknown> {
    if (answer.status !== 200) throw new ProvisioningError(errorText(answer));
    return JSON.parse(answer.body) as Record<string, unknown>;
  }
}

interface HostNames {
  readonly storage: readonly string[];
}

interface SendOptions {
  readonly body?: string;
  readonly referer?: string;
  readonly isAbsolute?: boolean;
}

/** As many bytes as Content-Length promises, undecoded: a chunked or compressed body reads as none. */
function errorText({ headers, body }: WireAnswer): string {
  const length = Number(headers['content-length'] ?? 0);
  if (headers['content-encoding'] !== undefined) return '';
  return Buffer.from(body).subarray(0, length).toString().trim();
}

async function received(answer: IncomingMessage): Promise<WireAnswer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks).toString() };
}
