import { useTexts } from '../i18n/language.js';
import { hrefTo } from '../routing/route.js';
import type { Change } from '../state/changes.js';
import { useSession } from '../state/session.js';
import { useStore } from '../state/store.js';
import { Badge, type Tone } from './badge.js';
import { ServerText } from './notice.js';
import { QueueProgress } from './progress.js';

const TONES: Readonly<Record<Change['stage'], Tone>> = { running: 'info', done: 'ok', failed: 'bad', unknown: 'warn' };

/** Changes that this page has asked for, with their progress and end, whatever page is looked at. */
export function Tray() {
  const { common } = useTexts();
  const { changes } = useSession();
  const list = useStore(changes.state);
  return (
    <section class="tray" aria-label={common.changes} aria-live="polite">
      {list.map((change) => (
        <article key={change.id} data-stage={change.stage}>
          <div class="row between">
            <strong>{change.title}</strong>
            <Badge tone={TONES[change.stage]}>{common.changeStages[change.stage]}</Badge>
          </div>
          <ChangeState change={change} />
          {change.stage === 'running' ? null : (
            <div class="row">
              <ResultLink path={change.result} />
              <button type="button" class="button small" onClick={() => changes.dismiss(change.id)}>
                {common.dismiss}
              </button>
            </div>
          )}
        </article>
      ))}
    </section>
  );
}

function ChangeState({ change }: { readonly change: Change }) {
  const { common } = useTexts();
  if (change.stage === 'running') return <QueueProgress progress={change.progress} label={change.title} />;
  if (change.stage === 'unknown') return <p class="small">{common.outcomeUnknown}</p>;
  return change.reason === '' ? null : <ServerText>{change.reason}</ServerText>;
}

/** Places of the console that show what a change can leave. */
const SHOWN = new Set(['volumes', 'nodes', 'devices', 'blockvolumes']);

function ResultLink({ path }: { readonly path: string | null }) {
  const { common } = useTexts();
  const [, kind = '', id = ''] = (path ?? '').split('/');
  if (!SHOWN.has(kind) || id === '') return null;
  return (
    <a class="button small" href={hrefTo([kind, id])}>
      {common.show}
    </a>
  );
}
