import { ClientError } from './errors.js';

/** `flag`: where the address comes from, for the refusal of one that is none. */
export function parseServer(server: string, flag: string): URL {
  let url: URL | null;
  try {
    url = new URL(server);
  } catch {
    url = null;
  }
  if (url === null && isPortBeyond(server))
    throw new ClientError(`"${withoutCredentials(server)}": the port must be between 1 and 65535`);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(server)?.[1] ?? '';
    throw new ClientError(
      `"${withoutCredentials(server)}": unsupported protocol scheme "${scheme}": ${flag} must be http://HOST:PORT or https://HOST:PORT`,
    );
  }
  return url;
}

/** `URL` refuses such an address without saying why. */
function isPortBeyond(server: string): boolean {
  const port = /^https?:\/\/[^/?#]*:(\d+)(?:[/?#]|$)/i.exec(server)?.[1];
  return port !== undefined && Number(port) > 65_535;
}

/** Errors end up in logs and tickets. */
function withoutCredentials(server: string): string {
  const start = server.indexOf('//');
  const end = server.lastIndexOf('@');
  return start >= 0 && end > start ? `${server.slice(0, start + 2)}${server.slice(end + 1)}` : server;
}

/** The path in front of every route. */
export function withoutSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === '/') end--;
  return path.slice(0, end);
}
