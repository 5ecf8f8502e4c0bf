import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DomainError } from '../domain/errors.js';
import { packageRoot } from './package-root.js';

export type Dialect = 'sqlite' | 'postgres';

/** The table in which a database notes which migrations ran on it. */
export const VERSIONS = 'schema_migration';

export const VERSIONS_TABLE =
  `create table if not exists ${VERSIONS} ` +
  '(version integer not null primary key, name text not null, applied_at bigint not null)';

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/**
 * The scripts of a directory for one engine, by number: `NNNN_name.sql` for both, or `NNNN_name.<dialect>.sql` in its place.
 * The numbers over all files must be 1, 2, 3, ...; one that is for the other engine alone is left out.
 */
export function loadMigrations(
  dialect: Dialect,
  directory: string = join(packageRoot(), 'migrations'),
): readonly Migration[] {
  const names = readdirSync(directory)
    .filter((name) => /^\d{4}_[a-z0-9_]+\.(sqlite\.|postgres\.)?sql$/.test(name))
    .sort();
  const byVersion = groupByVersion(names);
  if (byVersion.size === 0) throw new Error(`there are no migrations in ${directory}`);
  for (let version = 1; version <= byVersion.size; version++) {
    const titles = new Set(byVersion.get(version)?.map(titleOf));
    if (titles.size !== 1) throw new Error(`${directory}: migration ${version} is missing or there twice`);
  }
  return [...byVersion].flatMap(([version, files]) => {
    const file = files.find((name) => dialectOf(name) === dialect) ?? files.find((name) => dialectOf(name) === null);
    if (file === undefined) return [];
    return [{ version, name: titleOf(file), sql: readFileSync(join(directory, file), 'utf8') }];
  });
}

/** Throws DomainError where a newer version of this program has written the database. */
export function refuseNewerSchema(applied: number, migrations: readonly Migration[]): void {
  const newest = migrations.at(-1)?.version ?? 0;
  if (applied <= newest) return;
  throw new DomainError(
    'unavailable',
    `The database has schema ${applied}, and this program knows schemas up to ${newest}: ` +
      'a newer version has written it. Start that version, or restore a backup made by this one.',
  );
}

function titleOf(file: string): string {
  return file.slice(5, file.indexOf('.'));
}

function dialectOf(file: string): string | null {
  const [, dialect, end] = file.split('.');
  return end === undefined ? null : (dialect ?? null);
}

function groupByVersion(files: readonly string[]): ReadonlyMap<number, readonly string[]> {
  const groups = new Map<number, string[]>();
  for (const file of files) {
    const version = Number(file.slice(0, 4));
    groups.set(version, [...(groups.get(version) ?? []), file]);
  }
  return groups;
}
