import { useEffect, useState } from 'preact/hooks';
import type { Schema } from '../../api/contract.js';
import { Badge } from '../../components/badge.js';
import { Dialog } from '../../components/dialog.js';
import { FailureNotice, Notice, ServerText } from '../../components/notice.js';
import { Loading } from '../../components/page.js';
import { useTexts } from '../../i18n/language.js';
import { useSession } from '../../state/session.js';

type Plan = Schema<'PlannedStateRepair'>;

/** Shows what a repair would do with each difference, and begins it. */
export function RepairDialog({ onClose, onDone }: { readonly onClose: () => void; readonly onDone: () => void }) {
  const { common, differences: texts } = useTexts();
  const { client, changes } = useSession();
  const [plan, setPlan] = useState<Plan | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  useEffect(() => {
    const ending = new AbortController();
    client.ask<Plan>('/internal/state/repair/plan', {}, ending.signal).then(setPlan, (error) => {
      if (!ending.signal.aborted) setFailure(error);
    });
    return () => ending.abort();
  }, [client]);
  const repair = async (): Promise<void> => {
    onClose();
    const change = { title: texts.repairing, method: 'POST', path: '/internal/state/repair', body: {} } as const;
    await changes.run(change).catch(() => null);
    onDone();
  };
  return (
    <Dialog
      title={texts.planTitle}
      onClose={onClose}
      actions={
        <button
          type="button"
          class="button primary"
          disabled={plan === null || plan.steps.length === 0}
          onClick={() => void repair()}
        >
          {texts.repair}
        </button>
      }
    >
      {failure === null ? null : <FailureNotice title={common.notLoaded} failure={failure} />}
      {plan === null ? failure === null ? <Loading /> : null : <PlanView plan={plan} />}
    </Dialog>
  );
}

function PlanView({ plan }: { readonly plan: Plan }) {
  const { differences: texts } = useTexts();
  return (
    <div class="stack">
      {plan.obstacle === null ? null : (
        <Notice tone="warn" title={texts.obstacle}>
          <ServerText>{plan.obstacle}</ServerText>
        </Notice>
      )}
      <p>{texts.repairable(plan.repairable, plan.differences.length)}</p>
      {plan.steps.length === 0 ? null : (
        <section>
          <h3>{texts.steps}</h3>
          <ol>
            {plan.steps.map(({ step, host, text }) => (
              <li key={`${step} ${host} ${text}`} class="server-text">
                {text}
              </li>
            ))}
          </ol>
        </section>
      )}
      <ul class="list">
        {plan.differences.map(({ kind, host, subject, text, obstacle }) => (
          <li key={`${kind} ${host} ${subject} ${text}`}>
            <div class="row between">
              <span class="mono">{subject}</span>
              <Badge tone={obstacle === null ? 'ok' : 'warn'}>{obstacle === null ? texts.repaired : texts.stays}</Badge>
            </div>
            <ServerText>{text}</ServerText>
            {obstacle === null ? null : (
              <div class="small soft">
                <ServerText>{obstacle}</ServerText>
              </div>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
