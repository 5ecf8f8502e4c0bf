import type { Id } from '../domain/ids.js';
import { nextTurn } from '../timing/turns.js';
import type { ReadTx, StoreReader } from './store.js';

const ROWS = 100;
/** A volume of a large cluster names all its hosts: a row may have tens of kilobytes. */
const ROWS_BETWEEN_TURNS = 25;

/**
 * All rows of a state that stays as it is, in the order of their ids, a page at a time. Whoever goes through them lets others
 * have their turn.
 */
export async function* pagesOf<T extends { readonly id: Id }>(
  list: (after: Id, limit: number) => Promise<readonly T[]>,
): AsyncGenerator<readonly T[]> {
  for (let after: Id | null = ''; after !== null; ) {
    const page: readonly T[] = await list(after, ROWS_BETWEEN_TURNS);
    yield page;
    after = page.length < ROWS_BETWEEN_TURNS ? null : (page.at(-1)?.id ?? null);
  }
}

/**
 * All rows that `list` has, in the order of their ids, a page at a time: each is a read of its own, and others have their
 * turn in between. A row that is changed meanwhile is found as it was or as it is. `work` may read more of the same state.
 */
export async function forEachPage<T extends { readonly id: Id }>(
  store: StoreReader,
  list: (tx: ReadTx, after: Id, limit: number) => Promise<readonly T[]>,
  work: (page: readonly T[], tx: ReadTx) => void | Promise<void>,
  rows = ROWS,
): Promise<void> {
  for (let after: Id | null = ''; after !== null; ) {
    const from: Id = after;
    after = await store.read(async (tx) => {
      const page = await list(tx, from, rows);
      await work(page, tx);
      return page.length < rows ? null : (page.at(-1)?.id ?? null);
    });
    await nextTurn();
  }
}
