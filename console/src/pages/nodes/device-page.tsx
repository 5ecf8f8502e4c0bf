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
import { poolText, UsageNotice, usedText } from '../../components/usage.js';
import { useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/language.js';
import { hrefTo } from '../../routing/route.js';
import { findDevice, nodeName, type Pool } from '../../state/pool.js';
import { useSession } from '../../state/session.js';
import { useStore } from '../../state/store.js';
import { useAnswer } from '../../state/use-answer.js';
import { type SeenUsage, useUsage } from '../../state/use-usage.js';
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
  return <DeviceView key={id} pool={pool} node={found.node} device={found.device} />;
}

function DeviceView({ pool, node, device }: { readonly pool: Pool; readonly node: Node; readonly device: Device }) {
  const { nodes: texts } = useTexts();
  const usage = useUsage(`of=devices,bricks&device=${device.id}`);
  const crumbs = [{ title: texts.title, href: hrefTo(['nodes']) }];
  return (
    <Page
      title={device.name}
      crumbs={[...crumbs, { title: nodeName(node), href: hrefTo(['nodes', node.id]) }]}
      badges={<StateBadge state={device.state} />}
      actions={<DeviceActions node={node} device={device} />}
    >
      <div class="columns">
        <DeviceFacts node={node} device={device} usage={usage} />
        <DeviceHealth id={device.id} />
        <Happened id={device.id} />
      </div>
      <Card title={texts.bricks}>
        <Bricks pool={pool} device={device} usage={usage} />
      </Card>
    </Page>
  );
}

function DeviceFacts({
  node,
  device,
  usage,
}: {
  readonly node: Node;
  readonly device: Device;
  readonly usage: SeenUsage;
}) {
  const { common, nodes: texts } = useTexts();
  const formats = useFormats();
  const { total, used, free } = device.storage;
  const usedKib = usage.devices.get(device.id)?.usedKib ?? null;
  return (
    <Card title={texts.device}>
      <div class="stack">
        <UsageNotice failure={usage.failure} />
        <SizeBar totalKib={total} bookedKib={used} usedKib={usedKib} label={device.name} />
        <dl class="facts">
          <dt>{common.size}</dt>
          <dd>{formats.sizeKib(total)}</dd>
          <dt>{common.booked}</dt>
          <dd>{formats.sizeKib(used)}</dd>
          <dt>{common.used}</dt>
          <dd>{usedKib === null ? common.unknown : formats.sizeKib(usedKib)}</dd>
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

function Bricks({ pool, device, usage }: { readonly pool: Pool; readonly device: Device; readonly usage: SeenUsage }) {
  const allTexts = useTexts();
  const { common, nodes: texts } = allTexts;
  const formats = useFormats();
  const columns = useMemo(
    (): readonly [Column<Brick>, ...Column<Brick>[]] => [
      {
        title: texts.volume,
        cell: ({ volume }) => <a href={hrefTo(['volumes', volume])}>{pool.volumes.get(volume)?.name ?? volume}</a>,
        sortBy: ({ volume }) => pool.volumes.get(volume)?.name ?? volume,
      },
      { title: common.size, cell: ({ size }) => formats.sizeKib(size), sortBy: ({ size }) => size, isNumber: true },
      {
        title: allTexts.usage.used,
        cell: ({ id }) => usedText(usage.bricks.get(id), allTexts, formats),
        sortBy: ({ id }) => usage.bricks.get(id)?.usedKib ?? -1,
        isNumber: true,
      },
      {
        title: allTexts.usage.pool,
        cell: ({ id }) => poolText(usage.bricks.get(id)?.pool ?? null, allTexts, formats),
        sortBy: ({ id }) => usage.bricks.get(id)?.pool?.dataPercent ?? -1,
        isNumber: true,
      },
      { title: texts.path, cell: ({ path }) => <span class="mono">{path}</span> },
    ],
    [pool, allTexts, texts, common, formats, usage],
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
