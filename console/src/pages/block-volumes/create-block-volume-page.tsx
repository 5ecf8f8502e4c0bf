import { useState } from 'preact/hooks';
import type { Schema } from '../../api/contract.js';
import { Badge } from '../../components/badge.js';
import { useCreation } from '../../components/creation.js';
import { FailureNotice, Notice, ServerText } from '../../components/notice.js';
import { Card, Loading, Page } from '../../components/page.js';
import { PlacementPlanView, planPath } from '../../components/placement-plan.js';
import { CheckField, NumberField, TextField } from '../../components/text-fields.js';
import { wholeNumber } from '../../components/whole-number.js';
import { useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/language.js';
import { hrefTo } from '../../routing/route.js';
import type { Pool } from '../../state/pool.js';
import { useSession } from '../../state/session.js';
import { useStore } from '../../state/store.js';
import { type PlanState, usePlan } from '../../state/use-plan.js';

type Plan = Schema<'BlockVolumePlan'>;

export function CreateBlockVolumePage() {
  const { blockVolumes: texts } = useTexts();
  const { pool: keeper } = useSession();
  const { pool } = useStore(keeper.state);
  return (
    <Page title={texts.create} crumbs={[{ title: texts.title, href: hrefTo(['blockvolumes']) }]}>
      {pool === null ? <Loading /> : <CreateForm pool={pool} />}
    </Page>
  );
}

function CreateForm({ pool }: { readonly pool: Pool }) {
  const { blockVolumes: texts, volumes } = useTexts();
  const formats = useFormats();
  const [sizeGib, setSizeGib] = useState('5');
  const [name, setName] = useState('');
  const [haCount, setHaCount] = useState('0');
  const [hasAuth, setHasAuth] = useState(true);
  const creation = useCreation('blockvolumes');
  const [size, hacount] = [wholeNumber(sizeGib, 1), wholeNumber(haCount, 0)];
  const request =
    size === null || hacount === null
      ? null
      : { size, hacount, auth: hasAuth, ...(name.trim() === '' ? {} : { name: name.trim() }) };
  const state = usePlan<Plan>(planPath('/placements/blockvolumes', pool), request, pool);
  const mayCreate = !creation.isRunning && !state.isAsking && state.plan?.fits === true;
  return (
    <div class="beside">
      <Card title={texts.wanted}>
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault();
            if (request === null || !mayCreate) return;
            const title = texts.creating(name.trim(), formats.sizeGib(request.size));
            creation.begin({ title, method: 'POST', path: '/blockvolumes', body: request });
          }}
        >
          <NumberField
            label={texts.size}
            error={size === null ? volumes.wholeGib : undefined}
            least={1}
            value={sizeGib}
            onType={setSizeGib}
          />
          <TextField label={texts.name} hint={texts.nameHint} value={name} onType={setName} />
          <NumberField label={texts.ha} hint={texts.haHint} least={0} value={haCount} onType={setHaCount} />
          <CheckField label={texts.auth} isChecked={hasAuth} onCheck={setHasAuth} />
          {creation.failure === null ? null : <FailureNotice title={texts.failed} failure={creation.failure} />}
          <button type="submit" class="button primary" disabled={!mayCreate}>
            {texts.create}
          </button>
        </form>
      </Card>
      <Card title={texts.preview}>
        <Preview state={state} pool={pool} />
      </Card>
    </div>
  );
}

function Preview({ state, pool }: { readonly state: PlanState<Plan>; readonly pool: Pool }) {
  const { blockVolumes: texts, plans } = useTexts();
  const formats = useFormats();
  const { plan, failure, isAsking } = state;
  if (failure !== null) return <FailureNotice title={plans.refused} failure={failure} />;
  if (plan === null) return isAsking ? <Loading /> : <p class="soft">{plans.notAsked}</p>;
  const largest = (gib: number): string => texts.largest(formats.sizeGib(gib));
  return (
    <div class="stack" aria-busy={isAsking}>
      <div class="row between">
        <span role="status">
          <Badge tone={plan.fits ? 'ok' : 'bad'}>{plan.fits ? texts.fits : texts.doesNotFit}</Badge>
        </span>
        <span class="small">{plan.largestGib === 0 ? plans.nothingFits : largest(plan.largestGib)}</span>
      </div>
      {plan.reason === '' ? null : (
        <Notice tone="warn">
          <ServerText>{plan.reason}</ServerText>
        </Notice>
      )}
      {plan.hosting === null ? null : <p>{texts.into(plan.hosting.name, formats.sizeGib(plan.hosting.freeGib))}</p>}
      {plan.newHosting === null ? null : (
        <>
          <p>{texts.newHosting}</p>
          <PlacementPlanView state={{ plan: plan.newHosting, failure: null, isAsking }} pool={pool} largest={largest} />
        </>
      )}
      {plan.refusals.length === 0 ? null : (
        <>
          <h3>{texts.notHosting}</h3>
          <ul class="list">
            {plan.refusals.map(({ volumeId, name, freeGib, text }) => (
              <li key={volumeId}>
                <a href={hrefTo(['volumes', volumeId])}>{name}</a> <span class="soft">{formats.sizeGib(freeGib)}</span>
                <ServerText>{text}</ServerText>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
