import type { Node, Schema } from '../../api/contract.js';
import { isNotFound } from '../../api/failures.js';
import { Badge, type Tone } from '../../components/badge.js';
import { FailureNotice, Notice, ServerText } from '../../components/notice.js';
import { Card, Loading } from '../../components/page.js';
import { Ago } from '../../components/time.js';
import { useTexts } from '../../i18n/language.js';
import { nodeName } from '../../state/pool.js';
import { useSession } from '../../state/session.js';
import { useAnswer } from '../../state/use-answer.js';

type Report = Schema<'RepairReport'>;

/** How a node compares with the database, and its repair. */
export function NodeDoctor({ node }: { readonly node: Node }) {
  const { common, nodes: texts } = useTexts();
  const { changes } = useSession();
  const { value, failure, isLoading, reload } = useAnswer<Report>(`/nodes/${node.id}/repair`);
  const examine = async (dryrun: boolean): Promise<void> => {
    const change = {
      title: texts.doctorTitle(nodeName(node)),
      method: 'POST',
      path: `/nodes/${node.id}/repair`,
    } as const;
    await changes.run({ ...change, body: { dryrun } }).catch(() => null);
    reload();
  };
  return (
    <Card
      title={texts.doctor}
      actions={
        <>
          <button type="button" class="button small" onClick={() => void examine(true)}>
            {texts.doctorLook}
          </button>
          <button type="button" class="button small" onClick={() => void examine(false)}>
            {texts.doctorRepair}
          </button>
        </>
      }
    >
      <div class="stack">
        <p class="small soft">{texts.doctorHint}</p>
        {isLoading && value === null ? <Loading /> : null}
        {value === null && isNotFound(failure) ? <p class="soft">{texts.doctorNever}</p> : null}
        {failure === null || isNotFound(failure) ? null : <FailureNotice title={common.notLoaded} failure={failure} />}
        {value === null ? null : <ReportView report={value} />}
      </div>
    </Card>
  );
}

const TONES: Readonly<Record<Report['findings'][number]['outcome'], Tone>> = {
  repairable: 'warn',
  repaired: 'ok',
  failed: 'bad',
  'left alone': 'warn',
};

function ReportView({ report }: { readonly report: Report }) {
  const { nodes: texts } = useTexts();
  return (
    <>
      <p class="small soft">
        <Ago time={report.finishedAt} />
      </p>
      {report.isHealthy ? <Notice tone="ok">{texts.doctorHealthy}</Notice> : null}
      <ul class="list">
        {report.findings.map(({ kind, volumeName, brickId, outcome, detail }) => (
          <li key={`${kind} ${volumeName} ${brickId} ${detail}`}>
            <div class="row between">
              <strong>{volumeName}</strong>
              <Badge tone={TONES[outcome]}>{texts.outcomes[outcome]}</Badge>
            </div>
            <ServerText>{detail}</ServerText>
          </li>
        ))}
      </ul>
      {report.unreadable.length === 0 ? null : (
        <Notice tone="warn" title={texts.unreadable}>
          {report.unreadable.map((text) => (
            <ServerText key={text}>{text}</ServerText>
          ))}
        </Notice>
      )}
    </>
  );
}
