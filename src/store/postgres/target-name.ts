import type { PostgresTarget } from '../store-config.js';

/** What a PostgreSQL is called in logs and refusals: never with its user or password. */
export function postgresName({ host, port, database }: PostgresTarget): string {
  return `postgres://${host}:${port}/${database}`;
}
