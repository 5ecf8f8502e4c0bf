import type Database from 'better-sqlite3';
import { DomainError } from '../../domain/errors.js';
import { type Migration, refuseNewerSchema, VERSIONS, VERSIONS_TABLE } from '../migrations.js';

/**
 * Brings a database up to the newest schema, each script in one transaction with the note that it ran. Refuses, and
 * changes nothing, when a newer version of this program has written it. Answers the versions it applied. The caller
 * holds the database's lock.
 */
export function migrate(database: Database.Database, migrations: readonly Migration[], now: number): readonly number[] {
  const applied = appliedVersion(database);
  refuseNewerSchema(applied, migrations);
  const due = migrations.filter(({ version }) => version > applied);
  for (const { version, name, sql } of due) {
    database
      .transaction(() => {
        database.exec(VERSIONS_TABLE);
        database.exec(sql);
        database
          .prepare(`insert into ${VERSIONS} (version, name, applied_at) values (?, ?, ?)`)
          .run(version, name, now);
      })
      .immediate();
  }
  return due.map(({ version }) => version);
}

/** Before anything is changed in it. */
export function refuseForeignDatabase(database: Database.Database): void {
  const tables = tableNames(database);
  if (tables.length === 0 || tables.includes(VERSIONS)) return;
  throw new DomainError('unavailable', 'The file is an SQLite database, but one of another program.');
}

/** 0 for a database without tables. */
export function appliedVersion(database: Database.Database): number {
  if (tableNames(database).length === 0) return 0;
  return (database.prepare(`select max(version) from ${VERSIONS}`).pluck().get() as number | null) ?? 0;
}

function tableNames(database: Database.Database): readonly unknown[] {
  return database.prepare("select name from sqlite_master where type = 'table'").pluck().all();
}
