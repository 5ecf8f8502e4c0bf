import type { PostgresTarget, PostgresTls } from '../store/store-config.js';
import { ConfigError } from './config-error.js';

const DEFAULT_PORT = 5432;

/** By libpq's names, as far as they tell whether the server is the one that is meant. */
const TLS_CHECKS: ReadonlyMap<string, PostgresTls['checks']> = new Map([
  ['verify-full', 'authority and name'],
  ['verify-ca', 'authority'],
  ['require', 'nothing'],
]);

const HERE = ['localhost', '127.0.0.1', '::1'];

/**
 * Where a database is that `db` names by a URL, `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=...&sslrootcert=...`;
 * null for a file. Throws ConfigError, which never shows the URL: it may hold a password.
 */
export function parsePostgresTarget(named: string, passwordFile: string | null): PostgresTarget | null {
  if (!named.startsWith('postgres://') && !named.startsWith('postgresql://')) return null;
  const url = urlOf(named);
  const parameters = new Map(url.searchParams);
  const take = (name: string): string | null => {
    const value = parameters.get(name) ?? null;
    parameters.delete(name);
    return value;
  };
  const host = take('host') ?? bare(url.hostname);
  if (host === '') throw refused('it names no host');
  const tls = tlsOf(host, take('sslmode'), take('sslrootcert'));
  const [unknown] = parameters.keys();
  if (unknown !== undefined) throw refused(`its parameter ${unknown} is none of host, sslmode and sslrootcert`);
  const user = decoded(url.username);
  if (user === '') throw refused('it names no user');
  return {
    host,
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    database: decoded(url.pathname.slice(1)) || user,
    user,
    password: passwordFile === null && url.password !== '' ? decoded(url.password) : null,
    passwordFile,
    tls,
  };
}

/** A server elsewhere is only spoken to when it proves who it is, unless the URL says otherwise. */
function tlsOf(host: string, mode: string | null, caFile: string | null): PostgresTls | null {
  const isHere = host.startsWith('/') || HERE.includes(host);
  const chosen = mode ?? (isHere && caFile === null ? 'disable' : 'verify-full');
  if (chosen === 'disable') return null;
  const checks = TLS_CHECKS.get(chosen);
  if (checks === undefined)
    throw refused(`its sslmode must be ${[...TLS_CHECKS.keys(), 'disable'].join(', ')}, but it is "${chosen}"`);
  return { caFile, checks };
}

function urlOf(named: string): URL {
  try {
    return new URL(named);
  } catch {
    throw refused('it is no URL; characters such as @ and / in a password are written %40 and %2F');
  }
}

/** Without the brackets of an IPv6 address. */
function bare(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : decoded(hostname);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw refused('a % in it is not followed by two hexadecimal digits; % itself is written %25');
  }
}

function refused(why: string): ConfigError {
  return new ConfigError(
    `The URL of the database can't be used: ${why}. It is postgres://USER@HOST:PORT/DATABASE?sslmode=verify-full&sslrootcert=FILE`,
  );
}
