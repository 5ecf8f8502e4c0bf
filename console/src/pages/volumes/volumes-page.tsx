import { useMemo } from 'preact/hooks';
import type { Volume } from '../../api/contract.js';
import { FailureNotice } from '../../components/notice.js';
import { Loading, Page } from '../../components/page.js';
import { type Column, Table } from '../../components/table.js';
import { volumeKind } from '../../components/volume-kind.js';
import type { Dictionary } from '../../i18n/dictionary.js';
import { type Formats, useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/language.js';
import { hrefTo } from '../../routing/route.js';
import { useSession } from '../../state/session.js';
import { useStore } from '../../state/store.js';

/** All volumes, however many. */
export function VolumesPage() {
  const { common, volumes: texts } = useTexts();
  const formats = useFormats();
  const { pool: keeper } = useSession();
  const { pool, failure } = useStore(keeper.state);
  const hasClusters = (pool?.clusters.size ?? 0) > 1;
  const columns = useMemo(() => columnsIn(texts, common, formats, hasClusters), [texts, common, formats, hasClusters]);
  const rows = useMemo(() => [...(pool?.volumes.values() ?? [])], [pool]);
  return (
    <Page
      title={texts.title}
      actions={
        <a class="button primary" href={hrefTo(['create'])}>
          {texts.create}
        </a>
      }
    >
      {failure === null ? null : (
        <FailureNotice title={common.notLoaded} failure={failure} onRetry={() => void keeper.reload()} />
      )}
      {pool === null ? (
        failure === null ? (
          <Loading />
        ) : null
      ) : (
        <Table
          label={texts.title}
          columns={columns}
          rows={rows}
          keyOf={({ id }) => id}
          searchText={searchTextOf}
          empty={texts.none}
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
  texts: Dictionary['volumes'],
  common: Dictionary['common'],
  formats: Formats,
  hasClusters: boolean,
): readonly [Column<Volume>, ...Column<Volume>[]] {
  return [
    {
      title: common.name,
      cell: ({ id, name }) => <a href={hrefTo(['volumes', id])}>{name}</a>,
      sortBy: ({ name }) => name,
    },
    { title: common.size, cell: ({ size }) => formats.sizeGib(size), sortBy: ({ size }) => size, isNumber: true },
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
