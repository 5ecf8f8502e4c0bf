import { DomainError } from '../../domain/errors.js';
import { type Migration, refuseNewerSchema, VERSIONS, VERSIONS_TABLE } from '../migrations.js';
import { isTakenBack, sqlState } from './errors.js';
import type { Session } from './session.js';

/** Unix milliseconds. */
const NOW = '(extract(epoch from now()) * 1000)::bigint';

const OLDEST_SERVER = 130_000;

/** Somebody else has just made the same: a table, a type of a table, a row. */
const MADE_MEANWHILE = ['23505', '42P07', '42710'];

/** More than servers start at the same moment, times the migrations there are. */
const MOST_TRIES = 1000;

/**
 * Brings a database up to the newest schema, each script in one transaction with the note that it ran. Of several servers
 * that do so at once one runs each script: the others wait for its note, which nobody can write twice. Answers the
 * versions that this one applied, up to `last`. Refuses, and changes nothing, what is not of this program or of a newer one.
 */
export async function migrate(
  session: Session,
  migrations: readonly Migration[],
  last = Number.POSITIVE_INFINITY,
): Promise<number[]> {
  await refuseOldServer(session);
  await refuseForeignTables(session);
  const ran: number[] = [];
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const applied = await appliedVersion(session);
    refuseNewerSchema(applied, migrations);
    const next = migrations.find(({ version }) => version > applied && version <= last);
    if (next === undefined) return ran;
    if (await hasRun(session, next)) ran.push(next.version);
  }
  throw new Error(`the migrations did not end after ${MOST_TRIES} tries`);
}

/** False: somebody else was faster. */
async function hasRun(session: Session, { version, name, sql }: Migration): Promise<boolean> {
  try {
    await session.exec('begin isolation level read committed');
    await session.exec(VERSIONS_TABLE);
    // First of all: whoever comes second waits here.
    await session.exec(`insert into ${VERSIONS} (version, name, applied_at) values (${version}, '${name}', ${NOW})`);
    await session.exec(sql);
    await session.exec('commit');
    return true;
  } catch (error) {
    if (session.isLost) throw error;
    await session.exec('rollback');
    if (MADE_MEANWHILE.includes(sqlState(error) ?? '') || isTakenBack(error)) return false;
    throw error;
  }
}

/** 0 for a database without tables. */
export async function appliedVersion(session: Session): Promise<number> {
  if (!(await tableNames(session)).includes(VERSIONS)) return 0;
  const [found] = await session.exec(`select coalesce(max(version), 0) as version from ${VERSIONS}`);
  return Number(found?.rows[0]?.['version']);
}

async function refuseOldServer(session: Session): Promise<void> {
  const [found] = await session.exec("select current_setting('server_version_num') as number");
  const number = Number(found?.rows[0]?.['number']);
  if (number >= OLDEST_SERVER) return;
  const major = Math.floor(number / 10_000);
  throw new DomainError('unavailable', `its server is PostgreSQL ${major}, and 13 or later is needed`);
}

async function refuseForeignTables(session: Session): Promise<void> {
  const names = await tableNames(session);
  if (names.length === 0 || names.includes(VERSIONS)) return;
  throw new DomainError('unavailable', 'it holds tables of another program; make a database of its own for this one');
}

async function tableNames(session: Session): Promise<readonly unknown[]> {
  const [found] = await session.exec(
    'select table_name as name from information_schema.tables where table_schema = current_schema()',
  );
  return found?.rows.map(({ name }) => name) ?? [];
}
