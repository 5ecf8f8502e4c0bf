import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../domain/errors.js';
import type { Id } from '../domain/ids.js';
import type { Requester } from '../domain/requester.js';
import type { AdminState } from './admin-state.js';
import { type Authenticate, checkRole, type Role } from './auth.js';
import type { Route } from './contract/route.js';
import { HttpError } from './errors.js';
import type { RestoreControl } from './handlers/deps.js';
import { encodePath, queryOf, readRequestPath } from './request-path.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the gate; without an issuer where no token is asked for. */
    requester: Requester;
  }
  interface FastifyContextConfig {
    /** Needs no token, whatever the admin state. */
    isOpen?: boolean;
    /** Let through where changes are refused, whatever its method. */
    changesNothing?: boolean;
    /** See Route. */
    whileHeld?: Route['whileHeld'];
    changesSomething?: boolean;
    operationId?: Route['operationId'];
  }
}

const QUEUE_PATH = /^\/queue\/([A-Fa-f0-9]+)$/;

export interface GateDeps {
  /** Null: nobody is asked. */
  readonly authenticate: Authenticate | null;
  readonly admin: AdminState;
  readonly isStopping: () => boolean;
  readonly restored: Pick<RestoreControl, 'isHeld' | 'refusal'>;
  /** Told of a poll that the caller's role does not allow. */
  onRefusedPoll(queueId: Id): void;
}

/**
 * What a request must pass before it is looked at, unknown paths included: clean path, token, role, admin state, a
 * server that is not held, in this order.
 */
export function createGate({ authenticate, admin, isStopping, restored, onRefusedPoll }: GateDeps) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const { method, originalUrl } = request;
    const path = readRequestPath(originalUrl);
    if (path === null) throw new HttpError(400, 'bad request path');
    if (path.isDisguised && (method !== 'GET' || request.routeOptions.config.changesSomething)) {
      throw new HttpError(
        400,
        'bad request path: dot segments and encoded slashes are only followed where nothing is changed',
      );
    }
    // A redirect would turn any other method into GET, so those are served as if they had been sent cleanly.
    if (path.clean !== path.sent && method === 'GET') {
      return reply
        .code(301)
        .header('location', `${encodePath(path.clean)}${queryOf(originalUrl)}`)
        .send();
    }
    // The body is read whatever it calls itself, and a type that can't be parsed must not keep it from that.
    delete request.headers['content-type'];
    const { isOpen, changesNothing, whileHeld } = request.routeOptions.config;
    const setRequester = (issuer: Role | null): void => {
      // Of the connection itself: anybody can write a header that names another address.
      request.requester = { issuer, requestId: request.id, address: request.socket.remoteAddress ?? '' };
    };
    setRequester(null);
    if (authenticate !== null && !isOpen) {
      const { authorization } = request.headers;
      request.isTokenRefused = true;
      const issuer = authenticate({ authorization, method, path: path.sent });
      setRequester(issuer);
      const [, queueId] = QUEUE_PATH.exec(path.clean) ?? [];
      if (issuer === 'user' && queueId !== undefined) onRefusedPoll(queueId);
      checkRole(issuer, path.clean);
      request.isTokenRefused = false;
    }
    if (isOpen) return undefined;
    const mayChange = method !== 'GET' && method !== 'HEAD' && !changesNothing;
    admin.check(mayChange, request.socket.remoteAddress);
    const isHeldBack = (whileHeld ?? (mayChange ? 'refused' : 'answered')) === 'refused';
    // Without a time to try again: it takes a person.
    if (restored.isHeld && isHeldBack) throw new HttpError(503, restored.refusal);
    if (isStopping() && mayChange) {
      throw new DomainError('unavailable', 'the server is shutting down; send the request again once it is back');
    }
    return undefined;
  };
}
