import type { Id } from '../../domain/ids.js';
import { at, type Values } from '../statement.js';

/** A statement has a fixed number of parameters. */
const AT_ONCE = 20;

const NAMES = Array.from({ length: AT_ONCE }, (_, place) => `id${place}`);

/** For `where(column, 'in', ONE_OF_THE_IDS)` in a statement that `readByIds` gives its ids. */
export const ONE_OF_THE_IDS = NAMES.map((name) => at(name)) as never;

/** What `read` finds for each of the ids, a few of them with every statement. */
export async function readByIds<R>(
  ids: readonly Id[],
  read: (values: Values) => Promise<readonly R[]>,
): Promise<readonly R[]> {
  const found: R[] = [];
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const last = Math.min(from + AT_ONCE, ids.length) - 1;
    // Places that are left repeat the last id.
    found.push(
      ...(await read(Object.fromEntries(NAMES.map((name, place) => [name, ids[Math.min(from + place, last)]])))),
    );
  }
  return found;
}
