import { readFileSync } from 'node:fs';
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { ClientError, ConnectionError } from './errors.js';

/** One HTTP request as it goes over the wire; `path` is already percent-encoded. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The body of an answer with status 200 is not waited for: it is in `pieces`. */
  readonly isStreamed?: boolean;
}

export interface WireReply {
  readonly status: number;
  readonly reason: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Empty where there are `pieces`. */
  readonly body: Buffer;
  /** To be read to the end or given up; they throw a ConnectionError when the rest does not come. */
  readonly pieces?: AsyncIterable<Buffer>;
}

export interface Transport {
  send(request: WireRequest): Promise<WireReply>;
  close(): void;
}

/** How connections are made. */
export interface TransportSettings extends TlsSettings {
  /** After this time without a word from the server its answer counts as lost; never when not given. */
  readonly silenceMs?: number;
}

export interface TlsSettings {
  readonly isInsecure: boolean;
  /** PEM files that replace the system's trust store; none = the system's. */
  readonly certFiles: readonly string[];
  /** The same as text. */
  readonly certificates?: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Far beyond any database; an endless answer must not take the machine's memory. */
const LARGEST_ANSWER_BYTES = 512 * 1024 * 1024;

type Send = (options: RequestOptions, onReply: (message: IncomingMessage) => void) => ClientRequest;

/**
 * Opens keep-alive HTTP or HTTPS connections to the server at `base`. Nothing is sent before the first request.
 * Node's modules are loaded here, so that commands that send nothing start faster.
 */
export async function openTransport(base: URL, tls: TransportSettings): Promise<Transport> {
  const target = {
    protocol: base.protocol,
    hostname: base.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: base.port === '' ? undefined : Number(base.port),
    ...(tls.silenceMs !== undefined && { timeout: tls.silenceMs }),
  };
  if (base.protocol === 'http:') {
    const { Agent, request } = await import('node:http');
    const agent = new Agent({ keepAlive: true });
    return new NodeTransport(base, { ...target, agent }, request, () => agent.destroy());
  }
  const { Agent: TlsAgent, request } = await import('node:https');
  const agent = new TlsAgent({
    keepAlive: true,
    rejectUnauthorized: !tls.isInsecure,
    ...(await readTrustedCertificates(tls)),
  });
  return new NodeTransport(base, { ...target, agent }, request, () => agent.destroy());
}

class NodeTransport implements Transport {
  readonly #base: URL;
  readonly #options: RequestOptions;
  readonly #send: Send;
  readonly close: () => void;

  constructor(base: URL, options: RequestOptions, send: Send, close: () => void) {
    this.#base = base;
    this.#options = options;
    this.#send = send;
    this.close = close;
  }

  async send(request: WireRequest): Promise<WireReply> {
    try {
      return await this.#exchange(request);
    } catch (error) {
      // The server may close an idle connection just as we reuse it. Reading again is safe, changing is not.
      if (error instanceof StaleConnection && request.method === 'GET') return this.#exchange(request);
      throw error;
    }
  }

  #exchange(request: WireRequest): Promise<WireReply> {
    return new Promise((resolve, reject) => {
      const { method, path, body } = request;
      const headers: Record<string, string | number> = { ...request.headers };
      if (body !== undefined) headers['Content-Length'] = Buffer.byteLength(body);
      const outgoing = this.#send({ ...this.#options, method, path, headers }, (message) => {
        const { statusCode: status = 0, statusMessage: reason = '' } = message;
        if (request.isStreamed === true && status === 200) {
          // Whoever reads is told, whenever that is.
          message.on('error', () => {});
          const pieces = piecesOf(message, (error) => failureOf(error as NodeJS.ErrnoException));
          resolve({ status, reason, headers: message.headers, body: Buffer.alloc(0), pieces });
          return;
        }
        const chunks: Buffer[] = [];
        let bytes = 0;
        const limit = (atLeast: number): void => {
          if (atLeast <= LARGEST_ANSWER_BYTES) return;
          message.destroy(new Error(`the answer is larger than ${LARGEST_ANSWER_BYTES / 2 ** 20} MiB`));
        };
        message.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          bytes += chunk.length;
          limit(bytes);
        });
        message.on('error', fail);
        limit(Number(message.headers['content-length'] ?? 0));
        message.on('end', () => {
          resolve({ status, reason, headers: message.headers, body: Buffer.concat(chunks) });
        });
      });
      const failureOf = (error: NodeJS.ErrnoException): ConnectionError => {
        const text = `${titleCase(method)} "${this.#base.origin}${path}": ${explainFailure(error)}`;
        const isStale = outgoing.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
        if (isStale) return new StaleConnection(text, { cause: error });
        return new ConnectionError(text, { cause: error, isRefused: isRefused(error) });
      };
      const fail = (error: NodeJS.ErrnoException): void => reject(failureOf(error));
      outgoing.on('error', fail);
      outgoing.on('timeout', () => outgoing.destroy(new Error('the server did not answer in time')));
      outgoing.end(body);
    });
  }
}

async function* piecesOf(message: IncomingMessage, explain: (error: unknown) => Error): AsyncGenerator<Buffer> {
  try {
    yield* message as AsyncIterable<Buffer>;
  } catch (error) {
    throw explain(error);
  }
}

/** By every address of the name. */
function isRefused(error: NodeJS.ErrnoException): boolean {
  const all = error instanceof AggregateError ? (error.errors as NodeJS.ErrnoException[]) : [error];
  return all.every(({ code }) => code === 'ECONNREFUSED');
}

class StaleConnection extends ConnectionError {}

function titleCase(method: string): string {
  return method.slice(0, 1) + method.slice(1).toLowerCase();
}

const CERTIFICATE_HINT = 'trust it with --tls-cert FILE, or skip the check with --insecure-tls';

function explainFailure(error: NodeJS.ErrnoException & { address?: string; port?: number }): string {
  // Node tries every address of a name and reports them together; the first one tells enough.
  const [first] = error instanceof AggregateError ? (error.errors as NodeJS.ErrnoException[]) : [];
  const { code, address, port, message, hostname } = (first ?? error) as typeof error & { hostname?: string };
  const peer = address === undefined ? '' : ` ${address.includes(':') ? `[${address}]` : address}:${port}`;
  switch (code) {
    case 'ECONNREFUSED':
      return `dial tcp${peer}: connect: connection refused (is the server running there? --server or HEKETI_CLI_SERVER names another)`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `dial tcp: lookup ${hostname ?? ''}: no such host`;
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `dial tcp${peer}: connect: ${code === 'ETIMEDOUT' ? 'connection timed out' : 'no route to host'}`;
    case 'ECONNRESET':
      return 'connection closed by the server before it answered; whether it acted is unknown';
    case 'EPROTO':
      return `${message.trim()} (does the server speak HTTPS there?)`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `x509: ${message} (${CERTIFICATE_HINT})`;
    default:
      if (code !== undefined && /CERT|SIGNATURE|ISSUER/.test(code)) return `x509: ${message} (${CERTIFICATE_HINT})`;
      return message;
  }
}

/** Where distributions keep the bundle of trusted authorities; Node's own list lacks those an administrator added. */
const SYSTEM_BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

async function readTrustedCertificates(tls: TlsSettings): Promise<{ ca?: string[] }> {
  if (tls.certificates && tls.certificates.length > 0) return { ca: [...tls.certificates] };
  if (tls.certFiles.length > 0) return { ca: await Promise.all(tls.certFiles.map(readCertificateFile)) };
  if (tls.isInsecure) return {};
  const { rootCertificates } = await import('node:tls');
  for (const file of [tls.env['SSL_CERT_FILE'] ?? '', ...SYSTEM_BUNDLES]) {
    try {
      if (file !== '') return { ca: [...rootCertificates, readFileSync(file, 'utf8')] };
    } catch {
      // not on this system
    }
  }
  return {};
}

async function readCertificateFile(file: string): Promise<string> {
  let pem: string;
  try {
    pem = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ClientError(`failed to read cert file ${file}: ${describeFileError(error, file)}`, { cause: error });
  }
  const { X509Certificate } = await import('node:crypto');
  try {
    new X509Certificate(pem);
  } catch (error) {
    throw new ClientError(`failed to load PEM encoded cert from ${file}`, { cause: error });
  }
  return pem;
}

/** `open FILE: no such file or directory`, and the like; `file` where the error may not name it. */
export function describeFileError(error: unknown, file: string): string {
  const { code, path = file, message } = error as NodeJS.ErrnoException;
  const words: Record<string, string> = {
    ENOENT: 'no such file or directory',
    EACCES: 'permission denied',
    EISDIR: 'is a directory',
    ENOTDIR: 'not a directory',
  };
  const reason = code === undefined ? undefined : words[code];
  return reason === undefined ? message : `open ${path}: ${reason}`;
}
