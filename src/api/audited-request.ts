import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AuditOutcome } from '../domain/audit.js';
import { isId } from '../domain/ids.js';
import type { Audited, AuditTrail } from './audit-trail.js';
import { readRequestPath } from './request-path.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The text of the refusal, and whether it was for the token; null for a request that was not refused. */
    refusal: { readonly text: string; readonly isDefect: boolean } | null;
    isTokenRefused: boolean;
    /** Ids in the body; the body itself may hold secrets. */
    bodyIds: readonly string[] | undefined;
  }
}

const MOST_IDS = 16;
const DEEPEST = 4;

/** Puts a request whose answer is known into the audit: all that would change something, and those without a good token. */
export function audit(trail: AuditTrail, request: FastifyRequest, reply: FastifyReply): void {
  if (request.isTokenRefused) trail.tokenRefused(auditedRequest(request, reply));
  else if (!isChange(request)) return;
  else if (request.requester) trail.asked(auditedRequest(request, reply));
  else trail.pathRefused(auditedRequest(request, reply));
}

function isChange({ method, routeOptions: { config } }: FastifyRequest): boolean {
  if (config.isOpen || config.changesNothing) return false;
  return (method !== 'GET' && method !== 'HEAD') || config.changesSomething === true;
}

function auditedRequest(request: FastifyRequest, reply: FastifyReply): Audited {
  const { id, method, refusal } = request;
  return {
    at: Date.now(),
    // The gate knows the caller before anything but the path and the token is looked at. A connection that is closed has no address.
    issuer: request.requester?.issuer ?? null,
    address: request.requester?.address ?? request.socket.remoteAddress ?? '',
    requestId: id,
    method,
    path: readRequestPath(request.originalUrl)?.sent ?? '',
    action: request.routeOptions.config.operationId ?? '',
    objectIds: idsOf(request, reply),
    status: reply.statusCode,
    outcome: outcomeOf(reply.statusCode, refusal?.isDefect ?? false),
    reason: refusal?.text ?? null,
    durationMs: Math.round(reply.elapsedTime),
  };
}

function outcomeOf(status: number, isDefect: boolean): AuditOutcome {
  if (isDefect) return 'failed';
  if (status >= 400) return 'refused';
  return status === 202 ? 'accepted' : 'done';
}

function idsOf(request: FastifyRequest, reply: FastifyReply): readonly string[] {
  const { id } = (request.params ?? {}) as { id?: string };
  const location = reply.getHeader('location');
  const answered = typeof location === 'string' ? (location.split('/').at(-1) ?? '') : '';
  return [...new Set([id ?? '', ...(request.bodyIds ?? []), answered])].filter(isId).slice(0, MOST_IDS);
}

/** Those among the values of a body, however it is made. */
export function idsInBody(body: unknown, depth = 0): readonly string[] {
  if (typeof body === 'string') return isId(body) ? [body] : [];
  if (typeof body !== 'object' || body === null || depth === DEEPEST) return [];
  return Object.values(body)
    .slice(0, MOST_IDS)
    .flatMap((value) => idsInBody(value, depth + 1));
}
