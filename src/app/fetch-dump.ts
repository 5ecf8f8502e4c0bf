import { readFileSync } from 'node:fs';
import { HeketiClient } from '../client/client.js';
import { ClientError } from '../client/errors.js';
import { parseServer, withoutSlashes } from '../client/server-address.js';
import { loadTokenSigner } from '../client/token.js';
import { openTransport } from '../client/transport.js';
import type { RemoteDump } from '../config/command-line-options.js';
import { DomainError } from '../domain/errors.js';
import { isJsonObject, type JsonValue } from '../json/json-value.js';
import { pause } from '../timing/timers.js';

/** Every version writes these, also when they are empty. */
export const DUMP_PARTS = ['clusterentries', 'nodeentries', 'deviceentries', 'volumeentries', 'brickentries'];

/**
 * The database of a running server, the original or this one, as its `/db/dump` answers it. An answer that is cut off,
 * endless, or of something else is refused with a DomainError.
 */
export async function fetchDump(source: RemoteDump): Promise<JsonValue> {
  const key = source.secretFile === null ? '' : readSecret(source.secretFile);
  try {
    return wholeDump(await ask(source, key), source.url);
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    throw new DomainError('unavailable', `the database can't be taken over: ${error.message}`, { cause: error });
  }
}

async function ask(source: RemoteDump, key: string): Promise<JsonValue> {
  const base = parseServer(source.url, '--from-url');
  const transport = await openTransport(base, {
    isInsecure: source.isInsecure,
    certFiles: source.certFiles,
    env: process.env,
  });
  try {
    const client = new HeketiClient({
      transport,
      signToken: await loadTokenSigner(),
      basePath: withoutSlashes(base.pathname),
      user: source.user,
      key,
      sleep: pause,
      now: Date.now,
      random: Math.random,
    });
    return await client.getJson('/db/dump');
  } finally {
    transport.close();
  }
}

/** Other services answer JSON too, and an empty database would be made of it. */
function wholeDump(document: JsonValue, url: string): JsonValue {
  const missing = missingParts(document);
  if (missing.length === 0) return document;
  throw new DomainError(
    'invalid',
    `${withoutSlashes(url)}/db/dump answers no database of Heketi's: ${missing.join(', ')} missing. Is it the address of a Heketi server?`,
  );
}

/** Of DUMP_PARTS. */
export function missingParts(document: JsonValue): readonly string[] {
  const members = isJsonObject(document) ? Object.keys(document).map((name) => name.toLowerCase()) : [];
  return DUMP_PARTS.filter((part) => !members.includes(part));
}

function readSecret(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new DomainError('invalid', `the secret ${file} can't be read: ${(cause as Error).message}`, { cause });
  }
  const secret = text.replace(/\r?\n$/, '');
  if (secret !== '') return secret;
  throw new DomainError('invalid', `the secret ${file} is empty`);
}
