import { useMemo } from 'preact/hooks';
import { FailureNotice } from '../../components/notice.js';
import { Loading, Page } from '../../components/page.js';
import { type Column, Table } from '../../components/table.js';
import { useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/language.js';
import { hrefTo } from '../../routing/route.js';
import { useSession } from '../../state/session.js';
import { useStore } from '../../state/store.js';
import { type BlockVolume, useBlockVolumes } from './use-block-volumes.js';

export function BlockVolumesPage() {
  const { common, blockVolumes: texts } = useTexts();
  const formats = useFormats();
  const { pool: keeper } = useSession();
  const { pool } = useStore(keeper.state);
  const { list, total, failure, reload } = useBlockVolumes();
  const columns = useMemo((): readonly [Column<BlockVolume>, ...Column<BlockVolume>[]] => {
    const hostName = ({ blockhostingvolume: id = '' }: BlockVolume): string => pool?.volumes.get(id)?.name ?? id;
    return [
      {
        title: common.name,
        cell: ({ id, name }) => <a href={hrefTo(['blockvolumes', id])}>{name}</a>,
        sortBy: ({ name }) => name,
      },
      { title: common.size, cell: ({ size }) => formats.sizeGib(size), sortBy: ({ size }) => size, isNumber: true },
      {
        title: texts.paths,
        cell: ({ blockvolume: { hosts } }) => formats.number(hosts.length),
        sortBy: ({ blockvolume: { hosts } }) => hosts.length,
        isNumber: true,
      },
      {
        title: texts.hostedBy,
        cell: (block) => <a href={hrefTo(['volumes', block.blockhostingvolume ?? ''])}>{hostName(block)}</a>,
        sortBy: hostName,
      },
      { title: texts.target, cell: ({ blockvolume: { iqn } }) => <span class="mono small">{iqn}</span> },
    ];
  }, [texts, common, formats, pool]);
  return (
    <Page
      title={texts.title}
      actions={
        <a class="button primary" href={hrefTo(['create-block'])}>
          {texts.create}
        </a>
      }
    >
      {failure === null ? null : <FailureNotice title={common.notLoaded} failure={failure} onRetry={reload} />}
      {total === null && failure === null ? <Loading /> : null}
      {total === null ? null : (
        <Table
          label={texts.title}
          columns={columns}
          rows={list}
          keyOf={({ id }) => id}
          searchText={({ id, name, blockvolume: { iqn } }) => `${name} ${id} ${iqn}`}
          empty={total === 0 ? texts.none : common.loading}
          sortedBy={{ column: 0, isDescending: false }}
          tools={list.length < total ? <span class="small soft">{common.partsDone(list.length, total)}</span> : null}
        />
      )}
    </Page>
  );
}
