import { readFile } from 'node:fs/promises';
import type { DbImportOptions } from '../config/command-line-options.js';
import { counted } from '../domain/counted.js';
import { DomainError } from '../domain/errors.js';
import { type ImportReport, importDatabase } from '../interchange/import.js';
import type { JsonValue } from '../json/json-value.js';
import { parseJson } from '../json/parse-json.js';
import { resolveDatabaseFile } from '../store/open-store.js';
import type { Store } from '../store/store.js';
import { describeContents } from './database-contents.js';
import { DUMP_PARTS, fetchDump, missingParts } from './fetch-dump.js';
import { makeDatabase, refuseExisting } from './new-database.js';

/**
 * `heketi db import`: a new database from JSON, of a file or of a running server. Nothing is left behind when the JSON
 * can't be read, and no database is ever replaced, also not one that is made meanwhile.
 */
export async function importDatabaseFile(options: DbImportOptions, print: (text: string) => void): Promise<number> {
  const dbFile = resolveDatabaseFile(options.dbFile);
  refuseExisting(dbFile);
  const document = await read(options.source);
  const made = await makeDatabase(dbFile, (store) => fill(store, document, options.leavesOutDangling));
  print(textOf(options, made));
  return 0;
}

async function read(source: DbImportOptions['source']): Promise<JsonValue> {
  return 'jsonFile' in source ? readJsonFile(source.jsonFile) : fetchDump(source);
}

async function readJsonFile(file: string): Promise<JsonValue> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new DomainError('invalid', `${file} can't be read: ${(cause as Error).message}`, { cause });
  }
  let document: JsonValue;
  try {
    document = parseJson(withoutLogLines(text));
  } catch (cause) {
    throw new DomainError('invalid', `${file} is not JSON: ${(cause as Error).message}`, { cause });
  }
  if (Object.keys(document ?? {}).length > 0 && missingParts(document).length === DUMP_PARTS.length) {
    throw new DomainError(
      'invalid',
      `${file} is no exported database: it has none of ${DUMP_PARTS.join(', ')}. heketi db export and heketi-cli db dump write one.`,
    );
  }
  return document;
}

/** The original's `db export --jsonfile -` prints warnings of its log to the same output. */
function withoutLogLines(text: string): string {
  let start = 0;
  while (/^\[\w+\] [A-Z]+ /.test(text.slice(start, start + 40))) {
    const end = text.indexOf('\n', start);
    if (end < 0) break;
    start = end + 1;
  }
  return text.slice(start);
}

interface Made extends ImportReport {
  readonly contents: string;
}

async function fill(store: Store, document: JsonValue, leavesOutDangling: boolean): Promise<Made> {
  const report = await store.write((tx) => importDatabase(tx, document, { leavesOutDangling }));
  return { ...report, contents: await store.read(describeContents) };
}

function textOf({ dbFile, leavesOutDangling }: DbImportOptions, { contents, dangling, leftOut }: Made): string {
  const lines = [`${dbFile} is made: ${contents}.`];
  if (dangling.length > 0 && leavesOutDangling) {
    lines.push(
      `${counted(dangling.length, 'reference')} to what is not there; what was left out for that:`,
      ...leftOut,
    );
  } else if (dangling.length > 0) {
    lines.push(
      `${counted(dangling.length, 'reference')} to what is not there, kept as found (--leave-out-dangling leaves them out):`,
      ...dangling,
    );
  }
  return `${lines.join('\n')}\n`;
}
