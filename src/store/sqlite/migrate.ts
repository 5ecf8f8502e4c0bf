import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { DomainError } from '../../domain/errors.js';
import { packageRoot } from './package-root.js';

const VERSIONS = 'schema_migration';

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/** The scripts `NNNN_name.sql` of a directory, by number; their numbers must be 1, 2, 3, ... */
export function loadMigrations(directory: string = join(packageRoot(), 'migrations')): readonly Migration[] {
  const names = readdirSync(directory)
    .filter((name) => /^\d{4}_[a-z0-9_]+\.sql$/.test(name))
    .sort();
  const migrations = names.map((name) => ({
    version: Number(name.slice(0, 4)),
    name: name.slice(5, -'.sql'.length),
    sql: readFileSync(join(directory, name), 'utf8'),
  }));
  for (const [index, { version }] of migrations.entries()) {
    if (version !== index + 1) throw new Error(`${directory}: migration ${index + 1} is missing or there twice`);
  }
  if (migrations.length === 0) throw new Error(`there are no migrations in ${directory}`);
  return migrations;
}

/**
 * Brings a database up to the newest schema, each script in one transaction with the note that it ran. Refuses, and
 * changes nothing, when a newer version of this program has written it. Answers the versions it applied. The caller
 * holds the database's lock.
 */
export function migrate(database: Database.Database, migrations: readonly Migration[], now: number): readonly number[] {
  const applied = appliedVersion(database);
  const newest = migrations.at(-1)?.version ?? 0;
  if (applied > newest) {
    throw new DomainError(
      'unavailable',
      `The database has schema ${applied}, and this program knows schemas up to ${newest}: ` +
        'a newer version has written it. Start that version, or restore a backup made by this one.',
    );
  }
  const due = migrations.filter(({ version }) => version > applied);
  for (const { version, name, sql } of due) {
    database
      .transaction(() => {
        database.exec(
          `create table if not exists ${VERSIONS} ` +
            '(version integer not null primary key, name text not null, applied_at bigint not null)',
        );
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
