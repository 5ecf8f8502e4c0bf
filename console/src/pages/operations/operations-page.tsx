import { useState } from 'preact/hooks';
import type { Schema } from '../../api/contract.js';
import { CleanUpButton } from '../../components/clean-up.js';
import { FailureNotice } from '../../components/notice.js';
import {
  isLeft,
  OPERATIONS_EVERY_MS,
  type Operation,
  OperationProgress,
  OperationStage,
} from '../../components/operation-view.js';
import { Loading, Page } from '../../components/page.js';
import { useTexts } from '../../i18n/language.js';
import { useAnswer } from '../../state/use-answer.js';
import { OperationDetails } from './operation-details.js';

/** What runs and what was left, with its reason. */
export function OperationsPage() {
  const { common, operations: texts } = useTexts();
  const { value, failure, reload } = useAnswer<Schema<'PendingOperationList'>>(
    '/operations/pending',
    OPERATIONS_EVERY_MS,
  );
  const list = value?.pendingoperations ?? [];
  return (
    <Page title={texts.title} actions={list.some(isLeft) ? <CleanUpButton onDone={reload} /> : null}>
      <p class="soft">{texts.intro}</p>
      {failure === null ? null : <FailureNotice title={common.notLoaded} failure={failure} onRetry={reload} />}
      {value === null ? failure === null ? <Loading /> : null : null}
      {value !== null && list.length === 0 ? <p class="card empty">{texts.none}</p> : null}
      {list
        .toSorted((a, b) => Number(isLeft(b)) - Number(isLeft(a)))
        .map((operation) => (
          <OperationCard key={operation.id} operation={operation} onChange={reload} />
        ))}
    </Page>
  );
}

function OperationCard({ operation, onChange }: { readonly operation: Operation; readonly onChange: () => void }) {
  const { operations: texts } = useTexts();
  const [isOpen, setOpen] = useState(isLeft(operation));
  return (
    <article class="card stack" aria-label={operation.type_name}>
      <div class="row between">
        <span class="row">
          <h2>{operation.type_name}</h2>
          <OperationStage operation={operation} />
        </span>
        <span class="row">
          {isLeft(operation) ? <CleanUpButton ids={[operation.id]} onDone={onChange} /> : null}
          <button type="button" class="button small" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {texts.details}
          </button>
        </span>
      </div>
      <OperationProgress operation={operation} />
      {isOpen ? <OperationDetails id={operation.id} /> : null}
    </article>
  );
}
