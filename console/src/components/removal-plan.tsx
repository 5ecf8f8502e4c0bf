import type { Schema } from '../api/contract.js';
import { useFormats } from '../i18n/formats.js';
import { useTexts } from '../i18n/language.js';
import { usePlan } from '../state/use-plan.js';
import { Badge } from './badge.js';
import { FailureNotice, Notice, ServerText } from './notice.js';
import { Loading } from './page.js';
import { Table } from './table.js';

type Plan = Schema<'PlannedRemoval'>;
type PlannedBrick = Schema<'PlannedEviction'>;
export type PlannedChange = Schema<'PlannedRemovalRequest'>;

/** Asks what a change would do with each brick. The plan is null until it is known. */
export function useRemovalPlan(request: PlannedChange): { readonly plan: Plan | null; readonly failure: unknown } {
  return usePlan<Plan>('/placements/evictions', request);
}

/** What would become of each brick, or why not. `isObstacleHandled`: what is in the way is done with by the change. */
export function RemovalPlanView({
  plan,
  failure,
  isObstacleHandled = false,
}: {
  readonly plan: Plan | null;
  readonly failure: unknown;
  readonly isObstacleHandled?: boolean;
}) {
  const { common, nodes } = useTexts();
  const texts = nodes.plan;
  const formats = useFormats();
  if (failure !== null) return <FailureNotice title={common.notLoaded} failure={failure} />;
  if (plan === null) return <Loading />;
  return (
    <div class="stack">
      {plan.obstacle === null ? null : (
        <Notice tone={isObstacleHandled ? 'info' : 'warn'} title={texts.obstacle}>
          <ServerText>{plan.obstacle}</ServerText>
          {isObstacleHandled ? <p>{texts.offlineFirst}</p> : null}
        </Notice>
      )}
      <p>
        {summaryOf(plan, texts)} {plan.healKib > 0 ? texts.healed(formats.sizeKib(plan.healKib)) : ''}{' '}
        {plan.unknownHeals > 0 ? texts.unknownHeals(plan.unknownHeals) : ''}
      </p>
      {plan.bricks.length === 0 ? null : (
        <Table
          label={texts.brick}
          rows={plan.bricks}
          keyOf={({ brickId }) => brickId}
          empty={texts.nothing}
          columns={[
            { title: nodes.volume, cell: ({ volumeName }) => volumeName },
            { title: common.size, isNumber: true, cell: ({ sizeKib }) => formats.sizeKib(sizeKib) },
            { title: texts.from, cell: ({ from }) => <Place place={from} /> },
            { title: texts.to, cell: (brick) => <Destination brick={brick} /> },
          ]}
        />
      )}
      {plan.healing.length === 0 ? null : (
        <p class="small soft">
          {texts.waiting}: {formats.number(plan.healing.length)}
        </p>
      )}
    </div>
  );
}

function summaryOf(plan: Plan, texts: ReturnType<typeof useTexts>['nodes']['plan']): string {
  if (plan.bricks.length === 0) return texts.nothing;
  return plan.movable === plan.bricks.length ? texts.possible : texts.movable(plan.movable, plan.bricks.length);
}

function Place({ place }: { readonly place: Pick<PlannedBrick['from'], 'nodeName' | 'deviceName' | 'zone'> }) {
  const { common } = useTexts();
  return (
    <span title={common.zone(place.zone)}>
      {place.nodeName} <span class="mono">{place.deviceName}</span>
    </span>
  );
}

function Destination({ brick }: { readonly brick: PlannedBrick }) {
  const { nodes } = useTexts();
  if (brick.to !== null) return <Place place={brick.to} />;
  return (
    <span class="row">
      <Badge tone="bad">{nodes.plan.stays}</Badge>
      <span class="small">{brick.obstacle}</span>
    </span>
  );
}
