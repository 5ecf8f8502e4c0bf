import { useMemo } from 'preact/hooks';
import type { Volume } from '../../api/contract.js';
import { FailureNotice } from '../../components/notice.js';
import { Loading, Page } from '../../components/page.js';
import { type Column, Table } from '../../components/table.js';
import { UsageNotice, usedText } from '../../components/usage.js';
import { volumeKind } from '../../components/volume-kind.js';
import type { Dictionary } from '../../i18n/dictionary.js';
import { type Formats, useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/language.js';
import { hrefTo } from '../../routing/route.js';
import { useSession } from '../../state/session.js';
import { useStore } from '../../state/store.js';
import { type SeenUsage, useUsage } from '../../state/use-usage.js';

/** All volumes, however many. */
export function VolumesPage() {
  const texts = useTexts();
  const { common, volumes } = texts;
  const formats = useFormats();
  const { pool: keeper } = useSession();
  const { pool, failure } = useStore(keeper.state);
  const usage = useUsage('of=volumes');
  const hasClusters = (pool?.clusters.size ?? 0) > 1;
  const columns = useMemo(() => columnsIn(texts, formats, hasClusters, usage), [texts, formats, hasClusters, usage]);
  const rows = useMemo(() => [...(pool?.volumes.values() ?? [])], [pool]);
  return (
    <Page
      title={volumes.title}
      actions={
        <a class="button primary" href={hrefTo(['create'])}>
          {volumes.create}
        </a>
      }
    >
      {failure === null ? null : (
        <FailureNotice title={common.notLoaded} failure={failure} onRetry={() => void keeper.reload()} />
      )}
      <UsageNotice failure={usage.failure} />
      {pool === null ? (
        failure === null ? (
          <Loading />
        ) : null
      ) : (
        <Table
          label={volumes.title}
          columns={columns}
          rows={rows}
          keyOf={({ id }) => id}
          searchText={searchTextOf}
          empty={volumes.none}
          sortedBy={{ column: 0, isDescending: false }}
        />
      )}
    </Page>
  );
}

function searchTextOf({ id, name, client_name, cluster, glustervolumeoptions }: Volume): string {
  return `${name} ${id} ${client_name ?? ''} ${cluster} ${glustervolumeoptions?.join(' ') ?? ''}`;
}

function columnsIn(
  allTexts: Dictionary,
  formats: Formats,
  hasClusters: boolean,
  usage: SeenUsage,
): readonly [Column<Volume>, ...Column<Volume>[]] {
  const { common, volumes: texts } = allTexts;
  return [
    {
      title: common.name,
      cell: ({ id, name }) => <a href={hrefTo(['volumes', id])}>{name}</a>,
      sortBy: ({ name }) => name,
    },
    { title: common.size, cell: ({ size }) => formats.sizeGib(size), sortBy: ({ size }) => size, isNumber: true },
    {
      title: allTexts.usage.used,
      cell: ({ id }) => usedText(usage.volumes.get(id), allTexts, formats),
      sortBy: ({ id }) => usage.volumes.get(id)?.usedKib ?? -1,
      isNumber: true,
    },
    { title: texts.kind, cell: (volume) => volumeKind(volume, texts), sortBy: (volume) => volumeKind(volume, texts) },
    {
      title: texts.bricks,
      cell: ({ bricks }) => formats.number(bricks.length),
      sortBy: ({ bricks }) => bricks.length,
      isNumber: true,
    },
    ...(hasClusters
      ? [
          {
            title: texts.cluster,
            cell: ({ cluster }: Volume) => <span class="mono">{cluster.slice(0, 8)}</span>,
            sortBy: ({ cluster }: Volume) => cluster,
          },
        ]
      : []),
    {
      title: texts.clientName,
      cell: ({ client_name, block }) => client_name ?? (block ? texts.hosting : ''),
      sortBy: ({ client_name, block }) => client_name ?? (block ? texts.hosting : ''),
    },
  ];
}
