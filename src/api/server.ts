import { createHash, randomBytes } from 'node:crypto';
import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
  fastify,
} from 'fastify';
import { stringifyJson } from '../json/stringify-json.js';
import { AuditTrail } from './audit-trail.js';
import { audit, idsInBody } from './audited-request.js';
import { type AuthSettings, createAuthenticate } from './auth.js';
import { BrokenConnections } from './broken-connections.js';
import { type ConsoleFiles, leadBrowsers, registerConsole } from './console.js';
import type { AnyReply, ContractRequest, Handlers, OperationId } from './contract/handlers.js';
import type { Route } from './contract/route.js';
import { ROUTES } from './contract/routes.js';
import { answerFor, type ErrorAnswer, UNKNOWN_PATH } from './errors.js';
import { createGate } from './gate.js';
import { allHandlers } from './handlers/all.js';
import type { HandlerDeps } from './handlers/deps.js';
import { compileBodyReader } from './request-body.js';
import { encodePath, queryOf, readRequestPath } from './request-path.js';
import type { Traffic } from './traffic.js';
import { UserCreates } from './user-creates.js';

export interface ServerDeps extends HandlerDeps {
  /** Null: everybody may do everything (`--disable-auth`). */
  readonly auth: AuthSettings | null;
  /** True once the server is to end: reads and /queue go on, changes are refused. */
  readonly isStopping?: () => boolean;
  /** False while nothing may be written into the audit; always true when not given. */
  readonly mayAudit?: () => boolean;
  /** Counts requests without a good token. */
  readonly onTokenRefused?: () => void;
  /** Told of every request. */
  readonly traffic?: Traffic;
  /** Served under /console/; nothing is when null or not given. */
  readonly console?: ConsoleFiles | null;
  /** PEM texts; plain HTTP when null or not given. */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer } | null;
  /** Unix milliseconds; the clock when not given. */
  readonly now?: () => number;
  /** READ_LIMIT_MS when not given. */
  readonly readLimitMs?: number;
}

const BODY_LIMIT_BYTES = 1024 * 1024;
/** Go's clients keep idle connections for 90 s; a request on one that we close at that moment would be lost. */
const KEEP_ALIVE_MS = 120_000;
const RECEIVE_LIMIT_MS = 300_000;
/** A client that takes nothing of its answer for so long is cut off: the answer takes memory until then. */
const READ_LIMIT_MS = 60_000;
/** Ids may have any length. The whole head of a request has a limit of 16 KiB. */
const MAX_ID_CHARACTERS = 16 * 1024;

const JSON_TYPE = 'application/json; charset=UTF-8';
const STREAM_TYPE = 'text/event-stream; charset=utf-8';
const TEXT_TYPE = 'text/plain; charset=utf-8';

/**
 * The HTTP server, not yet listening. Routes, body rules and the types of handlers come from openapi.yaml.
 *
 * Routes are registered here rather than by fastify-openapi-glue: Fastify's own validation and serialization would
 * lose the exact integers, take bodies by their Content-Type only and answer errors in JSON, and its security hook
 * runs after the router, where this API authenticates before it.
 */
export async function buildServer(deps: ServerDeps): Promise<FastifyInstance> {
  const connections = new BrokenConnections();
  const server = fastify(serverOptions(deps, connections)) as unknown as FastifyInstance;
  connections.watch(server.server);
  const userCreates = new UserCreates(deps.answers, deps.log);
  const trail = new AuditTrail({
    store: deps.store,
    log: deps.log,
    mayWrite: deps.mayAudit ?? (() => true),
    onTokenRefused: deps.onTokenRefused,
  });
  const gate = createGate({
    authenticate: deps.auth ? createAuthenticate(deps.auth, deps.now ?? Date.now) : null,
    admin: deps.admin,
    restored: deps.restored,
    isStopping: deps.isStopping ?? (() => false),
    onRefusedPoll: (queueId) => userCreates.pollRefused(queueId),
  });

  server.decorateRequest('requester');
  server.decorateRequest('refusal', null);
  server.decorateRequest('isTokenRefused', false);
  server.decorateRequest('bodyIds');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  server.addHook('onRequest', async () => deps.traffic?.seen());
  if (deps.console) server.addHook('onRequest', leadBrowsers);
  server.addHook('onRequest', gate);
  // Not onResponse, which never comes where the client has gone meanwhile: its change was made all the same.
  server.addHook('onSend', (request, reply, _payload, done) => {
    const { raw } = reply;
    // Once all is sent, Node sets the limit for idle connections in its place. Without a network there is no socket.
    if (raw.socket instanceof Socket) raw.socket.setTimeout(deps.readLimitMs ?? READ_LIMIT_MS);
    const fields = { reqId: request.id, method: request.method, url: request.originalUrl, status: reply.statusCode };
    if (request.method === 'GET') deps.log.debug(fields, 'request answered');
    else deps.log.info(fields, 'request answered');
    audit(trail, request, reply);
    done();
  });
  server.setErrorHandler((error, request, reply) => {
    const answer = answerFor(error);
    if (answer.isDefect)
      deps.log.error(
        { reqId: request.id, method: request.method, url: request.originalUrl, err: error },
        'request failed by a defect',
      );
    sendError(reply, answer);
  });
  server.addHook('onClose', async () => trail.close());
  server.setNotFoundHandler(answerUnknown);

  const handlers = allHandlers(deps, userCreates);
  for (const route of ROUTES) register(server, route, handlers);
  if (deps.console) registerConsole(server, deps.console, deps.auth !== null);
  await server.ready();
  return server;
}

function serverOptions({ tls }: ServerDeps, connections: BrokenConnections): FastifyServerOptions {
  const options: FastifyServerOptions = {
    bodyLimit: BODY_LIMIT_BYTES,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: RECEIVE_LIMIT_MS,
    routerOptions: { maxParamLength: MAX_ID_CHARACTERS },
    exposeHeadRoutes: false,
    requestIdHeader: false,
    genReqId: requestIds(),
    // Requests that arrive while the server closes are refused by the operations, in our words.
    return503OnClosing: false,
    rewriteUrl: (request) => servedUrl(request.url ?? '/'),
    frameworkErrors: (_error, _request, reply) =>
      sendError(reply, { status: 400, text: 'bad request path', isDefect: false }),
    clientErrorHandler: (error, socket) => connections.end(error, socket),
  };
  return tls ? Object.assign(options, { https: tls }) : options;
}

/** They stay in records, so that no other life of the server may give the same ones. */
function requestIds(): () => string {
  const life = randomBytes(4).toString('hex');
  let last = 0;
  return () => `${life}-${++last}`;
}

/** What the router sees: the decoded path without doubled slashes and dot segments, encoded again. */
function servedUrl(url: string): string {
  if (!/%|\/\/|\/\.|^[^/]/.test(url)) return url;
  const path = readRequestPath(url);
  return path === null ? url : encodePath(path.clean);
}

function register<Id extends OperationId>(
  server: FastifyInstance,
  route: Route & { operationId: Id },
  handlers: Handlers,
): void {
  const handle = handlers[route.operationId] as (request: ContractRequest<Id>) => Promise<AnyReply>;
  const readBody = route.body && compileBodyReader(route.body);
  server.route<{ Params: { id?: string } }>({
    method: route.method,
    url: route.path.replace('{id}', ':id(^[A-Fa-f0-9]+$)'),
    config: {
      isOpen: route.isOpen,
      changesNothing: route.changesNothing ?? false,
      ...(route.whileHeld && { whileHeld: route.whileHeld }),
      changesSomething: route.changesSomething ?? false,
      operationId: route.operationId,
    },
    async handler(request, reply) {
      const bytes = request.body as Buffer | undefined;
      const body = readBody?.(bytes);
      if (body !== undefined) request.bodyIds = idsInBody(body);
      const contractRequest = {
        id: request.params.id ?? '',
        body,
        headers: request.headers,
        query: () => new URLSearchParams(queryOf(request.originalUrl)),
        fingerprint: () => fingerprint(request, bytes),
        gone: () => goneSignal(reply),
        by: request.requester,
      };
      const answer = await handle(contractRequest as ContractRequest<Id>);
      return send(reply, request.headers['x-redirect'] === 'none' ? withoutRedirect(answer) : answer);
    },
  });
}

/**
 * Where a browser follows a redirect, it sends the token that was made for another path, and its page never learns where
 * to: it asks for an answer that is none.
 */
function withoutRedirect(answer: AnyReply): AnyReply {
  return answer.status === 303 ? { ...answer, status: 204 } : answer;
}

function goneSignal({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  if (raw.closed) gone.abort(GONE);
  else raw.once('close', () => gone.abort(GONE));
  return gone.signal;
}

/** One for all: each would be made with its stack, at the end of every request that asks for the signal. */
const GONE = new DOMException('the client is gone', 'AbortError');

function fingerprint(request: FastifyRequest, bytes: Buffer | undefined): string {
  const hash = createHash('sha256').update(`${request.method} ${request.url}\n`);
  return hash.update(bytes ?? '').digest('hex');
}

function send(reply: FastifyReply, answer: AnyReply): FastifyReply {
  reply.code(answer.status);
  if (answer.jsonText !== undefined) return reply.header('content-type', JSON_TYPE).send(answer.jsonText.bytes);
  if (answer.json !== undefined) {
    return reply.header('content-type', JSON_TYPE).send(`${stringifyJson(answer.json, answer.indent)}\n`);
  }
  if (answer.pieces !== undefined) {
    return reply
      .header('content-type', answer.contentType ?? JSON_TYPE)
      .send(Readable.from(answer.pieces, { highWaterMark: 1 }));
  }
  if (answer.stream !== undefined) {
    return reply
      .header('content-type', STREAM_TYPE)
      .header('cache-control', 'no-store')
      .send(Readable.from(answer.stream, { highWaterMark: 1 }));
  }
  if (answer.text !== undefined) {
    return reply.header('content-type', answer.contentType ?? TEXT_TYPE).send(answer.text);
  }
  if (answer.file !== undefined) {
    return reply
      .header('content-type', 'application/octet-stream')
      .header('content-disposition', `attachment; filename="${answer.file.name}"`)
      .header('content-length', answer.file.sizeBytes)
      .send(Readable.from(answer.file.pieces, { highWaterMark: 1 }));
  }
  if (answer.location !== undefined) return reply.header('location', answer.location).send();
  if (answer.isPending) {
    if (answer.progress !== undefined) reply.header('x-progress', answer.progress.replace(/[^ -~]/g, '?'));
    return reply.header('x-pending', 'true').send();
  }
  if (answer.status === 200) reply.header('content-type', JSON_TYPE);
  return reply.send();
}

/** With Content-Length, never chunked: a provisioner takes a chunked 404 for an empty one and gives the volume up. */
function sendError(reply: FastifyReply, answer: ErrorAnswer): FastifyReply {
  const { status, text, retryAfterSeconds } = answer;
  reply.request.refusal = answer;
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
  return reply
    .code(status)
    .header('content-type', TEXT_TYPE)
    .header('x-content-type-options', 'nosniff')
    .send(`${text}\n`);
}

const KNOWN_PATHS = new Set(ROUTES.filter(({ isOpen }) => !isOpen).map(({ path }) => path));

const MOST_SEGMENTS = Math.max(...[...KNOWN_PATHS].map((path) => path.split('/').length));

function isKnown(path: string): boolean {
  const segments = path.split('/', MOST_SEGMENTS + 1);
  if (segments.length > MOST_SEGMENTS || path.includes('{')) return false;
  if (KNOWN_PATHS.has(path)) return true;
  return segments.some(
    (segment, i) => /^[A-Fa-f0-9]+$/.test(segment) && KNOWN_PATHS.has(segments.with(i, '{id}').join('/')),
  );
}

function answerUnknown(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = readRequestPath(request.url)?.clean ?? '';
  if (isKnown(path)) return reply.code(405).send();
  if (path.endsWith('/') && isKnown(path.slice(0, -1))) {
    return reply
      .code(301)
      .header('location', encodePath(path.slice(0, -1)))
      .send();
  }
  return sendError(reply, UNKNOWN_PATH);
}
