import { onTestFinished } from 'vitest';
import { openStore } from '../../src/store/open-store.js';
import type { Store } from '../../src/store/store.js';
import type { StoreConfig } from '../../src/store/store-config.js';
import { isLackingPostgres, sharedPostgres } from '../support/postgres-server.js';
import { temporaryFile } from './temporary-database.js';

/** A kind of database that a store is kept in. */
export interface Engine {
  readonly name: string;
  /** A database that nobody has used. */
  newPlace(): Promise<StoreConfig>;
}

const SQLITE: Engine = { name: 'SQLite', newPlace: async () => ({ file: temporaryFile(), lockTimeoutMs: 50 }) };

/** Its order of texts is that of a language, as in most databases. */
const LANGUAGE = "template template0 locale_provider icu icu_locale 'en-US'";

const POSTGRES: Engine = {
  name: 'PostgreSQL',
  async newPlace() {
    const server = await sharedPostgres();
    return { postgres: server.target(await server.newDatabase(LANGUAGE)) };
  },
};

/** Those that this machine has. */
export const ENGINES: readonly Engine[] = isLackingPostgres('the store on PostgreSQL') ? [SQLITE] : [SQLITE, POSTGRES];

/** A store in a place, or in a new one, that is closed after the test. */
export async function openIn(engine: Engine, place?: StoreConfig, options: Partial<StoreConfig> = {}): Promise<Store> {
  const store = await openStore({ ...(place ?? (await engine.newPlace())), ...options } as StoreConfig);
  onTestFinished(() => store.close());
  return store;
}
