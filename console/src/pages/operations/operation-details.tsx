import type { Schema } from '../../api/contract.js';
import { FailureNotice, Notice, ServerText } from '../../components/notice.js';
import { OPERATIONS_EVERY_MS } from '../../components/operation-view.js';
import { Loading } from '../../components/page.js';
import { Ago } from '../../components/time.js';
import { useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/language.js';
import { useSession } from '../../state/session.js';
import { useAnswer } from '../../state/use-answer.js';

type Details = Schema<'PendingOperationInfo'>;

export function OperationDetails({ id }: { readonly id: string }) {
  const { common, operations: texts } = useTexts();
  const formats = useFormats();
  const { value, failure } = useAnswer<Details>(`/operations/pending/${id}`, OPERATIONS_EVERY_MS);
  if (value === null)
    return failure === null ? <Loading /> : <FailureNotice title={common.notLoaded} failure={failure} />;
  return (
    <div class="stack">
      {value.last_error === undefined ? null : (
        <Notice tone="bad" title={texts.reason}>
          <ServerText>{value.last_error}</ServerText>
        </Notice>
      )}
      <dl class="facts">
        <dt>{common.id}</dt>
        <dd class="mono">{value.id}</dd>
        {value.tries === undefined ? null : (
          <>
            <dt>{texts.tries}</dt>
            <dd>{formats.number(value.tries)}</dd>
            <dt>{texts.nextTry}</dt>
            <dd>{value.next_try === undefined ? texts.onlyByRequest : <Ago time={value.next_try} />}</dd>
          </>
        )}
        {value.copied_at === undefined ? null : (
          <>
            <dt>{texts.copiedAt}</dt>
            <dd>{formats.time(value.copied_at)}</dd>
          </>
        )}
        <dt>{texts.changes}</dt>
        <dd>
          <ul class="list">
            {value.changes.map(({ id: changed, description }) => (
              <li key={`${description} ${changed}`} class="small">
                {description} <span class="mono">{changed}</span>
              </li>
            ))}
          </ul>
        </dd>
      </dl>
      <Parts details={value} />
    </div>
  );
}

function Parts({ details: { id, progress } }: { readonly details: Details }) {
  const { operations: texts } = useTexts();
  const { changes } = useSession();
  if (progress === undefined) return null;
  const stop = { title: texts.stop, method: 'POST', path: `/operations/pending/${id}/cancel` } as const;
  return (
    <>
      {progress.failure === undefined ? null : (
        <Notice tone="warn" title={texts.lastFailure}>
          <ServerText>{progress.failure}</ServerText>
        </Notice>
      )}
      {progress.healing === undefined || progress.healing.length === 0 ? null : (
        <PartList
          title={texts.healing}
          parts={progress.healing.map((set) => [set.id, texts.entriesLeft(set.entries ?? null)])}
        />
      )}
      {progress.refused === undefined || progress.refused.length === 0 ? null : (
        <PartList title={texts.passedOver} parts={progress.refused.map(({ id: brick, reason }) => [brick, reason])} />
      )}
      <div class="row">
        {progress.cancelled ? (
          <span class="soft">{texts.stopping}</span>
        ) : (
          <button
            type="button"
            class="button small danger"
            title={texts.stopHint}
            onClick={() => void changes.run(stop).catch(() => null)}
          >
            {texts.stop}
          </button>
        )}
      </div>
    </>
  );
}

function PartList({
  title,
  parts,
}: {
  readonly title: string;
  readonly parts: readonly (readonly [string, string])[];
}) {
  return (
    <section>
      <h3>{title}</h3>
      <ul class="list">
        {parts.map(([id, text]) => (
          <li key={id} class="small">
            <span class="mono">{id}</span>: <span class="server-text">{text}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
