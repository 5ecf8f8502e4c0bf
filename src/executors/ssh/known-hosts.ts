import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DomainError } from '../../domain/errors.js';
import { fingerprint, type HostKeyCheck, hostPattern, keyType } from './host-key-check.js';

interface KnownHost {
  readonly patterns: readonly string[];
  readonly isRevoked: boolean;
  readonly type: string;
  readonly key: Buffer;
}

/** Accepts only keys that the files name; throws DomainError `invalid` for a file that can't be used. */
export class KnownHostsFiles implements HostKeyCheck {
  readonly #files: readonly string[];
  readonly #entries: readonly KnownHost[];

  constructor(files: readonly string[]) {
    this.#files = files;
    this.#entries = files.flatMap(readKnownHosts);
  }

  async refusal(host: string, port: number, key: Buffer): Promise<string | null> {
    const entries = this.#entries.filter((entry) => matches(entry.patterns, hostPattern(host, port)));
    const files = this.#files.join(', ');
    const shown = `${keyType(key)} ${fingerprint(key)}`;
    if (entries.some((entry) => entry.isRevoked && entry.key.equals(key)))
      return `its host key ${shown} is marked @revoked in ${files}; give the host a new key`;
    const trusted = entries.filter((entry) => !entry.isRevoked);
    if (trusted.some((entry) => entry.key.equals(key))) return null;
    if (trusted.length === 0)
      return (
        `its host key ${shown} is not in ${files}; compare it with what "ssh-keygen -lf /etc/ssh/ssh_host_*.pub" says on ` +
        `the host, then add the line that "ssh-keyscan -p ${port} ${host}" prints`
      );
    const known = trusted.map((entry) => `${entry.type} ${fingerprint(entry.key)}`).join(', ');
    return (
      `its host key is ${shown}, but ${files} says ${known}; either the host was installed anew or something else answers ` +
      'in its place: compare the key on the host itself before you replace the line'
    );
  }

  async admitted(): Promise<null> {
    return null;
  }

  async knownTypes(host: string, port: number): Promise<readonly string[]> {
    const name = hostPattern(host, port);
    const entries = this.#entries.filter((entry) => !entry.isRevoked && matches(entry.patterns, name));
    return [...new Set(entries.map((entry) => entry.type))];
  }
}

function readKnownHosts(file: string): readonly KnownHost[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new DomainError(
      'invalid',
      `the known_hosts file ${file} (SSH_KNOWN_HOSTS) can't be read: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
  return text.split('\n').flatMap((line, i) => parseLine(line.trim(), `${file}, line ${i + 1}`));
}

function parseLine(line: string, place: string): readonly KnownHost[] {
  if (line === '' || line.startsWith('#')) return [];
  const words = line.split(/\s+/);
  const marker = words[0]?.startsWith('@') ? words.shift() : null;
  const [patterns, type, encoded] = words;
  if (!patterns || !type || !encoded)
    throw new DomainError(
      'invalid',
      `${place}: a known_hosts line is "names type key", with a marker before it or none`,
    );
  if (marker === '@cert-authority')
    throw new DomainError(
      'invalid',
      `${place}: host certificates (@cert-authority) are not supported; name each host's key`,
    );
  if (marker && marker !== '@revoked') throw new DomainError('invalid', `${place}: unknown marker ${marker}`);
  const key = Buffer.from(encoded, 'base64');
  if (keyType(key) !== type) throw new DomainError('invalid', `${place}: the key is not one of type ${type}`);
  return [{ patterns: patterns.split(','), isRevoked: marker === '@revoked', type, key }];
}

function matches(patterns: readonly string[], name: string): boolean {
  let isMatch = false;
  for (const pattern of patterns) {
    if (pattern.startsWith('!')) {
      if (matchesOne(pattern.slice(1), name)) return false;
    } else if (matchesOne(pattern, name)) isMatch = true;
  }
  return isMatch;
}

function matchesOne(pattern: string, name: string): boolean {
  if (pattern.startsWith('|1|')) {
    const [, , salt = '', hash = ''] = pattern.split('|');
    const expected = Buffer.from(hash, 'base64');
    const actual = createHmac('sha1', Buffer.from(salt, 'base64')).update(name.toLowerCase()).digest();
    return expected.length === actual.length && timingSafeEqual(expected, actual);
  }
  return matchesWildcards(pattern.toLowerCase(), name.toLowerCase());
}

/** `*` stands for any text, `?` for one character. Of a failed try only the last `*` takes one more. */
function matchesWildcards(pattern: string, name: string): boolean {
  let [at, lastStar, starred] = [0, -1, 0];
  for (let i = 0; i < name.length; ) {
    if (pattern[at] === '*') {
      lastStar = at++;
      starred = i;
    } else if (pattern[at] === '?' || pattern[at] === name[i]) {
      at++;
      i++;
    } else if (lastStar >= 0) {
      at = lastStar + 1;
      i = ++starred;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
