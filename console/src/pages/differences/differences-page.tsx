import { useState } from 'preact/hooks';
import type { Schema } from '../../api/contract.js';
import { FailureNotice, Notice, ServerText } from '../../components/notice.js';
import { Card, Page } from '../../components/page.js';
import { QueueProgress } from '../../components/progress.js';
import { useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/language.js';
import { useSession } from '../../state/session.js';
import { RepairDialog } from './repair-dialog.js';

type Found = Schema<'PoolDifferences'>;

/** What database and hosts disagree about, and what to do. */
export function DifferencesPage() {
  const { common, differences: texts } = useTexts();
  const { found, progress, failure, compare } = useComparison();
  const [isPlanning, setPlanning] = useState(false);
  const isComparing = progress !== null;
  return (
    <Page
      title={texts.title}
      actions={
        <>
          <button type="button" class="button primary" disabled={isComparing} onClick={() => void compare()}>
            {texts.compare}
          </button>
          {found === null || found.differences.length === 0 ? null : (
            <button type="button" class="button" disabled={isComparing} onClick={() => setPlanning(true)}>
              {texts.plan}
            </button>
          )}
        </>
      }
    >
      <p class="soft">{texts.intro}</p>
      {failure === null ? null : (
        <FailureNotice title={common.notLoaded} failure={failure} onRetry={() => void compare()} />
      )}
      {isComparing ? (
        <Card title={texts.comparing}>
          <QueueProgress progress={progress} label={texts.comparing} />
        </Card>
      ) : null}
      {found === null ? isComparing ? null : <p class="card empty">{texts.notYet}</p> : <FoundView found={found} />}
      {isPlanning ? <RepairDialog onClose={() => setPlanning(false)} onDone={() => void compare()} /> : null}
    </Page>
  );
}

/** Compares in the background; `progress` is null while nothing is compared. */
function useComparison() {
  const { client } = useSession();
  const [state, setState] = useState<{ found: Found | null; progress: string | null; failure: unknown }>({
    found: null,
    progress: null,
    failure: null,
  });
  const compare = async (): Promise<void> => {
    setState((before) => ({ ...before, progress: '', failure: null }));
    try {
      const result = await client.change('POST', '/internal/state/examine/differences', undefined, {
        onProgress: (progress) => setState((before) => ({ ...before, progress })),
      });
      const found = result === null ? null : await client.get<Found>(result);
      setState({ found, progress: null, failure: null });
    } catch (failure) {
      setState((before) => ({ ...before, progress: null, failure }));
    }
  };
  return { ...state, compare };
}

function FoundView({ found }: { readonly found: Found }) {
  const { differences: texts } = useTexts();
  const formats = useFormats();
  const { differences, notcompared: notCompared, pendingoperations: pending } = found;
  return (
    <>
      {differences.length === 0 && notCompared.length === 0 ? (
        <Notice tone="ok" title={texts.none} isAnnounced />
      ) : (
        <Notice tone={differences.length > 0 ? 'warn' : 'info'} title={texts.found(differences.length)} isAnnounced />
      )}
      {pending.length === 0 ? null : <p class="small soft">{texts.pending(pending.length)}</p>}
      {notCompared.length === 0 ? null : (
        <Card title={`${texts.notCompared}: ${formats.number(notCompared.length)}`}>
          <ul class="list">
            {notCompared.map(({ cluster, host, reason }) => (
              <li key={`${cluster} ${host} ${reason}`}>
                <strong>{host || texts.wholeCluster}</strong>
                <ServerText>{reason}</ServerText>
              </li>
            ))}
          </ul>
        </Card>
      )}
      {differences.map(({ kind, cluster, host, subject, text, remedy }) => (
        <article key={`${kind} ${cluster} ${host} ${subject} ${text}`} class="card stack tight">
          <div class="row between">
            <h2 class="mono">{subject}</h2>
            <span class="small soft">{host || texts.wholeCluster}</span>
          </div>
          <ServerText>{text}</ServerText>
          {remedy === '' ? null : (
            <div class="small">
              <strong>{texts.remedy}</strong>
              <ServerText>{remedy}</ServerText>
            </div>
          )}
        </article>
      ))}
    </>
  );
}
