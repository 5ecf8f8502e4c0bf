import { importDatabase } from '../../src/interchange/import.js';
import type { JsonValue } from '../../src/json/json-value.js';
import { openStore } from '../../src/store/open-store.js';
import { makeDump, type PoolShape } from './made-dump.js';

/** A database of a pool that nobody had to create. */
export async function makeDatabase(file: string, shape: PoolShape): Promise<void> {
  const store = await openStore({ file });
  try {
    await store.write((tx) =>
      importDatabase(tx, makeDump(shape) as unknown as JsonValue, { leavesOutDangling: false }),
    );
  } finally {
    await store.close();
  }
}
