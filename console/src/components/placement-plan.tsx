import { useMemo } from 'preact/hooks';
import type { Schema } from '../api/contract.js';
import { useFormats } from '../i18n/formats.js';
import { useTexts } from '../i18n/language.js';
import { hrefTo } from '../routing/route.js';
import type { Pool } from '../state/pool.js';
import type { PlanState } from '../state/use-plan.js';
import { Badge } from './badge.js';
import { FailureNotice, Notice, ServerText } from './notice.js';
import { Loading } from './page.js';
import { PoolMap } from './pool-map.js';
import { SizeLegend } from './size-bar.js';
import { type Column, Table } from './table.js';

export type VolumePlan = Schema<'VolumePlan'>;
type PlannedBrick = Schema<'PlannedBrick'>;
type Refusal = Schema<'ClusterRefusal'>;

/** Of more devices only those are drawn, and told of, that matter. */
const MOST_DEVICES = 300;

/** Where a plan is asked for: of a pool that can be drawn whole, with the reason of every device. */
export function planPath(path: string, pool: Pool | null): string {
  return countDevices(pool) <= MOST_DEVICES ? `${path}?all=true` : path;
}

/** Where each brick would go, drawn into the pool, or why nowhere, device by device. */
export function PlacementPlanView({
  state: { plan, failure, isAsking },
  pool,
  largest,
  onTake,
}: {
  readonly state: PlanState<VolumePlan>;
  readonly pool: Pool;
  /** Says how much fits at most. */
  readonly largest: (gib: number) => string;
  /** Takes the largest size that fits. */
  readonly onTake?: (gib: number) => void;
}) {
  const { plans: texts } = useTexts();
  if (failure !== null) return <FailureNotice title={texts.refused} failure={failure} />;
  if (plan === null) return isAsking ? <Loading /> : <p class="soft">{texts.notAsked}</p>;
  return (
    <div class="stack" aria-busy={isAsking}>
      <div class="row between">
        <span role="status">
          <Badge tone={plan.fits ? 'ok' : 'bad'}>{plan.fits ? texts.fits(plan.bricks.length) : texts.doesNotFit}</Badge>
        </span>
        <span class="row small">
          {plan.largestGib === 0 ? texts.nothingFits : largest(plan.largestGib)}
          {onTake === undefined || plan.largestGib === 0 ? null : (
            <button type="button" class="button small" onClick={() => onTake(plan.largestGib)}>
              {texts.takeLargest}
            </button>
          )}
        </span>
      </div>
      {plan.fits ? <Placed plan={plan} pool={pool} /> : null}
      {plan.refusals.map((refusal) => (
        <Refused key={refusal.clusterId} refusal={refusal} pool={pool} />
      ))}
    </div>
  );
}

function Placed({ plan, pool }: { readonly plan: VolumePlan; readonly pool: Pool }) {
  const { common, plans: texts } = useTexts();
  const planned = useMemo(() => takenByDevice(plan), [plan]);
  const shown = useMemo(() => poolOf(pool, new Set(plan.bricks.map(({ nodeId }) => nodeId))), [pool, plan]);
  return (
    <>
      <SizeLegend
        parts={[
          { part: 'booked', text: common.booked },
          { part: 'planned', text: texts.planned },
        ]}
      />
      <PoolMap pool={shown} clusterId={plan.clusterId ?? ''} marks={{ planned }} />
      <PlannedBricks bricks={plan.bricks} />
    </>
  );
}

function PlannedBricks({ bricks }: { readonly bricks: readonly PlannedBrick[] }) {
  const { common, plans: texts } = useTexts();
  const formats = useFormats();
  const columns = useMemo(
    (): readonly [Column<PlannedBrick>, ...Column<PlannedBrick>[]] => [
      { title: texts.set, cell: ({ set }) => formats.number(set + 1), sortBy: ({ set }) => set },
      { title: texts.zone, cell: ({ zone }) => formats.number(zone), sortBy: ({ zone }) => zone, isNumber: true },
      {
        title: texts.node,
        cell: ({ nodeId, nodeName }) => <a href={hrefTo(['nodes', nodeId])}>{nodeName}</a>,
        sortBy: ({ nodeName }) => nodeName,
      },
      {
        title: texts.device,
        cell: ({ deviceId, deviceName, isArbiter }) => (
          <span class="row">
            <a class="mono" href={hrefTo(['devices', deviceId])}>
              {deviceName}
            </a>
            {isArbiter ? <Badge tone="info">{texts.arbiter}</Badge> : null}
          </span>
        ),
        sortBy: ({ deviceName }) => deviceName,
      },
      {
        title: texts.takes,
        cell: ({ takesKib }) => formats.sizeKib(takesKib),
        sortBy: ({ takesKib }) => takesKib,
        isNumber: true,
      },
      {
        title: common.free,
        cell: ({ freeAfterKib }) => formats.sizeKib(freeAfterKib),
        sortBy: ({ freeAfterKib }) => freeAfterKib,
        isNumber: true,
      },
    ],
    [texts, common, formats],
  );
  return (
    <Table
      label={texts.bricks}
      columns={columns}
      rows={bricks}
      keyOf={({ set, deviceId }) => `${set} ${deviceId}`}
      empty={common.none}
    />
  );
}

function Refused({ refusal, pool }: { readonly refusal: Refusal; readonly pool: Pool }) {
  const { plans: texts } = useTexts();
  const formats = useFormats();
  const refused = useMemo(
    () => new Map(refusal.devices.map(({ deviceId, detail }) => [deviceId, detail] as const)),
    [refusal],
  );
  const shown = useMemo(() => poolOf(pool, new Set(refusal.devices.map(({ nodeId }) => nodeId))), [pool, refusal]);
  const counts = Object.entries(refusal.counts);
  return (
    <>
      <Notice
        tone="warn"
        title={refusal.clusterId === '' ? texts.noCluster : texts.clusterRefuses(refusal.clusterId.slice(0, 8))}
      >
        <ServerText>{refusal.text}</ServerText>
        {refusal.explanation === '' ? null : <ServerText>{refusal.explanation}</ServerText>}
        {counts.length === 0 ? null : (
          <ul class="tags" aria-label={texts.reasons}>
            {counts.map(([reason, count]) => (
              <li key={reason} class="badge">
                {reason}: {formats.number(count)}
              </li>
            ))}
          </ul>
        )}
      </Notice>
      {pool.clusters.has(refusal.clusterId) && refusal.devices.length > 0 ? (
        <PoolMap pool={shown} clusterId={refusal.clusterId} marks={{ refused }} />
      ) : null}
    </>
  );
}

function takenByDevice({ bricks }: VolumePlan): ReadonlyMap<string, number> {
  const taken = new Map<string, number>();
  for (const { deviceId, takesKib } of bricks) taken.set(deviceId, (taken.get(deviceId) ?? 0) + takesKib);
  return taken;
}

/** The whole pool, or of a large one the nodes that matter. */
function poolOf(pool: Pool, nodeIds: ReadonlySet<string>): Pool {
  if (countDevices(pool) <= MOST_DEVICES) return pool;
  return { ...pool, nodes: new Map([...pool.nodes].filter(([id]) => nodeIds.has(id))) };
}

function countDevices(pool: Pool | null): number {
  let count = 0;
  for (const { devices } of pool?.nodes.values() ?? []) count += devices.length;
  return count;
}
