import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** The console in the browser, as it was built: one page, and files whose names change with what is in them. */
export interface ConsoleFiles {
  readonly page: string;
  readonly assets: readonly ConsoleAsset[];
}

export interface ConsoleAsset {
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
  /** Null where it is not worth it. */
  readonly gzipped: Buffer | null;
}

/**
 * Nothing but the page's own files and this server's answers: no script, style, frame or request of anybody else, and no
 * text that becomes a script.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** What the page says where the server asks for tokens, and where it asks nobody. */
const ASKS_FOR_TOKENS = 'data-authentication="on"';
const ASKS_NOBODY = 'data-authentication="off"';

/** Serves the console under /console/, to everybody: what it shows, it asks for with tokens of its own. */
export function registerConsole(server: FastifyInstance, { page, assets }: ConsoleFiles, asksForTokens: boolean): void {
  const html = asksForTokens ? page : page.replace(ASKS_FOR_TOKENS, ASKS_NOBODY);
  const etag = `"${createHash('sha256').update(html).digest('hex').slice(0, 32)}"`;
  const open = { isOpen: true };
  server.route({
    method: 'GET',
    url: '/console',
    config: open,
    handler: async (_request, reply) => reply.code(301).header('location', 'console/').send(),
  });
  server.route({
    method: ['GET', 'HEAD'],
    url: '/console/',
    config: open,
    async handler(request, reply) {
      // Asked for anew each time: it names the files of this version.
      reply.header('cache-control', 'no-cache').header('etag', etag);
      reply.header('content-security-policy', CONTENT_SECURITY_POLICY);
      reply.header('referrer-policy', 'no-referrer').header('x-content-type-options', 'nosniff');
      if (request.headers['if-none-match'] === etag) return reply.code(304).send();
      return reply.header('content-type', 'text/html; charset=utf-8').send(html);
    },
  });
  for (const asset of assets) {
    server.route({
      method: ['GET', 'HEAD'],
      url: `/console/${asset.name}`,
      config: open,
      handler: async (request, reply) => sendAsset(request, reply, asset),
    });
  }
}

function sendAsset(request: FastifyRequest, reply: FastifyReply, { type, bytes, gzipped }: ConsoleAsset): FastifyReply {
  reply.header('content-type', type).header('x-content-type-options', 'nosniff');
  reply.header('cache-control', 'public, max-age=31536000, immutable').header('vary', 'accept-encoding');
  const takesGzip = namesIn(request.headers['accept-encoding']).includes('gzip');
  if (gzipped === null || !takesGzip) return reply.send(bytes);
  return reply.header('content-encoding', 'gzip').send(gzipped);
}

/** A browser that asks for / without a token is led to the console; anybody else is answered as if there were none. */
export async function leadBrowsers(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
  const { method, originalUrl, headers } = request;
  if (method !== 'GET' || originalUrl !== '/' || headers.authorization !== undefined) return undefined;
  if (!namesIn(headers.accept).includes('text/html')) return undefined;
  return reply
    .code(302)
    .header('location', 'console/')
    .header('cache-control', 'no-store')
    .header('vary', 'accept')
    .send();
}

/** Of a list such as `gzip, br;q=0` what is taken, without its weights. */
function namesIn(header: string | readonly string[] | undefined): string[] {
  return String(header ?? '')
    .split(',')
    .flatMap((entry) => {
      const [name = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase());
      return parameters.some((parameter) => Number(parameter.slice(2)) === 0 && parameter.startsWith('q='))
        ? []
        : [name];
    });
}
