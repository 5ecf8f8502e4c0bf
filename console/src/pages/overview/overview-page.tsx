import { Badge } from '../../components/badge.js';
import { FailureNotice } from '../../components/notice.js';
import { Card, Loading, Page } from '../../components/page.js';
import { PoolMap } from '../../components/pool-map.js';
import { SizeBar, SizeLegend } from '../../components/size-bar.js';
import { useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/language.js';
import type { Pool } from '../../state/pool.js';
import { useSession } from '../../state/session.js';
import { useStore } from '../../state/store.js';

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
  if (pool.nodes.size === 0) {
    return (
      <Card title={overview.emptyTitle}>
        <p>{overview.emptyText}</p>
      </Card>
    );
  }
  return (
    <>
      <Tiles pool={pool} />
      {[...pool.clusters.values()].map(({ id, file, block }) => (
        <Card
          key={id}
          title={pool.clusters.size === 1 ? overview.devices : overview.clusterTitle(id.slice(0, 8))}
          actions={
            <>
              {file ? <Badge tone="info">{overview.kinds.file}</Badge> : null}
              {block ? <Badge tone="info">{overview.kinds.block}</Badge> : null}
            </>
          }
        >
          <PoolMap pool={pool} clusterId={id} />
        </Card>
      ))}
    </>
  );
}

function Tiles({ pool }: { readonly pool: Pool }) {
  const { common, overview } = useTexts();
  const formats = useFormats();
  const devices = [...pool.nodes.values()].flatMap((node) => node.devices);
  const totalKib = devices.reduce((sum, { storage }) => sum + storage.total, 0);
  const bookedKib = devices.reduce((sum, { storage }) => sum + storage.used, 0);
  const counts = [
    [overview.nodes, pool.nodes.size],
    [overview.devices, devices.length],
    [overview.volumes, pool.volumes.size],
  ] as const;
  return (
    <div class="tiles">
      <div class="card tile wide">
        <span class="soft">{overview.capacity}</span>
        <strong>{formats.percent(totalKib === 0 ? 0 : bookedKib / totalKib)}</strong>
        <SizeBar totalKib={totalKib} bookedKib={bookedKib} label={overview.capacity} />
        <SizeLegend parts={[{ part: 'booked', text: `${formats.sizeKib(bookedKib)} ${common.booked}` }]} />
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
