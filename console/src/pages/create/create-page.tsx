import { useState } from 'preact/hooks';
import { useCreation } from '../../components/creation.js';
import { FailureNotice } from '../../components/notice.js';
import { Card, Loading, Page } from '../../components/page.js';
import { PlacementPlanView, planPath, type VolumePlan } from '../../components/placement-plan.js';
import { useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/language.js';
import { hrefTo } from '../../routing/route.js';
import type { Pool } from '../../state/pool.js';
import { useSession } from '../../state/session.js';
import { useStore } from '../../state/store.js';
import { usePlan } from '../../state/use-plan.js';
import { FIRST_WISH, volumeRequest } from './volume-wish.js';
import { WishFields } from './wish-fields.js';

/** What is wanted beside where it would go, asked of the server with each letter. */
export function CreatePage() {
  const { create: texts } = useTexts();
  const { pool: keeper } = useSession();
  const { pool } = useStore(keeper.state);
  return (
    <Page title={texts.title}>
      {pool === null ? <Loading /> : null}
      {pool !== null && pool.nodes.size === 0 ? (
        <p class="card empty">
          {texts.empty} <a href={hrefTo(['nodes'])}>{texts.toNodes}</a>
        </p>
      ) : null}
      {pool !== null && pool.nodes.size > 0 ? <CreateForm pool={pool} /> : null}
    </Page>
  );
}

function CreateForm({ pool }: { readonly pool: Pool }) {
  const { create: texts } = useTexts();
  const formats = useFormats();
  const [wish, setWish] = useState(FIRST_WISH);
  const creation = useCreation('volumes');
  const request = volumeRequest(wish);
  const state = usePlan<VolumePlan>(planPath('/placements', pool), request, pool);
  const mayCreate = !creation.isRunning && !state.isAsking && state.plan?.fits === true;
  const create = (): void => {
    if (request === null || !mayCreate) return;
    const title = texts.creating(request.name ?? '', formats.sizeGib(request.size));
    creation.begin({ title, method: 'POST', path: '/volumes', body: request, idempotencyKey: newKey() });
  };
  return (
    <div class="beside">
      <Card title={texts.wanted}>
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault();
            create();
          }}
        >
          <WishFields wish={wish} pool={pool} onChange={(part) => setWish((before) => ({ ...before, ...part }))} />
          {creation.failure === null ? null : <FailureNotice title={texts.failed} failure={creation.failure} />}
          <button type="submit" class="button primary" disabled={!mayCreate}>
            {texts.create}
          </button>
        </form>
      </Card>
      <Card title={texts.preview}>
        <PlacementPlanView
          state={state}
          pool={pool}
          largest={(gib) => texts.largest(formats.sizeGib(gib))}
          onTake={(gib) => setWish((before) => ({ ...before, sizeGib: String(gib) }))}
        />
      </Card>
    </div>
  );
}

/** One for each press of the button: sent again after a broken connection, it is done once. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
