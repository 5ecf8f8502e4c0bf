import type { RecordedEvent } from '../domain/event.js';
import type { Id } from '../domain/ids.js';
import type { Store } from '../store/store.js';
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

export interface EventQuery extends EventFilter {
  /** Behind this id, the oldest first; null: the newest ones before `before`. */
  readonly since: number | null;
  /** Null: before whatever is to come. */
  readonly before: number | null;
  readonly limit: number;
}

/** Events in the order of their ids. */
export interface EventPage {
  readonly events: readonly RecordedEvent[];
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

export async function readEvents(store: Pick<Store, 'read'>, query: EventQuery): Promise<EventPage> {
  const { last, oldest } = await store.read(async (tx) => ({
    last: await tx.events.findLastId(),
    oldest: await tx.events.findOldestId(),
  }));
  const { since } = query;
  if (since === null) {
    const from = query.before ?? last + 1;
    const { found, at, isMore } = await walk(query, from, (id, limit) =>
      store.read((tx) => tx.events.listBefore(id, limit, query.subjectId)),
    );
    return { events: found.toReversed(), since: from - 1, before: isMore ? at : null, isMore, isMissing: false };
  }
  const { found, at, isMore } = await walk(query, since, (id, limit) =>
    store.read((tx) => tx.events.listAfter(id, limit, query.subjectId)),
  );
  const isMissing = since > 0 && since < last && (oldest ?? last + 1) > since + 1;
  return { events: found, since: at, before: oldest !== null && oldest <= since ? since + 1 : null, isMore, isMissing };
}

/** Page by page from behind an id on; `at`: the last one that was looked at. */
async function walk(
  query: EventQuery,
  from: number,
  page: (id: number, limit: number) => Promise<readonly RecordedEvent[]>,
): Promise<{ readonly found: readonly RecordedEvent[]; readonly at: number; readonly isMore: boolean }> {
  const found: RecordedEvent[] = [];
  let at = from;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const events = await page(at, PAGE);
    for (const event of events) {
      if (found.length === query.limit) return { found, at, isMore: true };
      at = event.id;
      if (matches(query, event)) found.push(event);
    }
    if (events.length < PAGE) return { found, at, isMore: false };
    await nextTurn();
  }
  return { found, at, isMore: true };
}
