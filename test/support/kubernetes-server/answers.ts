import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';

/** An HTTP answer of the API server, or of a kubelet that it passes on. */
export interface Answer {
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly { readonly reason?: string; readonly message: string; readonly field?: string }[];
  readonly retryAfterSeconds?: number;
}

export function jsonAnswer(code: number, body: object, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    code,
    headers: { 'Cache-Control': 'no-cache, private', 'Content-Type': 'application/json', ...headers },
    body: `${JSON.stringify(body)}\n`,
  };
}

/** A Status object; a null reason is left out. */
export function statusOf(code: number, reason: string | null, message: string, details?: StatusDetails): object {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason !== null && { reason }),
    ...(details && { details }),
    code,
  };
}

export function statusAnswer(code: number, reason: string | null, message: string, details?: StatusDetails): Answer {
  const headers = reason === 'Forbidden' ? { 'X-Content-Type-Options': 'nosniff' } : {};
  return jsonAnswer(code, statusOf(code, reason, message, details), headers);
}

/** As kubelets word their answers: no newline at the end. */
function textAnswer(code: number, body: string): Answer {
  return { code, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body };
}

function handshakeAnswer(code: number, body: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { code, headers: { ...headers, Connection: 'close' }, body };
}

/** What the recordings show, in the order in which a request meets it. */
export const refusals = {
  pageNotFound: () => textAnswer(404, '404 page not found\n'),
  unauthorized: () => statusAnswer(401, 'Unauthorized', 'Unauthorized'),
  upgradeRequired: () => statusAnswer(400, 'BadRequest', 'Upgrade request required'),
  notFound: (resource: string, name: string) =>
    statusAnswer(404, 'NotFound', `${resource} "${name}" not found`, { name, kind: resource }),
  containerUnknown: (container: string, pod: string) =>
    statusAnswer(400, 'BadRequest', `container ${container} is not valid for pod ${pod}`),
  containerUnnamed: (pod: string, containers: readonly string[]) =>
    statusAnswer(
      400,
      'BadRequest',
      `a container name must be specified for pod ${pod}, choose one of: [${containers.join(' ')}]`,
    ),
  notScheduled: (pod: string) => statusAnswer(400, 'BadRequest', `pod ${pod} does not have a host assigned`),
  kubeletDown: (address: string) =>
    statusAnswer(500, null, `error dialing backend: dial tcp ${address}:10250: connect: connection refused`),
  /** A kubelet that has just started does not know its pods yet. */
  podUnknownToKubelet: () => textAnswer(404, 'pod does not exist'),
  containerNotFound: (container: string) => textAnswer(500, `container not found ("${container}")`),
  runtimeDown: () =>
    textAnswer(
      500,
      'rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing dial unix /run/containerd/containerd.sock: connect: connection refused"',
    ),
  noStream: () => textAnswer(400, 'you must specify at least 1 of stdin, stdout, stderr'),
  badMethod: () => handshakeAnswer(405, 'bad method'),
  badVersion: () => handshakeAnswer(400, 'missing or bad WebSocket Version', { 'Sec-Websocket-Version': '13' }),
  /** None of the sub-protocols is spoken here. It looks like a lack of rights and is none. */
  noSubprotocol: () => handshakeAnswer(403, ''),
  headersTooLarge: () => ({
    code: 431,
    headers: { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close' },
    body: '431 Request Header Fields Too Large',
  }),
} as const;

/** The headers that a whole answer has. */
export function completeHeaders({ headers, body }: Answer): Readonly<Record<string, string>> {
  if (headers['Connection'] === 'close') return headers;
  const fromApiServer = 'Cache-Control' in headers && { 'Audit-Id': randomUUID() };
  return {
    ...fromApiServer,
    ...headers,
    Date: new Date().toUTCString(),
    'Content-Length': String(Buffer.byteLength(body)),
  };
}

/** For a socket whose upgrade is refused. */
export function rawAnswer(answer: Answer): string {
  const lines = Object.entries(completeHeaders(answer)).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${answer.code} ${STATUS_CODES[answer.code]}\r\n${lines.join('')}\r\n${answer.body}`;
}
