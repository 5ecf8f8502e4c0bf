import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { Access, type Account } from './access.js';
import { type Answer, completeHeaders, rawAnswer, refusals } from './answers.js';
import { ClusterPods } from './cluster-pods.js';
import { Execs } from './execs.js';
import { LocalRuntime } from './local-runtime.js';
import { type KindRules, ObjectStore } from './object-store.js';
import type { RuntimeMaker } from './pod.js';
import { PodBook } from './pod-book.js';
import { getPod, listPods } from './pod-list.js';
import { PodWatches } from './pod-watch.js';
import { isSet, parseRequestUrl, type RequestUrl } from './request-url.js';
import { type Resource, readResource } from './resource.js';
import { SecretStore } from './secret-store.js';
import { VOLUME_RULES, VolumeControllers } from './volume-controllers.js';

/** A request line, with its headers, may be longer by some KiB than Go's limit of 1 MiB. */
const MAX_HEADER_BYTES = 1_048_576 + 4096;

const RULES: ReadonlyMap<string, KindRules> = new Map([['persistentvolumes', VOLUME_RULES]]);

/** The driver whose provisioner runs here. */
const DRIVER = 'glusterfs.csi.mortar';

const ADMIN: Account = { user: 'system:serviceaccount:default:heketi', rights: ['*'], namespace: null };

export interface KubernetesServerOptions {
  /** Where programs of containers run; by default each container is a folder of this machine. */
  readonly makeRuntime?: RuntimeMaker;
  readonly namespaces?: readonly string[];
  /** PEM; null: plain HTTP. */
  readonly tls?: { readonly key: string; readonly cert: string } | null;
  /** By which tokens end: milliseconds since 1970. */
  readonly now?: () => number;
}

/** A request as it came. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
}

/** An API server with its nodes, for tests: see README.md here. */
export class KubernetesServer {
  readonly book = new PodBook();
  readonly pods: ClusterPods;
  readonly watches = new PodWatches(this.book);
  readonly execs: Execs;
  readonly secrets: SecretStore;
  /** Volumes, claims, classes and what else is only stored. Pods in it take the place of those of `pods` in lists. */
  readonly objects = new ObjectStore(RULES, () => this.book.nextVersion());
  readonly controllers = new VolumeControllers(this.objects, DRIVER);
  readonly access: Access;
  /** May do everything. */
  readonly token: string;
  readonly requests: SeenRequest[] = [];
  readonly #isTls: boolean;
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();
  #port = 0;
  #answering: Promise<void> = Promise.resolve();
  #wake: (() => void) | null = null;

  private constructor({ makeRuntime, namespaces, tls, now }: KubernetesServerOptions) {
    this.pods = new ClusterPods(this.book, makeRuntime ?? (() => new LocalRuntime()));
    this.execs = new Execs(this.pods);
    this.secrets = new SecretStore(new Set(namespaces ?? ['default', 'other']), () => this.book.nextVersion());
    this.access = new Access(now ?? Date.now);
    this.token = this.access.issue(ADMIN);
    this.#isTls = Boolean(tls);
    const options = { maxHeaderSize: MAX_HEADER_BYTES };
    this.#server = tls ? createTlsServer({ ...options, ...tls }) : createServer(options);
    this.#server.on('connection', (socket) => this.#keep(socket));
    this.#server.on('request', (request, response) => void this.#answer(request, response));
    this.#server.on('upgrade', (request, socket, head) => void this.#upgrade(request, socket, head));
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      if (error.code === 'HPE_HEADER_OVERFLOW') socket.end(rawAnswer(refusals.headersTooLarge()));
      else socket.destroy();
    });
  }

  static async up(options: KubernetesServerOptions = {}): Promise<KubernetesServer> {
    const server = new KubernetesServer(options);
    await server.start();
    return server;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `${this.#isTls ? 'https' : 'http'}://127.0.0.1:${this.#port}`;
  }

  /** Again at the same address, after `kill`. */
  async start(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** The API server dies: every connection ends without a word, and new ones are refused. Programs run on. */
  async kill(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.execs.destroy();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** It takes connections and says nothing, until `resume`. */
  hang(): void {
    if (this.#wake) return;
    this.#answering = new Promise((resolve) => {
      this.#wake = resolve;
    });
    this.watches.hold();
    this.execs.hold();
  }

  resume(): void {
    this.#wake?.();
    this.#wake = null;
    this.watches.resume();
    this.execs.resume();
  }

  /** Ends all that runs in pods as well. */
  async down(): Promise<void> {
    this.resume();
    this.execs.kubelets.resumeAll();
    if (this.#server.listening) await this.kill();
    this.pods.removeAll();
  }

  #keep(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const url = await this.#see(request);
    const answer = await this.#answerOf(request, response, { url, body });
    if (!answer) return;
    if (response.shouldKeepAlive) response.removeHeader('Connection'); // Go's servers do not name the default
    response.writeHead(answer.code, completeHeaders(answer));
    response.end(answer.body);
  }

  /** Null: it is answered already. */
  async #answerOf(
    request: IncomingMessage,
    response: ServerResponse,
    { url, body }: { readonly url: RequestUrl; readonly body: Buffer },
  ): Promise<Answer | null> {
    const resource = readResource(url.path);
    if (!resource) return refusals.pageNotFound();
    const refused = this.#refusal(request, resource, url);
    if (refused) return refused;
    const { kind, namespace, name } = resource;
    if (kind === 'secrets') {
      return this.secrets.handle({ method: request.method ?? '', namespace: namespace ?? '', name, body });
    }
    if (kind === 'pods/exec') return this.execs.answer(namespace ?? '', name, url);
    if (kind !== 'pods' || this.objects.list('pods').length > 0) {
      const answer = this.objects.handle({ method: request.method ?? '', resource, query: url.query, body });
      this.controllers.notice();
      return answer;
    }
    if (name === '') {
      return isSet(url.query, 'watch')
        ? this.watches.begin(namespace, url.query, response)
        : listPods(this.book, namespace, url.query);
    }
    return getPod(this.book, namespace ?? '', name);
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    this.#keep(socket);
    const url = await this.#see(request);
    const resource = readResource(url.path);
    const refused = resource?.kind === 'pods/exec' ? this.#refusal(request, resource, url) : refusals.pageNotFound();
    if (refused || !resource) socket.end(rawAnswer(refused ?? refusals.pageNotFound()));
    else await this.execs.upgrade(request, { socket, head }, [resource.namespace ?? '', resource.name, url]);
  }

  async #see(request: IncomingMessage): Promise<RequestUrl> {
    const { method = '', url = '' } = request;
    this.requests.push({ method, url });
    await this.#answering;
    return parseRequestUrl(url);
  }

  #refusal(request: IncomingMessage, { kind, namespace, name }: Resource, { query }: RequestUrl): Answer | null {
    const verb = verbOf(request.method ?? '', name, isSet(query, 'watch'));
    return this.access.refusal(request.headers.authorization, { verb, resource: kind, namespace, name });
  }
}

function verbOf(method: string, name: string, isWatch: boolean): string {
  if (method === 'GET') return name !== '' ? 'get' : isWatch ? 'watch' : 'list';
  return { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }[method] ?? method.toLowerCase();
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
