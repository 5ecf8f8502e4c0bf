import { useMemo, useState } from 'preact/hooks';
import type { ServerEvent } from '../../api/contract.js';
import { EventDetail, EventSubject, EventType, isFailure } from '../../components/event-view.js';
import { Page } from '../../components/page.js';
import { type Column, Table } from '../../components/table.js';
import { Ago } from '../../components/time.js';
import type { Dictionary } from '../../i18n/dictionary.js';
import { useTexts } from '../../i18n/language.js';
import { useSession } from '../../state/session.js';
import { useStore } from '../../state/store.js';

/** What has happened, live. */
export function EventsPage() {
  const { events: texts } = useTexts();
  const { happenings } = useSession();
  const { events, before } = useStore(happenings.state);
  const [onlyFailures, setOnlyFailures] = useState(false);
  const columns = useMemo(() => columnsIn(texts), [texts]);
  const shown = useMemo(() => (onlyFailures ? events.filter(isFailure) : events), [events, onlyFailures]);
  return (
    <Page title={texts.title}>
      <p class="soft">{texts.intro}</p>
      <Table
        label={texts.title}
        columns={columns}
        rows={shown}
        keyOf={({ id }) => id}
        searchText={(event) => searchTextOf(event, texts)}
        empty={texts.none}
        tools={
          <label class="check">
            <input
              type="checkbox"
              checked={onlyFailures}
              onChange={(event) => setOnlyFailures(event.currentTarget.checked)}
            />
            {texts.onlyFailures}
          </label>
        }
      />
      {before === null ? null : (
        <div>
          <button type="button" class="button" onClick={() => void happenings.loadEarlier().catch(() => undefined)}>
            {texts.earlier}
          </button>
        </div>
      )}
    </Page>
  );
}

function searchTextOf(event: ServerEvent, { types }: Dictionary['events']): string {
  const { type, subject, reason = '', operation, by } = event;
  return [type, types[type], subject.name, subject.id, reason, operation?.type, operation?.id, by?.request].join(' ');
}

function columnsIn(texts: Dictionary['events']): readonly [Column<ServerEvent>, ...Column<ServerEvent>[]] {
  return [
    { title: texts.time, cell: ({ time }) => <Ago time={time} />, sortBy: ({ id }) => id },
    { title: texts.what, cell: (event) => <EventType event={event} />, sortBy: ({ type }) => type },
    {
      title: texts.subject,
      cell: (event) => <EventSubject event={event} />,
      sortBy: ({ subject }) => subject.name ?? '',
    },
    { title: texts.reason, cell: (event) => <EventDetail event={event} /> },
    { title: texts.by, cell: ({ by }) => by?.issuer ?? '', sortBy: ({ by }) => by?.issuer ?? '' },
  ];
}
