import type { RecordedAuditEntry } from '../domain/audit.js';
import type { RecordedEvent } from '../domain/event.js';
import type { Id } from '../domain/ids.js';
import type { ReadTx, Store } from '../store/store.js';
import { nextTurn } from '../timing/turns.js';

const PAGE = 500;
/** What one question looks at: others have their turn after each page, and the asker goes on from where it ended. */
const MOST_PAGES = 20;

export interface EventFilter {
  /** Null: of all types. */
  readonly types: ReadonlySet<string> | null;
  /** Null: about anything. */
  readonly subjectId: Id | null;
}

/** Which part of what has ids in the order of time. */
export interface PageQuery {
  /** Behind this id, the oldest first; null: the newest ones before `before`. */
  readonly since: number | null;
  /** Null: before whatever is to come. */
  readonly before: number | null;
  readonly limit: number;
}

/** In the order of ids. */
export interface Page<T> {
  readonly rows: readonly T[];
  /** What follows comes behind this id. */
  readonly since: number;
  /** What came earlier is before this id; null: there is nothing. */
  readonly before: number | null;
  /** There may be more at once, in the direction that was asked for. */
  readonly isMore: boolean;
  /** Of what was asked for some is not there any more. */
  readonly isMissing: boolean;
}

export function matches({ types, subjectId }: EventFilter, { type, subject }: RecordedEvent): boolean {
  return (types === null || types.has(type)) && (subjectId === null || subject.id === subjectId);
}

/** How rows of one table are read. */
interface PagedRows<T> {
  findLastId(): Promise<number>;
  findOldestId(): Promise<number | null>;
  listAfter(id: number, limit: number): Promise<readonly T[]>;
  listBefore(id: number, limit: number): Promise<readonly T[]>;
}

export function readEvents(
  store: Pick<Store, 'read'>,
  query: PageQuery,
  filter: EventFilter,
): Promise<Page<RecordedEvent>> {
  const { subjectId } = filter;
  return readPage(
    store,
    query,
    (event) => matches(filter, event),
    ({ events }) => ({
      ...events,
      listAfter: (id, limit) => events.listAfter(id, limit, subjectId),
      listBefore: (id, limit) => events.listBefore(id, limit, subjectId),
    }),
  );
}

export function readAudit(store: Pick<Store, 'read'>, query: PageQuery): Promise<Page<RecordedAuditEntry>> {
  return readPage(
    store,
    query,
    () => true,
    ({ audit }) => audit,
  );
}

async function readPage<T extends { readonly id: number }>(
  store: Pick<Store, 'read'>,
  query: PageQuery,
  isWanted: (row: T) => boolean,
  rowsOf: (tx: ReadTx) => PagedRows<T>,
): Promise<Page<T>> {
  const { last, oldest } = await store.read(async (tx) => ({
    last: await rowsOf(tx).findLastId(),
    oldest: await rowsOf(tx).findOldestId(),
  }));
  const { since, limit } = query;
  if (since === null) {
    const from = query.before ?? last + 1;
    const { found, at, isMore } = await walk(limit, isWanted, from, (id, most) =>
      store.read((tx) => rowsOf(tx).listBefore(id, most)),
    );
    return { rows: found.toReversed(), since: from - 1, before: isMore ? at : null, isMore, isMissing: false };
  }
  const { found, at, isMore } = await walk(limit, isWanted, since, (id, most) =>
    store.read((tx) => rowsOf(tx).listAfter(id, most)),
  );
  const isMissing = since > 0 && since < last && (oldest ?? last + 1) > since + 1;
  return { rows: found, since: at, before: oldest !== null && oldest <= since ? since + 1 : null, isMore, isMissing };
}

/** Page by page from behind an id on; `at`: the last one that was looked at. */
async function walk<T extends { readonly id: number }>(
  limit: number,
  isWanted: (row: T) => boolean,
  from: number,
  page: (id: number, limit: number) => Promise<readonly T[]>,
): Promise<{ readonly found: readonly T[]; readonly at: number; readonly isMore: boolean }> {
  const found: T[] = [];
  let at = from;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const rows = await page(at, PAGE);
    for (const row of rows) {
      if (found.length === limit) return { found, at, isMore: true };
      at = row.id;
      if (isWanted(row)) found.push(row);
    }
    if (rows.length < PAGE) return { found, at, isMore: false };
    await nextTurn();
  }
  return { found, at, isMore: true };
}
