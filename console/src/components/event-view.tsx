import type { ServerEvent } from '../api/contract.js';
import { useFormats } from '../i18n/formats.js';
import { useTexts } from '../i18n/language.js';
import { hrefTo } from '../routing/route.js';
import { Badge, type Tone } from './badge.js';
import { ServerText } from './notice.js';
import { Ago } from './time.js';

const BAD = /\.failed$|^node\.down$/;
const WARN = /^(operation\.undone|leftovers\.|device\.condition-changed|brick\.pool-filling|database\.restored)/;
const OK = /\.(created|expanded|cloned|added|healed|up|repaired|reinstated|rejoined|relieved|made)$/;

export function isFailure({ type }: ServerEvent): boolean {
  return BAD.test(type);
}

function toneOf({ type, details }: ServerEvent): Tone {
  if (BAD.test(type)) return 'bad';
  if (type === 'device.condition-changed' && details?.condition === 'ok') return 'ok';
  if (type === 'state.compared' && (details?.count ?? 0) > 0) return 'warn';
  if (WARN.test(type)) return 'warn';
  return OK.test(type) ? 'ok' : 'neutral';
}

/** What an event is. */
export function EventType({ event }: { readonly event: ServerEvent }) {
  return <Badge tone={toneOf(event)}>{useTexts().events.types[event.type] ?? event.type}</Badge>;
}

const PLACES: Readonly<Partial<Record<ServerEvent['subject']['kind'], string>>> = {
  node: 'nodes',
  device: 'devices',
  volume: 'volumes',
  'block-volume': 'blockvolumes',
};

/** What an event is about, as it was called then; a link where the console has a page for it. */
export function EventSubject({ event }: { readonly event: ServerEvent }) {
  const { events } = useTexts();
  const { kind, id, name } = event.subject;
  const text = kind === 'server' ? events.server : name || id;
  const place = PLACES[kind];
  if (place === undefined || /\.(deleted|forgotten)$/.test(event.type)) return <span>{text}</span>;
  return <a href={hrefTo([place, id])}>{text}</a>;
}

/** The sizes and states that an event tells besides its reason. */
export function EventDetail({ event }: { readonly event: ServerEvent }) {
  const { common, events } = useTexts();
  const formats = useFormats();
  const { details, reason } = event;
  const told = [
    details?.size === undefined ? null : formats.sizeGib(details.size),
    details?.state === undefined ? null : common.states[details.state],
    details?.condition === undefined ? null : common.conditions[details.condition],
    details?.count === undefined ? null : formats.number(details.count),
    details?.changes === undefined ? null : events.changesBefore(formats.number(details.changes)),
  ].filter((text) => text !== null);
  return <ServerText>{[...told, ...(reason === undefined ? [] : [reason])].join(' · ')}</ServerText>;
}

/** Events as a list, for places where a table is too much. */
export function EventList({ events }: { readonly events: readonly ServerEvent[] }) {
  return (
    <ul class="list">
      {events.map((event) => (
        <li key={event.id}>
          <div class="row between">
            <EventType event={event} />
            <span class="small soft">
              <Ago time={event.time} />
            </span>
          </div>
          <div class="small event-subject">
            <EventSubject event={event} />
            <EventDetail event={event} />
          </div>
        </li>
      ))}
    </ul>
  );
}
