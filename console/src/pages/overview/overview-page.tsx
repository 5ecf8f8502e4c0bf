import { useMemo } from 'preact/hooks';
import { Badge } from '../../components/badge.js';
import { EventList } from '../../components/event-view.js';
import { FailureNotice } from '../../components/notice.js';
import { OperationProgress, OperationStage } from '../../components/operation-view.js';
import { Card, Loading, Page } from '../../components/page.js';
import { PoolMap } from '../../components/pool-map.js';
import { SizeBar, SizeLegend } from '../../components/size-bar.js';
import { UsageNotice } from '../../components/usage.js';
import { useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/language.js';
import { hrefTo } from '../../routing/route.js';
import type { Pool } from '../../state/pool.js';
import { useSession } from '../../state/session.js';
import { useStore } from '../../state/store.js';
import { type SeenUsage, usedOnDevices, useUsage } from '../../state/use-usage.js';
import { Needs } from './needs.js';
import { useWatch, type Watch } from './watch.js';

const NEWEST_EVENTS = 6;
const MOST_RUNNING = 5;

/** One look: how full, how healthy, what runs, and what needs somebody. */
export function OverviewPage() {
  const { common, overview } = useTexts();
  const { pool: keeper } = useSession();
  const { pool, failure } = useStore(keeper.state);
  return (
    <Page title={overview.title}>
      {failure === null ? null : (
        <FailureNotice title={common.notLoaded} failure={failure} onRetry={() => void keeper.reload()} />
      )}
      {pool === null ? failure === null ? <Loading /> : null : <PoolOverview pool={pool} />}
    </Page>
  );
}

function PoolOverview({ pool }: { readonly pool: Pool }) {
  const { overview } = useTexts();
  const watch = useWatch();
  const usage = useUsage('of=devices');
  const used = useMemo(() => knownUsed(usage), [usage]);
  if (pool.nodes.size === 0) {
    return (
      <Card title={overview.emptyTitle}>
        <div class="stack">
          <p>{overview.emptyText}</p>
          <div>
            <a class="button primary" href={hrefTo(['nodes'])}>
              {overview.toTopology}
            </a>
          </div>
        </div>
      </Card>
    );
  }
  return (
    <>
      <Tiles pool={pool} usage={usage} />
      <UsageNotice failure={usage.failure} />
      <div class="overview">
        <div class="stack">
          <Needs pool={pool} watch={watch} usage={usage} />
          <Running watch={watch} />
          <Newest />
        </div>
        <div class="stack">
          {[...pool.clusters.values()].map(({ id, file, block }) => (
            <Card
              key={id}
              title={pool.clusters.size === 1 ? overview.storage : overview.clusterTitle(id.slice(0, 8))}
              actions={
                <>
                  {file ? <Badge tone="info">{overview.kinds.file}</Badge> : null}
                  {block ? <Badge tone="info">{overview.kinds.block}</Badge> : null}
                </>
              }
            >
              <PoolMap pool={pool} clusterId={id} marks={{ health: watch.health, nodesDown: watch.nodesDown, used }} />
            </Card>
          ))}
        </div>
      </div>
    </>
  );
}

/** KiB by device, where it is known. */
function knownUsed({ devices }: SeenUsage): ReadonlyMap<string, number> {
  return new Map(
    [...devices.values()].flatMap(({ id, usedKib }) => (usedKib === null ? [] : [[id, usedKib] as const])),
  );
}

function Tiles({ pool, usage }: { readonly pool: Pool; readonly usage: SeenUsage }) {
  const { common, overview } = useTexts();
  const formats = useFormats();
  const devices = [...pool.nodes.values()].flatMap((node) => node.devices);
  const totalKib = devices.reduce((sum, { storage }) => sum + storage.total, 0);
  const bookedKib = devices.reduce((sum, { storage }) => sum + storage.used, 0);
  const deviceIds = devices.map(({ id }) => id);
  const usedKib = usedOnDevices(usage, deviceIds);
  const usedSize = usedKib === null ? common.unknown : formats.sizeKib(usedKib);
  const counts = [
    [overview.nodes, pool.nodes.size],
    [overview.devices, devices.length],
    [overview.volumes, pool.volumes.size],
  ] as const;
  return (
    <div class="tiles">
      <div class="card tile wide">
        <span class="soft">{overview.capacity}</span>
        <span class="row">
          <strong>{formats.percent(totalKib === 0 ? 0 : bookedKib / totalKib)}</strong>
          <span class="soft">{overview.ofSize(formats.sizeKib(totalKib))}</span>
        </span>
        <SizeBar totalKib={totalKib} bookedKib={bookedKib} usedKib={usedKib} label={overview.capacity} />
        <SizeLegend
          parts={[
            { part: 'booked', text: `${formats.sizeKib(bookedKib)} ${common.booked}` },
            { part: 'used', text: `${usedSize} ${common.used}` },
          ]}
        />
      </div>
      {counts.map(([title, count]) => (
        <div key={title} class="card tile">
          <span class="soft">{title}</span>
          <strong>{formats.number(count)}</strong>
        </div>
      ))}
    </div>
  );
}

function Running({ watch }: { readonly watch: Watch }) {
  const { overview } = useTexts();
  const running = watch.operations.filter(({ status }) => status === '');
  return (
    <Card title={overview.runs} actions={<a href={hrefTo(['operations'])}>{overview.allOperations}</a>}>
      {running.length === 0 ? <p class="soft">{overview.nothingRuns}</p> : null}
      <ul class="list">
        {running.slice(0, MOST_RUNNING).map((operation) => (
          <li key={operation.id} class="stack tight">
            <div class="row between">
              <span>{operation.type_name}</span>
              <OperationStage operation={operation} />
            </div>
            <OperationProgress operation={operation} />
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Newest() {
  const { events: texts, overview } = useTexts();
  const { happenings } = useSession();
  const { events } = useStore(happenings.state);
  return (
    <Card title={overview.happened} actions={<a href={hrefTo(['events'])}>{overview.allEvents}</a>}>
      {events.length === 0 ? <p class="soft">{texts.none}</p> : <EventList events={events.slice(0, NEWEST_EVENTS)} />}
    </Card>
  );
}
