/** A request's path, and its query as Go reads it. */
export interface RequestUrl {
  readonly path: readonly string[];
  readonly query: ReadonlyMap<string, readonly string[]>;
}

export function parseRequestUrl(url: string): RequestUrl {
  const at = url.indexOf('?');
  const path = at < 0 ? url : url.slice(0, at);
  return {
    path: path.split('/').filter(Boolean).map(decode),
    query: parseQuery(at < 0 ? '' : url.slice(at + 1)),
  };
}

export function lastOf(query: RequestUrl['query'], name: string): string {
  return query.get(name)?.at(-1) ?? '';
}

/** What is not named as false is true. */
export function isSet(query: RequestUrl['query'], name: string): boolean {
  const value = query.get(name)?.at(0);
  return value !== undefined && value !== 'false' && value !== '0';
}

function parseQuery(text: string): RequestUrl['query'] {
  const query = new Map<string, string[]>();
  for (const pair of text.split('&')) {
    // A parameter with a semicolon that is not escaped is dropped.
    if (pair === '' || pair.includes(';')) continue;
    const at = pair.indexOf('=');
    const name = decode(at < 0 ? pair : pair.slice(0, at));
    query.set(name, [...(query.get(name) ?? []), at < 0 ? '' : decode(pair.slice(at + 1))]);
  }
  return query;
}

/** Bytes that are no UTF-8 become U+FFFD, as in the JSON that goes on to the kubelet. */
function decode(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return Buffer.concat(spaced.split(/(%[0-9a-fA-F]{2})/).map(bytesOf)).toString('utf8');
  }
}

function bytesOf(piece: string): Buffer {
  return /^%[0-9a-fA-F]{2}$/.test(piece) ? Buffer.from(piece.slice(1), 'hex') : Buffer.from(piece);
}
