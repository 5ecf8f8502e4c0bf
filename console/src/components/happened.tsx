import { useTexts } from '../i18n/language.js';
import { useSession } from '../state/session.js';
import { useStore } from '../state/store.js';
import { EventList } from './event-view.js';
import { Card } from './page.js';

const MOST_EVENTS = 8;

/** The newest events about one object, of those that the page knows. */
export function Happened({ id }: { readonly id: string }) {
  const { events: texts } = useTexts();
  const { happenings } = useSession();
  const { events } = useStore(happenings.state);
  const about = events.filter(({ subject }) => subject.id === id).slice(0, MOST_EVENTS);
  return (
    <Card title={texts.aboutThis}>
      {about.length === 0 ? <p class="soft">{texts.none}</p> : <EventList events={about} />}
    </Card>
  );
}
