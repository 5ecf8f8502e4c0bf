/** The path of a request target in the two forms that matter. */
export interface RequestPath {
  /** Percent-decoded, otherwise as sent: what a token is made for. */
  readonly sent: string;
  /** Without doubled slashes and dot segments: what is served. */
  readonly clean: string;
  /** Holds dot segments or encoded slashes: a proxy in between may have taken it for another path. */
  readonly isDisguised: boolean;
}

/** Null when the target is not a path, or its percent-encoding is broken. */
export function readRequestPath(target: string): RequestPath | null {
  const path = withoutOrigin(target.split('?', 1)[0] ?? '');
  if (!path.startsWith('/')) return null;
  let sent = path;
  if (path.includes('%')) {
    try {
      sent = decodeURIComponent(path);
    } catch {
      return null;
    }
  }
  const hasDots = sent.split('/').some((segment) => segment === '.' || segment === '..');
  return { sent, clean: cleanPath(sent), isDisguised: hasDots || /%2f/i.test(path) };
}

/** A path as it may stand in a request line or a Location header. */
export function encodePath(path: string): string {
  return encodeURI(path).replaceAll('?', '%3F').replaceAll('#', '%23');
}

export function queryOf(target: string): string {
  const start = target.indexOf('?');
  return start < 0 ? '' : target.slice(start);
}

/** Proxies may send the whole URL. */
function withoutOrigin(path: string): string {
  if (path.startsWith('/')) return path;
  const match = /^https?:\/\/[^/]*/i.exec(path);
  return match ? path.slice(match[0].length) || '/' : path;
}

function cleanPath(path: string): string {
  if (!/\/\/|\/\.\.?(\/|$)/.test(path)) return path;
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') kept.pop();
    else kept.push(segment);
  }
  const clean = `/${kept.join('/')}`;
  return path.endsWith('/') && clean !== '/' ? `${clean}/` : clean;
}
