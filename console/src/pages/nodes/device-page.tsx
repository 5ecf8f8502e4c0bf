import { useMemo } from 'preact/hooks';
import type { Brick, Device, Node, Schema } from '../../api/contract.js';
import { CopyLine } from '../../components/copy-line.js';
import { Happened } from '../../components/happened.js';
import { FailureNotice, Notice, ServerText } from '../../components/notice.js';
import { Card, Loading, Page } from '../../components/page.js';
import { SizeBar } from '../../components/size-bar.js';
import { ConditionBadge, StateBadge } from '../../components/states.js';
import { type Column, Table } from '../../components/table.js';
import { Ago } from '../../components/time.js';
import { useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/language.js';
import { hrefTo } from '../../routing/route.js';
import { findDevice, nodeName, type Pool } from '../../state/pool.js';
import { useSession } from '../../state/session.js';
import { useStore } from '../../state/store.js';
import { useAnswer } from '../../state/use-answer.js';
import type { PageProps } from '../page-props.js';
import { DeviceActions } from './device-actions.js';
import { TagEditor } from './tag-editor.js';

export function DevicePage({ id }: PageProps) {
  const { common, nodes: texts } = useTexts();
  const { pool: keeper } = useSession();
  const { pool } = useStore(keeper.state);
  const found = pool === null ? null : findDevice(pool, id);
  const crumbs = [{ title: texts.title, href: hrefTo(['nodes']) }];
  if (pool === null || found === null) {
    return (
      <Page title={texts.device} crumbs={crumbs}>
        {pool === null ? <Loading /> : <p class="card empty">{common.nothingFound}</p>}
      </Page>
    );
  }
  const { node, device } = found;
  return (
    <Page
      title={device.name}
      crumbs={[...crumbs, { title: nodeName(node), href: hrefTo(['nodes', node.id]) }]}
      badges={<StateBadge state={device.state} />}
      actions={<DeviceActions node={node} device={device} />}
    >
      <div class="columns">
        <DeviceFacts node={node} device={device} />
        <DeviceHealth id={id} />
        <Happened id={id} />
      </div>
      <Card title={texts.bricks}>
        <Bricks pool={pool} device={device} />
      </Card>
    </Page>
  );
}

function DeviceFacts({ node, device }: { readonly node: Node; readonly device: Device }) {
  const { common, nodes: texts } = useTexts();
  const formats = useFormats();
  const { total, used, free } = device.storage;
  return (
    <Card title={texts.device}>
      <div class="stack">
        <SizeBar totalKib={total} bookedKib={used} label={device.name} />
        <dl class="facts">
          <dt>{common.size}</dt>
          <dd>{formats.sizeKib(total)}</dd>
          <dt>{common.booked}</dt>
          <dd>{formats.sizeKib(used)}</dd>
          <dt>{common.free}</dt>
          <dd>{formats.sizeKib(free)}</dd>
          <dt>{common.id}</dt>
          <dd class="mono">{device.id}</dd>
          <dt>{texts.path}</dt>
          <dd class="mono">{(device.paths ?? []).join(', ') || device.name}</dd>
          <dt>{texts.tags}</dt>
          <dd>
            <TagEditor
              path={`/devices/${device.id}`}
              name={`${nodeName(node)} ${device.name}`}
              tags={device.tags ?? {}}
            />
          </dd>
        </dl>
      </div>
    </Card>
  );
}

function DeviceHealth({ id }: { readonly id: string }) {
  const { common, nodes: texts } = useTexts();
  const { client } = useSession();
  const { value, failure, reload } = useAnswer<Schema<'DeviceHealth'>>(`/devices/${id}/health`);
  const look = async (): Promise<void> => {
    await client.ask(`/devices/${id}/health`, undefined).catch(() => null);
    reload();
  };
  return (
    <Card
      title={texts.condition}
      actions={
        <button type="button" class="button small" onClick={() => void look()}>
          {texts.look}
        </button>
      }
    >
      {failure === null ? null : <FailureNotice title={common.notLoaded} failure={failure} />}
      {value === null ? null : (
        <div class="stack">
          <p class="row">
            <ConditionBadge condition={value.condition} />
            <span class="small soft">
              {texts.checkedAt}: {value.checkedAt === null ? common.never : <Ago time={value.checkedAt} />}
            </span>
          </p>
          {value.reason === '' ? null : (
            <Notice tone="warn">
              <ServerText>{value.reason}</ServerText>
            </Notice>
          )}
          {value.notes.map((note) => (
            <ServerText key={note}>{note}</ServerText>
          ))}
          {value.command === null ? null : <CopyLine text={value.command} label={common.command} />}
        </div>
      )}
    </Card>
  );
}

function Bricks({ pool, device }: { readonly pool: Pool; readonly device: Device }) {
  const { common, nodes: texts } = useTexts();
  const formats = useFormats();
  const columns = useMemo(
    (): readonly [Column<Brick>, ...Column<Brick>[]] => [
      {
        title: texts.volume,
        cell: ({ volume }) => <a href={hrefTo(['volumes', volume])}>{pool.volumes.get(volume)?.name ?? volume}</a>,
        sortBy: ({ volume }) => pool.volumes.get(volume)?.name ?? volume,
      },
      { title: common.size, cell: ({ size }) => formats.sizeKib(size), sortBy: ({ size }) => size, isNumber: true },
      { title: texts.path, cell: ({ path }) => <span class="mono">{path}</span> },
    ],
    [pool, texts, common, formats],
  );
  return (
    <Table
      label={texts.bricks}
      columns={columns}
      rows={device.bricks}
      keyOf={({ id }) => id}
      searchText={({ id, volume, path }) => `${id} ${path} ${pool.volumes.get(volume)?.name}`}
      empty={texts.noBricks}
    />
  );
}
