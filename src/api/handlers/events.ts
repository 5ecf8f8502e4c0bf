import { DomainError } from '../../domain/errors.js';
import { EVENT_TYPES, type RecordedEvent } from '../../domain/event.js';
import { isId } from '../../domain/ids.js';
import type { Listening } from '../../events/event-feed.js';
import {
  type EventFilter,
  matches,
  type Page,
  type PageQuery,
  readAudit,
  readEvents,
} from '../../events/read-events.js';
import { stringifyJson } from '../../json/stringify-json.js';
import type { Handlers } from '../contract/handlers.js';
import { wireAuditEntry } from '../wire/audit.js';
import { wireEvent } from '../wire/event.js';
import type { HandlerDeps } from './deps.js';

const DEFAULT_LIMIT = 100;
const LARGEST_LIMIT = 1_000;
/** Proxies and the server itself cut connections off on which nothing comes for a minute. */
const SIGN_OF_LIFE_MS = 15_000;
/** What a token allowed at the beginning must not last for ever. */
const STREAM_MS = 3600_000;
/** Between two connections of a browser. */
const RECONNECT_MS = 3_000;

export function eventHandlers({
  store,
  feed,
}: Pick<HandlerDeps, 'store' | 'feed'>): Pick<Handlers, 'eventList' | 'eventStream' | 'auditList'> {
  return {
    async eventList({ query }) {
      const asked = query();
      const page = await readEvents(store, pageIn(asked), filterIn(asked));
      return { status: 200, json: { events: page.rows.map(wireEvent), ...placeOf(page) } };
    },

    async auditList({ query }) {
      const page = await readAudit(store, pageIn(query()));
      return { status: 200, json: { entries: page.rows.map(wireAuditEntry), ...placeOf(page) } };
    },

    async eventStream({ headers, query, gone }) {
      const filter = filterIn(query());
      const last = headers['last-event-id'];
      const after = last === undefined || last === '' ? null : integerOf('Last-Event-ID', String(last), 0);
      const signal = gone();
      const listening = await feed.listen(after);
      // One that is gone before the first piece never begins to read.
      signal.addEventListener('abort', () => listening.end());
      if (signal.aborted) listening.end();
      return { status: 200, stream: streamOf(listening, filter, signal) };
    },
  };
}

async function* streamOf(listening: Listening, filter: EventFilter, gone: AbortSignal): AsyncGenerator<string> {
  const endsAt = performance.now() + STREAM_MS;
  let { after } = listening;
  try {
    yield `retry: ${RECONNECT_MS}\n${listening.isGap ? `event: gap\ndata: {"since":${after}}\n` : ''}id: ${after}\n\n`;
    while (performance.now() < endsAt) {
      const events = await listening.next(after, SIGN_OF_LIFE_MS, gone);
      if (events === null) return;
      after = events.at(-1)?.id ?? after;
      const text = events.flatMap((event) => (matches(filter, event) ? [messageOf(event)] : [])).join('');
      yield text === '' ? `id: ${after}\n\n` : text;
    }
  } finally {
    listening.end();
  }
}

const messages = new WeakMap<RecordedEvent, string>();

/** Made once for all who listen. */
function messageOf(event: RecordedEvent): string {
  const known = messages.get(event);
  if (known !== undefined) return known;
  const text = `id: ${event.id}\ndata: ${stringifyJson(wireEvent(event))}\n\n`;
  messages.set(event, text);
  return text;
}

function pageIn(asked: URLSearchParams): PageQuery {
  const since = numberIn(asked, 'since', 0);
  const before = numberIn(asked, 'before', 1);
  if (since !== null && before !== null) throw new DomainError('invalid', 'send since or before, not both');
  return { since, before, limit: numberIn(asked, 'limit', 1, LARGEST_LIMIT) ?? DEFAULT_LIMIT };
}

function placeOf({ since, before, isMore, isMissing }: Page<unknown>) {
  return { since, ...(before === null ? {} : { before }), more: isMore, ...(isMissing ? { missing: true } : {}) };
}

function filterIn(asked: URLSearchParams): EventFilter {
  const subject = asked.get('subject');
  if (subject !== null && !isId(subject)) throw new DomainError('invalid', 'subject must be an id: 32 hex digits');
  return { types: typesIn(asked.getAll('type')), subjectId: subject?.toLowerCase() ?? null };
}

function typesIn(given: readonly string[]): ReadonlySet<string> | null {
  if (given.length === 0) return null;
  const names = given.flatMap((list) => list.split(','));
  return new Set(
    names.flatMap((name) => {
      const found = EVENT_TYPES.filter((type) => type === name || type.startsWith(`${name}.`));
      if (name !== '' && found.length > 0) return found;
      const shown = JSON.stringify(name.slice(0, 40));
      throw new DomainError('invalid', `type ${shown} is unknown: openapi.yaml lists all types (EventType)`);
    }),
  );
}

function numberIn(asked: URLSearchParams, name: string, least: number, most = Number.MAX_SAFE_INTEGER): number | null {
  const text = asked.get(name);
  return text === null ? null : integerOf(name, text, least, most);
}

function integerOf(name: string, text: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new DomainError('invalid', `${name} must be an integer from ${least} to ${most}`);
}
