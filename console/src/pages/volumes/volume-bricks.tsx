import { useMemo } from 'preact/hooks';
import type { Brick, Device, Node, Schema, Volume } from '../../api/contract.js';
import { Badge } from '../../components/badge.js';
import { FailureNotice, Notice, ServerText } from '../../components/notice.js';
import { Card, Loading } from '../../components/page.js';
import { type Column, Table } from '../../components/table.js';
import { poolText, usedText } from '../../components/usage.js';
import type { Dictionary } from '../../i18n/dictionary.js';
import { type Formats, useFormats } from '../../i18n/formats.js';
import { useTexts } from '../../i18n/language.js';
import { hrefTo } from '../../routing/route.js';
import { nodeName, type Pool } from '../../state/pool.js';
import { usePlan } from '../../state/use-plan.js';
import type { SeenUsage } from '../../state/use-usage.js';

type Health = Schema<'VolumeHealth'>;
type BrickHealth = Schema<'BrickHealth'>;

/** A brick with its place, and as gluster had it when it was asked. `set` and `seen`: null where nobody told. */
interface Row {
  readonly key: string;
  readonly set: number | null;
  readonly brick: Brick | null;
  readonly node: Node | null;
  readonly device: Device | null;
  readonly seen: BrickHealth | null;
}

/** The bricks by set, zone and node, whether they run, and what waits to be healed: gluster is asked when the page opens. */
export function VolumeBricks({
  volume,
  pool,
  usage,
}: {
  readonly volume: Volume;
  readonly pool: Pool;
  readonly usage: SeenUsage;
}) {
  const allTexts = useTexts();
  const { common, volumes: texts } = allTexts;
  const formats = useFormats();
  // Asked again when the volume has changed.
  const { plan: health, failure, isAsking, askAgain } = usePlan<Health>(`/volumes/${volume.id}/health`, {}, volume);
  const rows = useMemo(() => rowsOf(volume, pool, health), [volume, pool, health]);
  const columns = useMemo(() => columnsIn(allTexts, formats, usage), [allTexts, formats, usage]);
  return (
    <Card
      title={texts.health}
      actions={
        <>
          {health === null ? null : <VolumeState health={health} />}
          <button type="button" class="button small" disabled={isAsking} onClick={askAgain}>
            {texts.ask}
          </button>
        </>
      }
    >
      <div class="stack">
        {failure === null ? null : <FailureNotice title={common.notLoaded} failure={failure} onRetry={askAgain} />}
        {health === null && isAsking ? <Loading /> : null}
        {health === null ? null : <Told health={health} />}
        <Table
          label={texts.bricks}
          columns={columns}
          rows={rows}
          keyOf={({ key }) => key}
          empty={common.none}
          sortedBy={{ column: 0, isDescending: false }}
        />
      </div>
    </Card>
  );
}

function VolumeState({ health }: { readonly health: Health }) {
  const { volumes: texts } = useTexts();
  const tone = { started: 'ok', stopped: 'warn', missing: 'bad', unknown: 'neutral' } as const;
  return <Badge tone={tone[health.state]}>{texts.states[health.state]}</Badge>;
}

function Told({ health }: { readonly health: Health }) {
  const { volumes: texts } = useTexts();
  const entries = health.sets.flat().map(({ healEntries }) => healEntries);
  const most = Math.max(-1, ...entries.map((count) => count ?? -1));
  return (
    <>
      {health.unknown.length === 0 ? null : (
        <Notice tone="warn" title={texts.notTold}>
          {health.unknown.map((text) => (
            <ServerText key={text}>{text}</ServerText>
          ))}
        </Notice>
      )}
      {health.sets.length === 0 ? <p class="small soft">{texts.unknownSets}</p> : null}
      <p class="row" role="status">
        {most > 0 ? <Badge tone="warn">{texts.toHeal(most)}</Badge> : null}
        {most === 0 && entries.every((count) => count === 0) ? <Badge tone="ok">{texts.allHealed}</Badge> : null}
      </p>
    </>
  );
}

function rowsOf(volume: Volume, pool: Pool, health: Health | null): readonly Row[] {
  const byId = new Map(volume.bricks.map((brick) => [brick.id, brick] as const));
  const told = (health?.sets ?? []).flatMap((set, index) => set.map((seen) => ({ seen, set: index })));
  const toldIds = new Set(told.map(({ seen }) => seen.brickId));
  const untold = volume.bricks.filter(({ id }) => !toldIds.has(id));
  return [
    ...told.map(({ seen, set }) => rowOf(byId.get(seen.brickId ?? '') ?? null, set, seen, pool)),
    ...untold.map((brick) => rowOf(brick, null, null, pool)),
  ];
}

function rowOf(brick: Brick | null, set: number | null, seen: BrickHealth | null, pool: Pool): Row {
  const node = pool.nodes.get(brick?.node ?? '') ?? null;
  const device = node?.devices.find(({ id }) => id === brick?.device) ?? null;
  return { key: brick?.id ?? seen?.name ?? '', brick, set, seen, node, device };
}

function columnsIn(allTexts: Dictionary, formats: Formats, usage: SeenUsage): readonly [Column<Row>, ...Column<Row>[]] {
  const { common, volumes: texts } = allTexts;
  const useOf = ({ brick }: Row) => usage.bricks.get(brick?.id ?? '');
  return [
    {
      title: texts.set,
      cell: ({ set }) => (set === null ? common.unknown : texts.setTitle(set + 1)),
      sortBy: ({ set }) => set ?? -1,
    },
    {
      title: texts.zone,
      cell: ({ node }) => (node === null ? '' : formats.number(node.zone)),
      sortBy: ({ node }) => node?.zone ?? -1,
      isNumber: true,
    },
    {
      title: texts.node,
      cell: ({ node, brick }) =>
        node === null ? brick?.node : <a href={hrefTo(['nodes', node.id])}>{nodeName(node)}</a>,
      sortBy: ({ node }) => (node === null ? '' : nodeName(node)),
    },
    {
      title: texts.device,
      cell: ({ device, brick }) =>
        device === null ? (
          brick?.device
        ) : (
          <a class="mono" href={hrefTo(['devices', device.id])}>
            {device.name}
          </a>
        ),
      sortBy: ({ device }) => device?.name ?? '',
    },
    {
      title: common.size,
      cell: ({ brick }) => (brick === null ? '' : formats.sizeKib(brick.size)),
      sortBy: ({ brick }) => brick?.size ?? 0,
      isNumber: true,
    },
    {
      title: allTexts.usage.used,
      cell: (row) => usedText(useOf(row), allTexts, formats),
      sortBy: (row) => useOf(row)?.usedKib ?? -1,
      isNumber: true,
    },
    {
      title: allTexts.usage.pool,
      cell: (row) => poolText(useOf(row)?.pool ?? null, allTexts, formats),
      sortBy: (row) => useOf(row)?.pool?.dataPercent ?? -1,
      isNumber: true,
    },
    { title: texts.process, cell: (row) => <ProcessBadges row={row} />, sortBy: ({ seen }) => String(seen?.isRunning) },
    {
      title: texts.heals,
      cell: ({ seen }) => (seen?.healEntries == null ? '' : formats.number(seen.healEntries)),
      sortBy: ({ seen }) => seen?.healEntries ?? -1,
      isNumber: true,
    },
    {
      title: texts.path,
      cell: ({ brick, seen }) => <span class="mono small">{brick?.path || seen?.name}</span>,
    },
  ];
}

function ProcessBadges({ row: { brick, seen } }: { readonly row: Row }) {
  const { common, volumes: texts } = useTexts();
  if (seen === null) return <Badge tone="neutral">{common.unknown}</Badge>;
  const { isRunning, isArbiter } = seen;
  return (
    <span class="row">
      {isRunning === null ? <Badge tone="neutral">{common.unknown}</Badge> : null}
      {isRunning === true ? <Badge tone="ok">{texts.running}</Badge> : null}
      {isRunning === false ? <Badge tone="bad">{texts.down}</Badge> : null}
      {isArbiter ? <Badge tone="info">{texts.arbiter}</Badge> : null}
      {brick === null ? <Badge tone="warn">{texts.strange}</Badge> : null}
    </span>
  );
}
